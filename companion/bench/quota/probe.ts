/**
 * Loaded into the companion's process before it: says what the process has
 * taken, and how long others were kept waiting.
 */
import { answers } from './child.ts';

/** A look every millisecond would itself take a few percent: only while somebody wants to know. */
const LOOK_MS = 1;

let looking: NodeJS.Timeout | undefined;
let held = { wallMs: 0, cpuMs: 0 };

const threadMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

function look(): void {
  let wall = performance.now();
  let cpu = threadMs();
  held = { wallMs: 0, cpuMs: 0 };
  clearInterval(looking);
  looking = setInterval(() => {
    const [nowWall, nowCpu] = [performance.now(), threadMs()];
    held = {
      wallMs: Math.max(held.wallMs, nowWall - wall - LOOK_MS),
      // The system counts the time of a thread in steps of 4 ms: what it shows
      // too late is not more than what has passed.
      cpuMs: Math.max(held.cpuMs, Math.min(nowCpu - cpu, nowWall - wall))
    };
    [wall, cpu] = [nowWall, nowCpu];
  }, LOOK_MS);
}

answers({
  /** Milliseconds of all threads, and bytes. */
  taken: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() };
  },
  look,
  /**
   * The longest time between two looks: as the clock says, which counts what
   * other processes of a busy machine took too, and the time that our own main
   * thread was at work in it.
   */
  held: () => {
    clearInterval(looking);
    return held;
  }
});

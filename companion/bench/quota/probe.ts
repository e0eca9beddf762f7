/**
 * Loaded into the companion's process before it: says what the process has
 * taken, and how long others were kept waiting.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { answers } from './child.ts';

/** A look every millisecond would itself take a few percent: only while somebody wants to know. */
const LOOK_MS = 1;

type Span = { from: number; to: number; cpuMs: number };

let looking: NodeJS.Timeout | undefined;
/** From each look to the next. */
let holds: Span[] = [];
/** Full collections of garbage: they come with or without the work that is looked at. */
let collections: { startTime: number; duration: number }[] = [];

const threadMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

function look(): void {
  let wall = performance.now();
  let cpu = threadMs();
  holds = [];
  collections = [];
  clearInterval(looking);
  looking = setInterval(() => {
    const [nowWall, nowCpu] = [performance.now(), threadMs()];
    holds.push({
      from: wall,
      to: nowWall,
      // The system counts the time of a thread in steps of 4 ms: what it shows
      // too late is not more than what has passed.
      cpuMs: Math.min(nowCpu - cpu, nowWall - wall)
    });
    [wall, cpu] = [nowWall, nowCpu];
  }, LOOK_MS);
}

new PerformanceObserver(list => {
  for (const entry of list.getEntries()) {
    const { startTime, duration } = entry;
    // The types do not know it.
    const { detail } = entry as unknown as { detail: { kind: number } };
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) {
      collections.push({ startTime, duration });
    }
  }
}).observe({ entryTypes: ['gc'] });

/** Milliseconds of full collections within the span. */
const collectedIn = ({ from, to }: Span) =>
  collections.reduce(
    (sum, { startTime, duration }) =>
      sum +
      Math.max(
        0,
        Math.min(to, startTime + duration) - Math.max(from, startTime)
      ),
    0
  );

const longest = (times: readonly number[]) => Math.max(0, ...times);

answers({
  /** Milliseconds of all threads, and bytes. */
  taken: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMs: (user + system) / 1000, rss: process.memoryUsage.rss() };
  },
  look,
  /**
   * The longest time between two looks, without full collections of garbage,
   * and the longest of these. `wallMs` is by the clock, which counts what other
   * processes of a busy machine took too; `cpuMs` is the time that our own main
   * thread was at work in it.
   */
  held: async () => {
    clearInterval(looking);
    // What was observed comes in a later turn.
    await new Promise(resolve => setTimeout(resolve, 10));
    return {
      wallMs: longest(
        holds.map(hold => hold.to - hold.from - collectedIn(hold) - LOOK_MS)
      ),
      cpuMs: longest(
        holds.map(hold => hold.cpuMs - Math.min(hold.cpuMs, collectedIn(hold)))
      ),
      collectionMs: longest(collections.map(({ duration }) => duration))
    };
  }
});

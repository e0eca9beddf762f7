import { setTimeout as after } from 'node:timers/promises';

const EVERY_MS = 5_000;
const ROUNDS = 500;

/** About what a companion does with what it hears: texts become objects, and objects texts. */
function piece(): number {
  const told = {
    news: 'sample',
    notebooks: Array.from({ length: 40 }, (_, index) => ({
      path: `folder/notebook-${index}.ipynb`,
      cpu: index / 7,
      memory: index * 1e6
    }))
  };
  let chars = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const text = JSON.stringify(told);
    chars += JSON.stringify(JSON.parse(text)).length;
  }
  return chars;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/**
 * How fast this machine is just now: milliseconds of CPU for the same small
 * piece of work, done again and again while `work` goes on. A shared machine
 * may be half as fast in one run as in another, and all else with it.
 */
export async function pace(work: Promise<unknown>): Promise<number> {
  const times: number[] = [];
  const over = work.then(() => true);
  do {
    const before = cpuMs();
    piece();
    times.push(cpuMs() - before);
  } while (!(await Promise.race([over, after(EVERY_MS, false)])));
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

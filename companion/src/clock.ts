import type { Clock, Pace } from './rooms/types.ts';

/** The time of this machine. A timer never keeps the process alive by itself. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  }
};

const waiting: (() => void)[] = [];

/**
 * Lets what waits in the event loop go first. Of all that wait here one goes on
 * in each turn of the loop, in the order of their asking: however much is done
 * in pieces at once, others wait for one piece.
 */
export function othersTurn(): Promise<void> {
  return new Promise(resolve => {
    waiting.push(resolve);
    if (waiting.length === 1) {
      setImmediate(letOneGoOn);
    }
  });
}

function letOneGoOn(): void {
  const goOn = waiting.shift();
  if (waiting.length > 0) {
    setImmediate(letOneGoOn);
  }
  goOn?.();
}

/** A turn of the event loop is this, what came in meanwhile, and now and then a collection of garbage. */
const SLICE_MS = 2;

/** Does something for each, and lets others have their turn every few milliseconds. */
export async function inSlices<T>(
  items: Iterable<T>,
  act: (item: T) => void
): Promise<void> {
  let begun = performance.now();
  for (const item of items) {
    act(item);
    if (performance.now() - begun > SLICE_MS) {
      await othersTurn();
      begun = performance.now();
    }
  }
}

/** What ends a piece, such as telling everybody, can cost as much again. */
const PIECE_MS = 10;

/** Lets everything else in this process have its turn after each piece of work. */
export function systemPace(): Pace {
  let began = performance.now();
  return {
    spent: () => performance.now() - began >= PIECE_MS,
    async pause() {
      await othersTurn();
      began = performance.now();
    }
  };
}

/** Calls every `ms` until the answer is called. */
export function every(
  clock: Clock,
  ms: () => number,
  call: () => void
): () => void {
  let cancel = () => {};
  const arm = () => {
    cancel = clock.after(ms(), () => {
      arm();
      call();
    });
  };
  arm();
  return () => cancel();
}

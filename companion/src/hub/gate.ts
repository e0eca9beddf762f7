import { CommonsError } from '@jupyterlab-commons/protocol';

/**
 * Lets at most `most` calls run at a time; at most `waiting` wait for their
 * turn, others are refused with TOO_FAST instead of piling up.
 */
export function createGate(most: number, waiting: number) {
  let running = 0;
  const queue: (() => void)[] = [];

  return async function pass<T>(call: () => Promise<T>): Promise<T> {
    if (running >= most) {
      if (queue.length >= waiting) {
        throw new CommonsError('TOO_FAST');
      }
      await new Promise<void>(resolve => queue.push(resolve));
    } else {
      running++;
    }
    try {
      return await call();
    } finally {
      // A waiting call takes over this one's place, so `running` stays.
      const next = queue.shift();
      if (next) {
        next();
      } else {
        running--;
      }
    }
  };
}

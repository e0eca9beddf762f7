import type { Clock } from './rooms/types.ts';

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

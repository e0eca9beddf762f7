import type { Steps } from '@jupyterlab-commons/protocol';
import type { Pace } from './types.ts';

/** Work that nobody has to wait for; what tests and small stores need. */
export const unhurried: Pace = {
  spent: () => false,
  pause: () => Promise.resolve()
};

/** Carries steps out to the end, and lets others have their turn in between. */
export async function inTurns<T>(steps: Steps<T>, pace: Pace): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
    if (pace.spent()) {
      await pace.pause();
    }
  }
}

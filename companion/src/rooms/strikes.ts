import { Bucket } from './rate.ts';

const STRIKES_MOST = 3;
const FORGOTTEN_AFTER_MS = 60_000;
/** Steps that finding the places of one person's edits may take; honest ones take a few each. */
const STEPS_PER_SECOND = 10_000;
const STEPS_AT_ONCE = 400_000;
/** Not worth an entry. */
const FEW_STEPS = 1_000;

/**
 * Who must stay away for a while: for bad edits, since a rebuild costs the room
 * time and is not free to ask for; and for edits that are allowed one by one but
 * together would keep everybody waiting.
 */
export class Strikes {
  readonly #at = new Map<string, number[]>();
  readonly #work = new Map<string, Bucket>();

  add(user: string, now: number): void {
    this.#at.set(user, [...this.#recent(user, now), now].slice(-STRIKES_MOST));
  }

  /** Counts the work of an edit; true when it was too much. */
  tooCostly(user: string, steps: number, now: number): boolean {
    if (steps < FEW_STEPS) {
      return false;
    }
    const work =
      this.#work.get(user) ?? new Bucket(STEPS_PER_SECOND, STEPS_AT_ONCE, now);
    this.#work.set(user, work);
    return work.take(steps, now) > 0;
  }

  /** Whether this person must wait before coming back. */
  isOut(user: string, now: number): boolean {
    const overdrawn = (this.#work.get(user)?.take(0, now) ?? 0) > 0;
    return overdrawn || this.#recent(user, now).length >= STRIKES_MOST;
  }

  #recent(user: string, now: number): number[] {
    const all = this.#at.get(user) ?? [];
    return all.filter(at => now - at < FORGOTTEN_AFTER_MS);
  }
}

const STEP_MS = 1000;
/** So many within one step are a flood; a link that was stuck delivers far fewer at once. */
const FLOOD = 100;

/** One sample a second gets through. */
export class Pace {
  #at = -Infinity;
  #early = 0;

  /** Whether a sample that comes now is let through. */
  admits(now: number): boolean {
    // A clock that was put back must not shut the link out until it has caught up.
    if (now >= this.#at && now - this.#at < STEP_MS) {
      this.#early++;
      return false;
    }
    this.#at = now;
    this.#early = 0;
    return true;
  }

  /** More came in this second than any honest server sends. */
  get flooded(): boolean {
    return this.#early >= FLOOD;
  }
}

const STRIKES_MOST = 3;
const FORGOTTEN_AFTER_MS = 60_000;

/** Who was sent away for bad edits lately. A rebuild costs the room time, so it is not free to ask for one. */
export class Strikes {
  readonly #at = new Map<string, number[]>();

  add(user: string, now: number): void {
    this.#at.set(user, [...this.#recent(user, now), now].slice(-STRIKES_MOST));
  }

  /** Whether this person must wait before coming back. */
  isOut(user: string, now: number): boolean {
    return this.#recent(user, now).length >= STRIKES_MOST;
  }

  #recent(user: string, now: number): number[] {
    return (this.#at.get(user) ?? []).filter(
      at => now - at < FORGOTTEN_AFTER_MS
    );
  }
}

/** Lets through `perSecond` on average and `burst` at once. The caller brings the time. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
    this.#at = now;
  }

  /** Takes `amount` in any case; answers how many milliseconds too early that was, 0 for in time. */
  take(amount: number, now: number): number {
    const grown = this.#left + ((now - this.#at) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#burst, Math.max(this.#left, grown)) - amount;
    this.#at = Math.max(this.#at, now);
    return this.#left >= 0
      ? 0
      : Math.ceil((-this.#left / this.#perSecond) * 1000);
  }
}

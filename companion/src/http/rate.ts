import { CommonsError } from '@jupyterlab-commons/protocol';

type Bucket = { left: number; at: number };

/**
 * So many calls a minute for each key, a third of them at once. Keys that have
 * rested for a minute are forgotten.
 */
export class Rate {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, Bucket>();
  #sweptAt = 0;

  constructor(perMinute: number) {
    this.#perMs = perMinute / 60_000;
    this.#burst = Math.max(1, perMinute / 3);
  }

  /** Takes `cost` calls off, or throws TOO_FAST. */
  take(key: string, now: number, cost = 1): void {
    this.#sweep(now);
    const before = this.#buckets.get(key) ?? { left: this.#burst, at: now };
    const gained = Math.max(0, now - before.at) * this.#perMs;
    const left = Math.min(this.#burst, before.left + gained);
    if (left < cost) {
      throw new CommonsError('TOO_FAST');
    }
    this.#buckets.set(key, { left: left - cost, at: now });
  }

  get size(): number {
    return this.#buckets.size;
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < 60_000) {
      return;
    }
    this.#sweptAt = now;
    for (const [key, { at }] of this.#buckets) {
      if (now - at >= 60_000) {
        this.#buckets.delete(key);
      }
    }
  }
}

import type { Clock } from '../rooms/types.ts';
import type { Seen } from '../storage/ledger-store.ts';

/** The longest time without a companion that is counted for servers that run on. */
const MOST_AWAY_SECONDS = 31 * 86_400;

/**
 * Seconds that only grow: by a clock that nobody sets while the companion
 * runs, and by the time of day over a restart, for there is no other then.
 */
export class SteadyClock {
  readonly #clock: Clock;
  readonly #begun: number;
  readonly #base: number;

  constructor(clock: Clock, before: Seen | null) {
    this.#clock = clock;
    this.#begun = clock.monotonic();
    const away = before === null ? 0 : (clock.now() - before.at) / 1000;
    this.#base =
      (before?.steady ?? 0) + Math.min(Math.max(0, away), MOST_AWAY_SECONDS);
  }

  now(): Seen {
    const passed = (this.#clock.monotonic() - this.#begun) / 1000;
    return {
      at: Math.round(this.#clock.now()),
      steady: this.#base + Math.max(0, passed)
    };
  }
}

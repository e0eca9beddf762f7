import type { Clock } from '../../src/rooms/types.ts';

/** Time that stands still until the test moves it. */
export class TestClock implements Clock {
  /** Since the clock began to run. */
  #passed = 0;
  /** What the clock shows at that moment; `set` changes it. */
  #origin = Date.UTC(2026, 0, 1);
  #timers = new Set<{ at: number; call: () => void }>();

  now(): number {
    return this.#origin + this.#passed;
  }

  monotonic(): number {
    return this.#passed;
  }

  after(ms: number, call: () => void): () => void {
    const timer = { at: this.#passed + ms, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers are set; none may be left when everything is closed. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, and calls what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#passed + ms;
    for (;;) {
      const next = [...this.#timers]
        .filter(({ at }) => at <= end)
        .sort((a, b) => a.at - b.at)[0];
      if (next === undefined) {
        break;
      }
      this.#timers.delete(next);
      this.#passed = Math.max(this.#passed, next.at);
      next.call();
    }
    this.#passed = end;
  }

  /** Somebody sets the clock, forward or back: no time passes. */
  set(byMs: number): void {
    this.#origin += byMs;
  }
}

import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';

/** How old an answer may be when a new one is begun. */
const FRESH_MS = 10_000;

/**
 * The text of `/metrics`, made anew at most every ten seconds and never while
 * somebody waits: who asks gets the one that is there. Nothing is measured
 * while nobody asks.
 */
export class CachedText {
  readonly #measure: () => Promise<string>;
  readonly #clock: Clock;
  readonly #log: Log;
  #text: string | null = null;
  #madeAt = -Infinity;
  #making: Promise<void> | null = null;

  constructor(options: {
    measure: () => Promise<string>;
    clock: Clock;
    log: Log;
  }) {
    this.#measure = options.measure;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** The newest text; only the very first caller waits for it. */
  async text(): Promise<string> {
    if (this.#clock.now() - this.#madeAt >= FRESH_MS && this.#making === null) {
      this.#making = this.#make();
    }
    if (this.#text === null) {
      await this.#making;
    }
    return this.#text ?? '';
  }

  async #make(): Promise<void> {
    this.#madeAt = this.#clock.now();
    try {
      this.#text = await this.#measure();
    } catch (error) {
      this.#log.error('metrics were not measured', { reason: reasonOf(error) });
    } finally {
      this.#making = null;
    }
  }
}

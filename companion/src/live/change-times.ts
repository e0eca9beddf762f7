import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { DocumentStore } from '../storage/store.ts';

const WRITE_MS = 5_000;

/** When each document was last edited, written at most every few seconds. */
export class ChangeTimes {
  readonly #store: DocumentStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting = new Map<string, { at: number; cancel: () => void }>();

  constructor(options: { store: DocumentStore; clock: Clock; log: Log }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  changed(id: string): void {
    const at = this.#clock.now();
    const waiting = this.#waiting.get(id);
    if (waiting) {
      waiting.at = at;
      return;
    }
    const cancel = this.#clock.after(WRITE_MS, () => void this.#write(id));
    this.#waiting.set(id, { at, cancel });
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all([...this.#waiting.keys()].map(id => this.#write(id)));
  }

  async #write(id: string): Promise<void> {
    const waiting = this.#waiting.get(id);
    if (!waiting) {
      return;
    }
    waiting.cancel();
    this.#waiting.delete(id);
    try {
      await this.#store.updateDocument(id, { changedAt: waiting.at });
    } catch (error) {
      this.#log.warn('the time of an edit was not kept', {
        reason: reasonOf(error)
      });
    }
  }
}

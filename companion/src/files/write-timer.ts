import type { Clock } from '../rooms/types.ts';

/** F1: after the last edit, but never longer than this after the first. */
const QUIET_MS = 1_000;
const LONGEST_MS = 5_000;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** When a file is written next. */
export class WriteTimer {
  readonly #clock: Clock;
  readonly #write: () => void;
  #firstEditAt: number | null = null;
  #retryMs = FIRST_RETRY_MS;
  /** Not before this, however many edits come. */
  #retryAt = 0;
  #cancel = () => {};

  constructor(clock: Clock, write: () => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** An edit has come that the file lacks. */
  edited(): void {
    const now = this.#clock.now();
    this.#firstEditAt ??= now;
    const due = Math.min(now + QUIET_MS, this.#firstEditAt + LONGEST_MS);
    this.#after(Math.max(0, due - now, this.#retryAt - now));
  }

  /** It could not be written; less and less often it is tried again. */
  retry(): void {
    this.#retryAt = this.#clock.now() + this.#retryMs;
    this.#after(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** It is being written: edits count from now on. */
  writing(): void {
    this.#firstEditAt = null;
  }

  /** What stood in the way is gone. */
  freed(): void {
    this.#retryMs = FIRST_RETRY_MS;
    this.#retryAt = 0;
  }

  stop(): void {
    this.#cancel();
  }

  #after(ms: number): void {
    this.#cancel();
    this.#cancel = this.#clock.after(ms, this.#write);
  }
}

import type { FileStatus } from '../sharing/live-rooms.ts';
import type { Clock } from '../rooms/types.ts';

const TELL_MS = 1_000;

/** Passes news of a file on; a number alone that grows with every edit is told once a second. */
export class StatusTeller {
  readonly #clock: Clock;
  readonly #changed: (status: FileStatus) => void;
  #told: FileStatus | null = null;
  #toldAt = 0;

  constructor(clock: Clock, changed: (status: FileStatus) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  tell(status: FileStatus): void {
    const now = this.#clock.now();
    const { fileState, fileDetail, behind } = status;
    const before = this.#told;
    const onlyMore =
      before?.fileState === fileState &&
      (behind === before.behind
        ? fileDetail === before.fileDetail
        : behind > 0 && now < this.#toldAt + TELL_MS);
    if (!onlyMore) {
      this.#told = status;
      this.#toldAt = now;
      this.#changed(status);
    }
  }
}

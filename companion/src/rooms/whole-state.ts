import { step2Frame } from './frames.ts';
import type { RoomState } from './room-state.ts';
import type { Timers } from './timers.ts';

const CACHE_MS = 5_000;

/** The whole document as one frame, kept for a moment: people come in crowds, after a restart of the proxy for one. */
export class WholeState {
  readonly #timers: Timers;
  #kept: { seq: number; frame: Uint8Array } | null = null;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** `seq` is the last edit in the state. */
  frame(seq: number, state: RoomState): Uint8Array {
    if (this.#kept?.seq !== seq) {
      this.#kept = { seq, frame: step2Frame(state.encode()) };
      this.#timers.later(CACHE_MS, () => this.forget());
    }
    return this.#kept.frame;
  }

  forget(): void {
    this.#kept = null;
  }
}

import { CommonsError } from '@jupyterlab-commons/protocol';
import type { StoredContent } from '../storage/store.ts';
import { Gate } from './gate.ts';
import type { Journal } from './journal.ts';
import type { RoomState } from './room-state.ts';

export type StateKeeperOptions = {
  /** Throws when the stored content is not whole. */
  load: (stored: StoredContent) => RoomState;
  /** What is on disk. */
  read: () => Promise<StoredContent>;
  /** The state cannot be had again. */
  fail: (error: unknown) => void;
  /** Frames that may wait for a rebuild. */
  waitingBytes: number;
};

/** The state of a room, and its way back after an edit has spoilt it: Yjs cannot take back what it applied. */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  /** Closed while the state is being rebuilt, or held. */
  readonly #gate: Gate;
  #state: RoomState;
  #back: Promise<void> = Promise.resolve();
  #over = false;

  constructor(options: StateKeeperOptions, stored: StoredContent) {
    this.#options = options;
    this.#gate = new Gate(options.waitingBytes);
    this.#state = options.load(stored);
  }

  /** Of no use while {@link StateKeeper.away}. */
  get state(): RoomState {
    return this.#state;
  }

  get away(): boolean {
    return this.#gate.closed;
  }

  /** The end of a rebuild, or of whatever else keeps the state away. */
  get back(): Promise<void> {
    return this.#back;
  }

  /** Now, or in its turn when the state is there; false when too much waits. */
  whenReady(bytes: number, act: () => void): boolean {
    return this.#gate.pass(bytes, act);
  }

  /** Resolves when the state is there; rejects with STOPPING, or as `ended` does. */
  async ready(ended: Promise<never>): Promise<void> {
    do {
      if (this.#over) {
        throw new CommonsError('STOPPING');
      }
      await Promise.race([this.#back, ended]);
    } while (this.away);
  }

  /**
   * Does something with the state while nobody else does: what comes waits. May
   * end in a rebuild.
   */
  async hold<T>(work: () => Promise<T>, ended: Promise<never>): Promise<T> {
    await this.ready(ended);
    while (this.away) {
      // Somebody else who waited was first.
      await this.ready(ended);
    }
    this.#gate.close();
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    this.#back = held;
    try {
      return await work();
    } finally {
      if (this.#back === held) {
        this.#gate.open();
      }
      release();
    }
  }

  /**
   * Starts again from what is on disk and from `unsaved`, which may not be
   * there yet: nothing is accepted until this is over.
   */
  rebuild(unsaved: Journal['unsaved']): void {
    this.#gate.close();
    this.#state.destroy();
    this.#back = this.#options.read().then(
      stored => this.#resume(stored, unsaved),
      error => this.#options.fail(error)
    );
  }

  dispose(): void {
    this.#over = true;
    this.#state.destroy();
  }

  #resume(stored: StoredContent, unsaved: Journal['unsaved']): void {
    const last = lastOf(stored);
    const missing = unsaved.rows.filter(row => row.seq > last);
    try {
      this.#state = this.#options.load({
        snapshot: stored.snapshot,
        rows: [...stored.rows, ...missing],
        owners: new Map([...stored.owners, ...unsaved.owners])
      });
    } catch (error) {
      this.#options.fail(error);
      return;
    }
    this.#gate.open();
  }
}

/** The last edit in it. */
export function lastOf({ rows, snapshot }: StoredContent): number {
  return rows.at(-1)?.seq ?? snapshot?.seq ?? 0;
}

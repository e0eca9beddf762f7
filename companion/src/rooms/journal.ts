/**
 * The way of a room's edits to disk (rules S2 to S4, S13, J1 to J3). One append
 * is outstanding at a time; what is accepted meanwhile goes into the next one,
 * so a busy room costs one flush for many edits and a quiet one has no delay.
 */
import { CommonsError } from '@jupyterlab-commons/protocol';
import type {
  DocumentStore,
  JournalMark,
  JournalRow
} from '../storage/store.ts';
import type { Clock, RoomLimits } from './types.ts';

type Owner = [clientId: number, user: string];

export type JournalOptions = {
  id: string;
  store: DocumentStore;
  clock: Clock;
  limits: Pick<RoomLimits, 'compactRows' | 'compactBytes'>;
  /** The last row that is on disk already, and how much stands after the last snapshot. */
  from: { seq: number; rows: number; bytes: number };
  /** The document with every accepted edit in it, or null if it cannot be had now. */
  snapshot(): Uint8Array | null;
  /** These rows are on disk from now on; called before those who waited for them. */
  onDurable(rows: readonly JournalRow[]): void;
  /** Called after those who waited. */
  onFlushed(): void;
  onWritable(writable: boolean): void;
  /** The store refuses what this room wants to write; the room cannot go on. */
  onBroken(error: unknown): void;
};

const SLOW_MS = 2_000;
const RETRY_FIRST_MS = 250;
const RETRY_MOST_MS = 5_000;

export class Journal {
  readonly #options: JournalOptions;
  #head: number;
  #durable: number;
  #queue: JournalRow[] = [];
  #owners: Owner[] = [];
  #flying: JournalRow[] = [];
  #flyingOwners: Owner[] = [];
  #waiting: { seq: number; call: () => void }[] = [];
  #rowsSince: number;
  #bytesSince: number;
  #queuedBytes = 0;
  #writable = true;
  #running = false;
  #broken = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#head = options.from.seq;
    this.#durable = options.from.seq;
    this.#rowsSince = options.from.rows;
    this.#bytesSince = options.from.bytes;
  }

  /** The last accepted row. */
  get head(): number {
    return this.#head;
  }

  /** The last row that is on disk. */
  get durable(): number {
    return this.#durable;
  }

  get writable(): boolean {
    return this.#writable;
  }

  /** Bytes that wait in memory. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Accepted, and perhaps not on disk yet. */
  get unsaved(): { rows: readonly JournalRow[]; owners: readonly Owner[] } {
    return {
      rows: [...this.#flying, ...this.#queue],
      owners: [...this.#flyingOwners, ...this.#owners]
    };
  }

  /** Takes an edit and answers its place. */
  accept(
    user: string,
    update: Uint8Array,
    owners: readonly Owner[],
    mark?: JournalMark
  ): number {
    const seq = ++this.#head;
    const row = { seq, user, at: this.#options.clock.now(), update };
    this.#queue.push(mark === undefined ? row : { ...row, mark });
    this.#owners.push(...owners);
    this.#queuedBytes += update.length;
    void this.#run();
    return seq;
  }

  /** Calls once everything up to `seq` is on disk, in the order of asking; at once if it is. */
  whenDurable(seq: number, call: () => void): void {
    if (seq <= this.#durable) {
      call();
    } else {
      this.#waiting.push({ seq, call });
    }
  }

  /** Resolves when everything accepted until now is on disk; never, if the store is broken. */
  settled(): Promise<void> {
    return new Promise(resolve => this.whenDurable(this.#head, resolve));
  }

  async #run(): Promise<void> {
    if (this.#running || this.#broken) {
      return;
    }
    this.#running = true;
    while (this.#queue.length > 0 && !this.#broken) {
      await this.#flush();
    }
    this.#running = false;
  }

  async #flush(): Promise<void> {
    const rows = (this.#flying = this.#queue);
    const owners = (this.#flyingOwners = this.#owners);
    const bytes = rows.reduce((sum, row) => sum + row.update.length, 0);
    this.#queue = [];
    this.#owners = [];
    this.#rowsSince += rows.length;
    this.#bytesSince += bytes;
    // Now, and not after the append: now the document holds exactly these rows.
    const snapshot = this.#isLong() ? this.#options.snapshot() : null;
    if (!(await this.#append(rows, owners))) {
      return;
    }
    this.#queuedBytes -= bytes;
    this.#flying = [];
    this.#flyingOwners = [];
    this.#durable = rows[rows.length - 1]!.seq;
    if (snapshot !== null) {
      this.#compact(this.#durable, snapshot);
    }
    this.#options.onDurable(rows);
    this.#release();
    this.#options.onFlushed();
  }

  #isLong(): boolean {
    const { compactRows, compactBytes } = this.#options.limits;
    return this.#rowsSince >= compactRows || this.#bytesSince >= compactBytes;
  }

  #compact(seq: number, snapshot: Uint8Array): void {
    this.#rowsSince = 0;
    this.#bytesSince = 0;
    // A snapshot only saves time: without it the rows are still there.
    this.#options.store
      .compact(this.#options.id, seq, snapshot)
      .catch(() => undefined);
  }

  /** Whether the rows are on disk now; tries for as long as the store is only busy. */
  async #append(rows: JournalRow[], owners: Owner[]): Promise<boolean> {
    const { store, clock, id } = this.#options;
    for (
      let wait = RETRY_FIRST_MS;
      ;
      wait = Math.min(2 * wait, RETRY_MOST_MS)
    ) {
      const cancel = this.#watch();
      try {
        await store.append(id, rows, owners);
        cancel();
        this.#setWritable(true);
        return true;
      } catch (error) {
        cancel();
        if (!(error instanceof CommonsError && error.code === 'STORE_BUSY')) {
          this.#broken = true;
          this.#options.onBroken(error);
          return false;
        }
      }
      this.#setWritable(false);
      await new Promise<void>(resolve => clock.after(wait, resolve));
    }
  }

  /** An append that takes long may be one that waits for the disk. */
  #watch(): () => void {
    const look = () => {
      this.#setWritable(this.#options.store.healthy());
      cancel = this.#options.clock.after(SLOW_MS, look);
    };
    let cancel = this.#options.clock.after(SLOW_MS, look);
    return () => cancel();
  }

  #setWritable(writable: boolean): void {
    if (writable !== this.#writable) {
      this.#writable = writable;
      this.#options.onWritable(writable);
    }
  }

  #release(): void {
    const ready = this.#waiting.filter(each => each.seq <= this.#durable);
    this.#waiting = this.#waiting.filter(each => each.seq > this.#durable);
    for (const { call } of ready) {
      call();
    }
  }
}

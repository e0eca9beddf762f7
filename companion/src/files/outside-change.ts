import { errors, type CommonsError } from '@jupyterlab-commons/protocol';
import type { LinkCall, LinkResult } from '../live/link.ts';
import type { Clock } from '../rooms/types.ts';
import type { Merged, OutsideFile } from './merges.ts';
import { refusalOf } from './plain.ts';

/** A file that stands still for so long is read. */
const QUIET_MS = 1_000;
const RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;
/** Merges in a row that the file was changed again after; then its owner decides. */
const MERGES_MOST = 5;
const REASON_MOST = 256;

/** What has come of a change. */
export type OutsideOutcome =
  /** It is looked at again after a while. */
  | { kind: 'waits' }
  /** The file holds what we have written. */
  | { kind: 'ours'; hash: string }
  /** `seq` is the last edit in the document that has it; `same`: the file has all of that. */
  | { kind: 'merged'; hash: string; seq: number; same: boolean }
  /** Merged, but what is in conflict has found no place beside the file; that is tried again. */
  | { kind: 'unkept'; seq: number; error: CommonsError }
  | { kind: 'missing' }
  /** It cannot be merged. */
  | { kind: 'blocked'; reason: string };

export type OutsideChangeOptions = {
  clock: Clock;
  /** Called when it is time to {@link OutsideChange.read}. */
  due: () => void;
  ask: (call: LinkCall) => Promise<LinkResult>;
  merge: (outside: OutsideFile) => Promise<Merged | string>;
};

/** A merged version that has to be put beside the file before anything is written over it. */
type Unkept = { hash: string; merged: Merged; retryMs: number };

/** A change that somebody else has made to a file, from the first sight of it to its place in the document. */
export class OutsideChange {
  readonly #options: OutsideChangeOptions;
  #waits = false;
  #stopped = false;
  #hash: string | null = null;
  #merges = 0;
  #unkept: Unkept | null = null;
  #cancel = () => {};

  constructor(options: OutsideChangeOptions) {
    this.#options = options;
  }

  /** A change was seen, and nothing has been decided on it. */
  get waits(): boolean {
    return this.#waits;
  }

  /** It was seen with this hash, or with one that nobody knows yet. */
  seen(hash: string | null, ms = QUIET_MS): void {
    this.#cancel();
    if (this.#stopped) {
      return;
    }
    this.#waits = true;
    this.#hash = hash;
    this.#cancel = this.#options.clock.after(ms, this.#options.due);
  }

  /** Nothing is looked at from now on. */
  stop(): void {
    this.#stopped = true;
    this.forget();
  }

  /** There is nothing to look at any more. */
  forget(): void {
    this.#cancel();
    this.#waits = false;
    this.#hash = null;
  }

  /** The file has been written. */
  settled(): void {
    this.forget();
    this.#merges = 0;
    this.#unkept = null;
  }

  /** Reads the file, and merges it if it was the same a while ago. Does not throw. */
  async read(
    base: string | null,
    isOurs: (hash: string) => boolean
  ): Promise<OutsideOutcome> {
    try {
      const { content, hash } = await this.#options.ask({ method: 'read' });
      if (hash !== null && isOurs(hash)) {
        this.forget();
        this.#unkept = null;
        return { kind: 'ours', hash };
      }
      if (hash === null || hash !== this.#hash) {
        this.seen(hash);
        return { kind: 'waits' };
      }
      return this.#unkept?.hash === hash
        ? await this.#keep(this.#unkept)
        : await this.#merge({ base, content, hash });
    } catch (error) {
      return this.#refused(refusalOf(error));
    }
  }

  async #merge(outside: OutsideFile): Promise<OutsideOutcome> {
    if (++this.#merges > MERGES_MOST) {
      this.settled();
      return { kind: 'blocked', reason: 'it is changed again and again' };
    }
    const merged = await this.#options.merge(outside);
    this.forget();
    if (typeof merged === 'string') {
      return { kind: 'blocked', reason: merged.slice(0, REASON_MOST) };
    }
    const { hash } = outside;
    const { seq, same, conflicts, announce } = merged;
    if (conflicts > 0) {
      this.#unkept = { hash, merged, retryMs: RETRY_MS };
      return this.#keep(this.#unkept);
    }
    await announce(null);
    return { kind: 'merged', hash, seq, same };
  }

  /** Before anything is written over it. It is merged, so that only this is tried again. */
  async #keep(unkept: Unkept): Promise<OutsideOutcome> {
    const { hash, merged, retryMs } = unkept;
    const { seq, same, announce } = merged;
    try {
      const { keptAs } = await this.#options.ask({ method: 'keep' });
      await announce(keptAs);
    } catch (error) {
      await announce(null);
      this.seen(hash, retryMs);
      unkept.retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS);
      return { kind: 'unkept', seq, error: refusalOf(error) };
    }
    this.forget();
    this.#unkept = null;
    return { kind: 'merged', hash, seq, same };
  }

  #refused(error: CommonsError): OutsideOutcome {
    this.forget();
    switch (error.code) {
      case 'FILE_MISSING':
        return { kind: 'missing' };
      case 'LINK_ABSENT':
      case 'STORE_BUSY':
      case 'STOPPING':
        this.seen(null, RETRY_MS);
        return { kind: 'waits' };
      default: {
        const reason = error.detail ?? errors[error.code].text;
        return { kind: 'blocked', reason: reason.slice(0, REASON_MOST) };
      }
    }
  }
}

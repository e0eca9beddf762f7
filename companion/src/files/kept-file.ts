import { createHash } from 'node:crypto';
import { CommonsError, type FileState } from '@jupyterlab-commons/protocol';
import type { LinkCall, LinkResult } from '../live/link.ts';
import type { Clock } from '../rooms/types.ts';
import type { FileStatus } from '../sharing/live-rooms.ts';
import type { StoredDocument } from '../storage/store.ts';

/** F1: after the last edit, but never longer than this after the first. */
const QUIET_MS = 1_000;
const LONGEST_MS = 5_000;
const TELL_MS = 1_000;
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** What is kept of the file in the store. */
export type Stored = StoredDocument['file'];

/** States that only the owner can end; nothing is written meanwhile (F2). */
type Blocked = 'changed-outside' | 'missing';

export type KeptFileOptions = {
  document: StoredDocument & { path: string; server: string };
  clock: Clock;
  content: () => Promise<{ text: string; seq: number }>;
  /** Asks the owner's server; throws LINK_ABSENT. */
  ask: (call: LinkCall) => Promise<LinkResult>;
  linked: () => boolean;
  save: (file: Stored) => Promise<void>;
  /** Told after each change of the status. */
  changed: (status: FileStatus) => void;
};

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function codeOf(error: unknown): CommonsError {
  return error instanceof CommonsError ? error : new CommonsError('INTERNAL');
}

/** One owner's file, kept equal to its document. One write at a time. */
export class KeptFile {
  readonly #options: KeptFileOptions;
  /** What the file held when it was last written or read by us. */
  #hash: string | null;
  /** The last edit that the file holds, and the last there is. */
  #fileSeq: number;
  #headSeq: number;
  #blocked: Blocked | null;
  #failure: string | null;
  /** What was sent when the answer got lost: the file may hold it. */
  #sentHash: string | null = null;
  #final: { text: string; seq: number } | null = null;
  #firstEditAt: number | null = null;
  #retryMs = FIRST_RETRY_MS;
  #cancel = () => {};
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  #told = '';
  #toldState: FileState | null = null;
  #toldAt = 0;

  constructor(options: KeptFileOptions) {
    const { file } = options.document;
    this.#options = options;
    this.#hash = file.hash;
    this.#fileSeq = file.seq;
    this.#headSeq = file.seq;
    this.#blocked =
      file.state === 'changed-outside' || file.state === 'missing'
        ? file.state
        : null;
    this.#failure = file.state === 'failed' ? file.detail : null;
  }

  get document(): StoredDocument & { path: string; server: string } {
    return this.#options.document;
  }

  get hash(): string | null {
    return this.#hash;
  }

  get behind(): number {
    return Math.max(0, this.#headSeq - this.#fileSeq);
  }

  get state(): FileState {
    if (this.#blocked !== null) {
      return this.#blocked;
    }
    if (!this.#options.linked()) {
      return 'away';
    }
    if (this.#failure !== null) {
      return 'failed';
    }
    return this.behind > 0 ? 'behind' : 'saved';
  }

  get status(): FileStatus {
    const failed = this.state === 'failed';
    return {
      fileState: this.state,
      fileDetail: failed ? this.#failure : null,
      behind: this.behind
    };
  }

  /** Characters that wait here although their document is closed. */
  get lastChars(): number {
    return this.#final?.text.length ?? 0;
  }

  /** Nothing is left to do for a document that is closed. */
  get over(): boolean {
    return (
      this.#final !== null && (this.behind === 0 || this.#blocked !== null)
    );
  }

  /** Edits up to `seq` are in the document. */
  edited(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
    this.#tell();
    this.#schedule();
  }

  /** The server has linked, after a start or an absence: whatever is missing is written now. */
  async linkUp(): Promise<void> {
    this.#retryMs = FIRST_RETRY_MS;
    this.#failure = null;
    await this.#do(() => this.#write());
  }

  linkDown(): void {
    this.#cancel();
    this.#tell();
  }

  /** The server has found another hash than the one we know; null for no file. */
  async found(hash: string | null): Promise<void> {
    await this.#do(async () => {
      if (hash !== null && (hash === this.#hash || hash === this.#sentHash)) {
        this.#hash = hash;
        await this.#setBlocked(null);
        this.#schedule();
      } else {
        await this.#setBlocked(hash === null ? 'missing' : 'changed-outside');
      }
    });
  }

  /** F2: the outside version is put aside, then the document is written over it. */
  async keepLive(): Promise<string | null> {
    this.#expect('changed-outside');
    let keptAs: string | null = null;
    await this.#do(async () => {
      try {
        const kept = await this.#ask({ method: 'keep' });
        keptAs = kept.keptAs;
        await this.#overwrite(kept.hash);
      } catch (error) {
        await this.#onRefusal(codeOf(error));
        throw error;
      }
    });
    return keptAs;
  }

  /** Writes a missing file anew; a file that has appeared meanwhile is not touched. */
  async writeAgain(): Promise<void> {
    this.#expect('missing');
    await this.#do(async () => {
      try {
        await this.#overwrite(null);
      } catch (error) {
        await this.#onRefusal(codeOf(error));
        throw error;
      }
    });
  }

  /** Writes now what is missing; never throws. */
  async flush(): Promise<void> {
    this.#cancel();
    await this.#do(() => this.#write());
  }

  /** The document is closed: `final` is the last there will be to write. */
  async release(final: { text: string; seq: number }): Promise<void> {
    this.#final = final;
    this.#headSeq = Math.max(this.#headSeq, final.seq);
    await this.flush();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #expect(state: Blocked): void {
    if (this.#blocked !== state) {
      throw new CommonsError(
        'BAD_REQUEST',
        `this choice is for a file that is ${state}`
      );
    }
    if (!this.#options.linked()) {
      throw new CommonsError('LINK_ABSENT');
    }
  }

  /** One after the other, so that no write meets another one's hash. */
  #do(call: () => Promise<void>): Promise<void> {
    const mine = this.#work.then(call);
    this.#work = mine.catch(() => {});
    return mine;
  }

  #schedule(): void {
    if (
      this.#stopped ||
      this.#blocked !== null ||
      this.behind === 0 ||
      !this.#options.linked()
    ) {
      return;
    }
    const now = this.#options.clock.now();
    this.#firstEditAt ??= now;
    const wait = Math.max(
      0,
      Math.min(QUIET_MS, this.#firstEditAt + LONGEST_MS - now)
    );
    this.#after(this.#failure === null ? wait : this.#retryMs);
  }

  #after(ms: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(
      ms,
      () => void this.#do(() => this.#write())
    );
  }

  /** Writes what is missing, if anything is and nothing is in the way. Does not throw. */
  async #write(): Promise<void> {
    const latest =
      this.#final ?? (await this.#options.content().catch(() => null));
    if (latest === null) {
      // The document cannot be read at the moment; nothing is known about the file.
      this.#retry();
      return;
    }
    const { text, seq } = latest;
    this.#headSeq = Math.max(this.#headSeq, seq);
    try {
      if (this.behind > 0 && this.#blocked === null && this.#options.linked()) {
        await this.#send(text, seq, this.#hash);
      }
      this.#tell();
    } catch (error) {
      await this.#onRefusal(codeOf(error));
    }
  }

  async #overwrite(baseHash: string | null): Promise<void> {
    const { text, seq } = this.#final ?? (await this.#options.content());
    this.#sentHash = null;
    await this.#send(text, seq, baseHash);
  }

  async #send(
    text: string,
    seq: number,
    baseHash: string | null
  ): Promise<void> {
    this.#firstEditAt = null;
    const before = this.#sentHash;
    this.#sentHash = hashOf(text);
    let result: LinkResult;
    try {
      result = await this.#ask({ method: 'write', baseHash, content: text });
    } catch (error) {
      // The answer to the write before may have been lost after it was done.
      if (before === null || codeOf(error).code !== 'FILE_CHANGED') {
        throw error;
      }
      result = await this.#ask({
        method: 'write',
        baseHash: before,
        content: text
      });
    }
    this.#hash = result.hash ?? this.#sentHash;
    this.#sentHash = null;
    this.#fileSeq = seq;
    this.#failure = null;
    this.#blocked = null;
    this.#retryMs = FIRST_RETRY_MS;
    await this.#save();
    this.#schedule();
  }

  #ask(call: LinkCall): Promise<LinkResult> {
    const { path, type } = this.document;
    return this.#options.ask({ ...call, path, type });
  }

  async #onRefusal(error: CommonsError): Promise<void> {
    switch (error.code) {
      case 'FILE_CHANGED':
        await this.#setBlocked('changed-outside');
        break;
      case 'FILE_MISSING':
        await this.#setBlocked('missing');
        break;
      case 'LINK_ABSENT':
        // A server that is linked but silent is asked again; the others when they are back.
        this.#retry();
        break;
      default:
        this.#failure = (error.detail ?? error.code).slice(0, 256);
        await this.#save();
        this.#retry();
    }
    this.#tell();
  }

  #retry(): void {
    if (!this.#stopped && this.#options.linked()) {
      this.#after(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  async #setBlocked(blocked: Blocked | null): Promise<void> {
    if (blocked !== null) {
      this.#cancel();
    }
    if (this.#blocked !== blocked) {
      this.#blocked = blocked;
      await this.#save();
    }
    this.#tell();
  }

  /** What must outlive this process; a store that fails costs a needless question to the owner, no data. */
  async #save(): Promise<void> {
    const state =
      this.#blocked ?? (this.#failure === null ? 'saved' : 'failed');
    const file: Stored = {
      state,
      detail: this.#failure,
      hash: this.#hash,
      seq: this.#fileSeq
    };
    await this.#options.save(file).catch(() => {});
  }

  /** A number alone that grows with every edit is told once a second. */
  #tell(): void {
    const { status, state } = this;
    const told = JSON.stringify(status);
    const now = this.#options.clock.now();
    if (
      told === this.#told ||
      (state === this.#toldState &&
        status.behind > 0 &&
        now < this.#toldAt + TELL_MS)
    ) {
      return;
    }
    this.#told = told;
    this.#toldState = state;
    this.#toldAt = now;
    this.#options.changed(status);
  }
}

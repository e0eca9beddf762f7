import {
  CommonsError,
  errors,
  type FileState
} from '@jupyterlab-commons/protocol';
import type { LinkCall, LinkResult } from '../live/link.ts';
import type { FileContent, FileStatus } from '../sharing/live-rooms.ts';
import type { StoredDocument } from '../storage/store.ts';
import type { KeptFileOptions, Stored } from './kept-file-options.ts';
import { OutsideChange, type OutsideOutcome } from './outside-change.ts';
import { hashOf, refusalOf } from './plain.ts';
import { StatusTeller } from './status-teller.ts';
import { WriteTimer } from './write-timer.ts';

/** States that only the owner can end; nothing is written meanwhile (F2). */
type Blocked = 'changed-outside' | 'missing';

/** One owner's file, kept equal to its document. One write at a time. */
export class KeptFile {
  readonly #options: KeptFileOptions;
  /** What the file held when it was last written or read by us. */
  #hash: string | null;
  /** The last edit that the file holds, and the last there is. */
  #fileSeq: number;
  #headSeq: number;
  /** Whether edits before this was made could be missing without our knowing. */
  #headKnown: boolean;
  #blocked: Blocked | null;
  #failure: string | null;
  /** Why a change from outside could not be merged. */
  #reason: string | null;
  /** What was sent and not answered yet: the file may hold it. */
  #sentHash: string | null;
  #closed: boolean;
  #unreadable = false;
  /** A write is under way, or waits for its turn: it takes all edits along. */
  #busy = false;
  #queued = false;
  readonly #timer: WriteTimer;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #outside: OutsideChange;
  readonly #teller: StatusTeller;

  constructor(options: KeptFileOptions) {
    const { file, head, closedAt } = options.document;
    this.#options = options;
    this.#teller = new StatusTeller(options.clock, options.changed);
    this.#timer = new WriteTimer(options.clock, () => {
      this.#queued = true;
      void this.#do(() => this.#write());
    });
    this.#outside = new OutsideChange({
      clock: options.clock,
      due: () => void this.#do(() => this.#readOutside()),
      ask: call => this.#ask(call),
      merge: options.merge
    });
    this.#hash = file.hash;
    this.#fileSeq = file.seq;
    this.#headSeq = Math.max(file.seq, head ?? 0);
    this.#headKnown = head !== undefined;
    this.#sentHash = file.sent;
    this.#closed = closedAt !== null;
    this.#blocked =
      file.state === 'changed-outside' || file.state === 'missing'
        ? file.state
        : null;
    this.#failure = file.state === 'failed' ? file.detail : null;
    this.#reason = file.state === 'changed-outside' ? file.detail : null;
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
    return this.behind > 0 || this.#outside.waits ? 'behind' : 'saved';
  }

  get status(): FileStatus {
    const { state, behind } = this;
    const failure = state === 'failed' ? this.#failure : null;
    const reason = state === 'changed-outside' ? this.#reason : null;
    return { fileState: state, fileDetail: failure ?? reason, behind };
  }

  /** Nobody can edit the document any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Nothing is left that could be done for a closed document. */
  get over(): boolean {
    return (
      this.#closed &&
      (this.behind === 0 || this.#blocked !== null || this.#unreadable)
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
    this.#timer.freed();
    this.#failure = null;
    await this.#do(() => this.#write());
  }

  linkDown(): void {
    this.#timer.stop();
    this.#outside.forget();
    this.#tell();
  }

  /** The server has found another hash than the one we know; null for no file. */
  async found(hash: string | null): Promise<void> {
    await this.#do(async () => {
      if (hash !== null && (hash === this.#hash || hash === this.#sentHash)) {
        await this.#isOurs(hash);
      } else if (hash === null) {
        this.#outside.forget();
        await this.#setBlocked('missing');
      } else {
        await this.#changedOutside(hash);
      }
    });
  }

  /** F2: the outside version is put aside, then the document is written over it. */
  async keepLive(): Promise<string | null> {
    let keptAs: string | null = null;
    await this.#decide('changed-outside', async () => {
      const kept = await this.#ask({ method: 'keep' });
      keptAs = kept.keptAs;
      await this.#overwrite(kept.hash);
    });
    return keptAs;
  }

  /** Writes a missing file anew; a file that has appeared meanwhile is not touched. */
  writeAgain(): Promise<void> {
    return this.#decide('missing', () => this.#overwrite(null));
  }

  /** Writes now what is missing; never throws. */
  async flush(): Promise<void> {
    this.#timer.stop();
    await this.#do(() => this.#write());
  }

  /** The document is closed: its last edits are written now, if its server is there. */
  async release(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer.stop();
    this.#outside.stop();
  }

  /** The file holds what we have written. */
  async #isOurs(hash: string): Promise<void> {
    this.#outside.forget();
    this.#hash = hash;
    await this.#setBlocked(null);
    this.#schedule();
  }

  /** Nothing is written from now on, until the change is merged. Nobody can merge into a closed document. */
  async #changedOutside(hash: string | null): Promise<void> {
    this.#timer.stop();
    if (this.#closed) {
      await this.#setBlocked('changed-outside');
      return;
    }
    if (this.#options.linked()) {
      this.#outside.seen(hash);
    }
    if (this.#blocked === 'missing') {
      await this.#setBlocked(null);
    }
    this.#tell();
  }

  async #readOutside(): Promise<void> {
    if (!this.#outside.waits || !this.#options.linked()) {
      return;
    }
    const outcome = await this.#outside.read(
      this.#hash,
      hash => hash === this.#hash || hash === this.#sentHash
    );
    switch (outcome.kind) {
      case 'waits':
        break;
      case 'ours':
        await this.#isOurs(outcome.hash);
        break;
      case 'missing':
        await this.#setBlocked('missing');
        break;
      case 'blocked':
        await this.#setBlocked('changed-outside', outcome.reason);
        break;
      case 'unkept':
        this.#lacks(outcome.seq);
        await this.#onRefusal(outcome.error);
        break;
      case 'merged':
        await this.#merged(outcome);
    }
    this.#tell();
  }

  /** The file lacks at least this edit. */
  #lacks(seq: number): void {
    this.#headSeq = Math.max(this.#headSeq, seq);
    this.#fileSeq = Math.min(this.#fileSeq, seq - 1);
  }

  async #merged(outcome: Extract<OutsideOutcome, { kind: 'merged' }>) {
    const { hash, seq, same } = outcome;
    this.#lacks(seq);
    this.#hash = hash;
    this.#sentHash = null;
    this.#failure = null;
    if (same) {
      this.#fileSeq = seq;
      this.#outside.settled();
    }
    await this.#setBlocked(null);
    await this.#save();
    await this.#write();
  }

  /** What the owner has decided on a file in this state. */
  async #decide(state: Blocked, act: () => Promise<void>): Promise<void> {
    if (this.#blocked !== state) {
      throw new CommonsError(
        'BAD_REQUEST',
        `this choice is for a file that is ${state}`
      );
    }
    if (!this.#options.linked()) {
      throw new CommonsError('LINK_ABSENT');
    }
    await this.#do(async () => {
      try {
        await act();
      } catch (error) {
        await this.#onRefusal(refusalOf(error));
        throw error;
      }
    });
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
      this.#busy ||
      this.#queued ||
      this.#blocked !== null ||
      this.#outside.waits ||
      this.behind === 0 ||
      !this.#options.linked()
    ) {
      return;
    }
    this.#timer.edited();
  }

  /** Writes what is missing, if anything is and nothing is in the way. Does not throw. */
  async #write(): Promise<void> {
    this.#queued = false;
    this.#busy = true;
    await this.#writeOnce();
    this.#busy = false;
    this.#schedule();
  }

  async #writeOnce(): Promise<void> {
    if (this.#headKnown && !this.#mayWrite()) {
      this.#tell();
      return;
    }
    const latest = await this.#content().catch(() => null);
    if (latest === null) {
      // The document cannot be read at the moment; nothing is known about the file.
      this.#unreadable = this.#closed;
      this.#retry();
      return;
    }
    try {
      if (this.#mayWrite()) {
        await this.#settle();
        await this.#send(latest, this.#hash);
      }
      this.#tell();
    } catch (error) {
      await this.#onRefusal(refusalOf(error));
    }
  }

  #mayWrite(): boolean {
    return (
      this.behind > 0 &&
      this.#blocked === null &&
      !this.#outside.waits &&
      this.#options.linked()
    );
  }

  async #content(): Promise<FileContent> {
    const latest = await this.#options.content();
    this.#closed ||= latest.closed;
    this.#headSeq = Math.max(this.#headSeq, latest.seq);
    this.#headKnown = true;
    return latest;
  }

  /**
   * A write whose answer was lost, or that a crash fell into, may have been
   * done. Then the file holds what we sent, and nobody else has changed it.
   */
  async #settle(): Promise<void> {
    if (this.#sentHash === null) {
      return;
    }
    try {
      const { hash } = await this.#ask({ method: 'read' });
      if (hash === this.#sentHash) {
        this.#hash = hash;
      }
    } catch (error) {
      // Whatever else is wrong with the file the write itself will say.
      if (refusalOf(error).code === 'LINK_ABSENT') {
        throw error;
      }
    }
  }

  async #overwrite(baseHash: string | null): Promise<void> {
    await this.#send(await this.#content(), baseHash);
  }

  async #send(
    { text, outline, seq }: FileContent,
    baseHash: string | null
  ): Promise<void> {
    this.#timer.writing();
    const sent = hashOf(text);
    // First, so that whatever the file holds after a crash can be merged against.
    await this.#options.remember(sent, outline, [this.#hash]).catch(() => {});
    this.#sentHash = sent;
    await this.#save();
    const result = await this.#ask({
      method: 'write',
      baseHash,
      content: text
    });
    this.#hash = result.hash ?? this.#sentHash;
    this.#sentHash = null;
    this.#outside.settled();
    this.#fileSeq = seq;
    this.#failure = null;
    this.#blocked = null;
    this.#reason = null;
    this.#timer.freed();
    await this.#save();
    this.#schedule();
  }

  #ask(call: LinkCall): Promise<LinkResult> {
    const { path, type } = this.document;
    return this.#options.ask({ ...call, path, type });
  }

  async #onRefusal(error: CommonsError): Promise<void> {
    if (error.code !== 'LINK_ABSENT') {
      // A refusal means that nothing was written.
      this.#sentHash = null;
    }
    switch (error.code) {
      case 'FILE_CHANGED':
        await this.#changedOutside(null);
        break;
      case 'FILE_MISSING':
        await this.#setBlocked('missing');
        break;
      case 'LINK_ABSENT':
        // A server that is linked but silent is asked again; the others when they are back.
        this.#retry();
        break;
      default:
        this.#failure = (error.detail ?? errors[error.code].text).slice(0, 256);
        await this.#save();
        this.#retry();
    }
    this.#tell();
  }

  #retry(): void {
    if (!this.#stopped && this.#options.linked()) {
      this.#timer.retry();
    }
  }

  async #setBlocked(
    blocked: Blocked | null,
    reason: string | null = null
  ): Promise<void> {
    if (blocked !== null) {
      this.#timer.stop();
    }
    if (this.#blocked !== blocked || this.#reason !== reason) {
      this.#blocked = blocked;
      this.#reason = reason;
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
      detail: this.#blocked === null ? this.#failure : this.#reason,
      hash: this.#hash,
      seq: this.#fileSeq,
      sent: this.#sentHash
    };
    await this.#options.save(file).catch(() => {});
  }

  #tell(): void {
    this.#teller.tell(this.status);
  }
}

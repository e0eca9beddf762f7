import {
  CommonsError,
  errors,
  type FileState
} from '@jupyterlab-commons/protocol';
import type { LinkCall, LinkResult } from '../live/link.ts';
import type { FileContent, FileStatus } from '../sharing/live-rooms.ts';
import type { StoredDocument } from '../storage/store.ts';
import { FileWriter } from './file-writer.ts';
import type { KeptFileOptions } from './kept-file-options.ts';
import { OutsideChange, type OutsideOutcome } from './outside-change.ts';
import { refusalOf } from './plain.ts';
import { Standing, type Blocked } from './standing.ts';
import { StatusTeller } from './status-teller.ts';
import { WriteTimer } from './write-timer.ts';

const FAILURE_MOST = 256;

/** One owner's file, kept equal to its document. One write at a time. */
export class KeptFile {
  readonly #options: KeptFileOptions;
  readonly #standing: Standing;
  /** A write is under way, or waits for its turn: it takes all edits along. */
  #busy = false;
  #queued = false;
  readonly #timer: WriteTimer;
  #work: Promise<void> = Promise.resolve();
  #stopped = false;
  readonly #outside: OutsideChange;
  readonly #writer: FileWriter;
  readonly #teller: StatusTeller;

  constructor(options: KeptFileOptions) {
    this.#options = options;
    this.#standing = new Standing(options.document);
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
    this.#writer = new FileWriter({
      file: options,
      standing: this.#standing,
      ask: call => this.#ask(call),
      save: () => this.#save()
    });
  }

  get document(): StoredDocument & { path: string; server: string } {
    return this.#options.document;
  }

  get hash(): string | null {
    return this.#standing.hash;
  }

  get behind(): number {
    return this.#standing.behind;
  }

  get state(): FileState {
    return this.status.fileState;
  }

  get status(): FileStatus {
    return this.#standing.status(this.#options.linked(), this.#outside.waits);
  }

  /** Nobody can edit the document any more. */
  get closed(): boolean {
    return this.#standing.closed;
  }

  /** Nothing is left that could be done for a closed document. */
  get over(): boolean {
    return this.#standing.over;
  }

  /** Edits up to `seq` are in the document. */
  edited(seq: number): void {
    this.#standing.headSeq = Math.max(this.#standing.headSeq, seq);
    this.#tell();
    this.#schedule();
  }

  /** The server has linked, after a start or an absence: whatever is missing is written now. */
  async linkUp(): Promise<void> {
    this.#timer.freed();
    this.#standing.failure = null;
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
      if (hash !== null && this.#standing.isOurs(hash)) {
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
    this.#standing.closed = true;
    if (this.#standing.blocked === 'changed-outside') {
      // Its owner cannot choose any more; the write meets the change again.
      await this.#do(() => this.#setBlocked(null));
    }
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
    this.#standing.hash = hash;
    await this.#setBlocked(null);
    this.#schedule();
  }

  /** Nothing is written from now on, until the change is merged. */
  async #changedOutside(hash: string | null): Promise<void> {
    this.#timer.stop();
    if (this.#standing.done) {
      // The change is all there is to have.
      this.#outside.forget();
    } else if (this.#options.linked()) {
      this.#outside.seen(hash);
    }
    if (this.#standing.blocked === 'missing') {
      await this.#setBlocked(null);
    }
    this.#tell();
  }

  async #readOutside(): Promise<void> {
    if (!this.#outside.waits || !this.#options.linked()) {
      return;
    }
    const outcome = await this.#outside.read(this.#standing.hash, hash =>
      this.#standing.isOurs(hash)
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
        await this.#cannotMerge(outcome.reason);
        break;
      case 'unkept':
        this.#standing.lacks(outcome.seq);
        await this.#onRefusal(outcome.error);
        break;
      case 'merged':
        await this.#merged(outcome);
    }
    this.#tell();
  }

  async #merged(outcome: Extract<OutsideOutcome, { kind: 'merged' }>) {
    const { hash, seq, same } = outcome;
    this.#standing.lacks(seq);
    this.#standing.hash = hash;
    this.#standing.sentHash = null;
    this.#standing.failure = null;
    if (same) {
      this.#standing.fileSeq = seq;
      this.#outside.settled();
    }
    await this.#setBlocked(null);
    await this.#save();
    await this.#write();
  }

  /** F2: its owner chooses; where nobody can any more, both versions are kept. */
  async #cannotMerge(reason: string): Promise<void> {
    if (!this.#standing.closed) {
      await this.#setBlocked('changed-outside', reason);
      return;
    }
    try {
      const { hash, keptAs } = await this.#ask({ method: 'keep' });
      await this.#options.kept(keptAs, reason);
      // What lies beside it may be written over, also later.
      this.#standing.hash = hash;
      this.#standing.sentHash = null;
      await this.#save();
      await this.#write();
    } catch (error) {
      await this.#onRefusal(refusalOf(error));
    }
  }

  /** What the owner has decided on a file in this state. */
  async #decide(state: Blocked, act: () => Promise<void>): Promise<void> {
    if (this.#standing.blocked !== state) {
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
    if (!this.#stopped && !this.#busy && !this.#queued && this.#mayWrite()) {
      this.#timer.edited();
    }
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
    if (this.#standing.headKnown && !this.#mayWrite()) {
      this.#tell();
      return;
    }
    const latest = await this.#writer.content().catch(() => null);
    if (latest === null) {
      // The document cannot be read at the moment; nothing is known about the file.
      this.#standing.unreadable = this.#standing.closed;
      this.#retry();
      return;
    }
    try {
      if (this.#mayWrite()) {
        await this.#writer.settle();
        await this.#send(latest, this.#standing.hash);
      }
      this.#tell();
    } catch (error) {
      await this.#onRefusal(refusalOf(error));
    }
  }

  #mayWrite(): boolean {
    return (
      this.behind > 0 &&
      this.#standing.blocked === null &&
      !this.#outside.waits &&
      this.#options.linked()
    );
  }

  async #overwrite(baseHash: string | null): Promise<void> {
    await this.#send(await this.#writer.content(), baseHash);
  }

  async #send(latest: FileContent, baseHash: string | null): Promise<void> {
    this.#timer.writing();
    await this.#writer.write(latest, baseHash);
    this.#outside.settled();
    this.#timer.freed();
    await this.#save();
    this.#schedule();
  }

  async #ask(call: LinkCall): Promise<LinkResult> {
    const { path, type } = this.document;
    const result = await this.#options.ask({ ...call, path, type });
    if (call.method === 'read' && type === 'text') {
      this.#writer.saw(result.content);
    }
    return result;
  }

  async #onRefusal(error: CommonsError): Promise<void> {
    if (error.code !== 'LINK_ABSENT') {
      // A refusal means that nothing was written.
      this.#standing.sentHash = null;
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
      default: {
        const said = error.detail ?? errors[error.code].text;
        this.#standing.failure = said.slice(0, FAILURE_MOST);
        await this.#save();
        this.#retry();
      }
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
    const standing = this.#standing;
    if (blocked !== null) {
      this.#timer.stop();
      this.#outside.forget();
    }
    if (standing.blocked !== blocked || standing.reason !== reason) {
      standing.blocked = blocked;
      standing.reason = reason;
      await this.#save();
    }
    this.#tell();
  }

  /** A store that fails costs a needless question to the owner, no data. */
  async #save(): Promise<void> {
    await this.#options.save(this.#standing.stored()).catch(() => {});
  }

  #tell(): void {
    this.#teller.tell(this.status);
  }
}

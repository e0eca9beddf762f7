import type { FileState } from '@jupyterlab-commons/protocol';
import type { FileStatus } from '../sharing/live-rooms.ts';
import type { KeptFileOptions, Stored } from './kept-file-options.ts';

/** States that only the owner can end; nothing is written meanwhile (F2). */
export type Blocked = 'changed-outside' | 'missing';

/** How a file stands to its document, as far as it is known. */
export class Standing {
  /** What the file held when it was last written or read by us. */
  hash: string | null;
  /** What was sent and not answered yet: the file may hold it. */
  sentHash: string | null;
  /** The last edit that the file holds, and the last there is. */
  fileSeq: number;
  headSeq: number;
  /** False while edits from before this was made could be missing without our knowing. */
  headKnown: boolean;
  blocked: Blocked | null;
  /** Why a change from outside could not be merged. */
  reason: string | null;
  /** Why the last write, or the copy that has to come before it, failed. */
  failure: string | null;
  /** Nobody can edit the document any more. */
  closed: boolean;
  /** A closed document that the store does not give. */
  unreadable = false;

  constructor({ file, head, closedAt }: KeptFileOptions['document']) {
    const { state, detail } = file;
    this.hash = file.hash;
    this.sentHash = file.sent;
    this.fileSeq = file.seq;
    this.headSeq = Math.max(file.seq, head ?? 0);
    this.headKnown = head !== undefined;
    this.blocked =
      state === 'changed-outside' || state === 'missing' ? state : null;
    this.reason = state === 'changed-outside' ? detail : null;
    this.failure = state === 'failed' ? detail : null;
    this.closed = closedAt !== null;
  }

  /** Edits that the file lacks. */
  get behind(): number {
    return Math.max(0, this.headSeq - this.fileSeq);
  }

  /** Closed, and the file has everything. */
  get done(): boolean {
    return this.closed && this.headKnown && this.behind === 0;
  }

  /** Nothing is left that could be done for a closed document. */
  get over(): boolean {
    return (
      this.closed &&
      (this.behind === 0 || this.blocked !== null || this.unreadable)
    );
  }

  /** Whether the file is what we have written, or sent. */
  isOurs(hash: string): boolean {
    return hash === this.hash || hash === this.sentHash;
  }

  /** The file lacks at least this edit. */
  lacks(seq: number): void {
    this.headSeq = Math.max(this.headSeq, seq);
    this.fileSeq = Math.min(this.fileSeq, seq - 1);
  }

  /** The file holds `hash`, and with it everything up to `seq`. */
  wrote(hash: string | null, seq: number): void {
    this.hash = hash;
    this.sentHash = null;
    this.fileSeq = seq;
    this.failure = null;
    this.blocked = null;
    this.reason = null;
  }

  /** For pages; `waits` while a change from outside is being looked at. */
  status(linked: boolean, waits: boolean): FileStatus {
    const fileState = this.#state(linked, waits);
    const failure = fileState === 'failed' ? this.failure : null;
    const reason = fileState === 'changed-outside' ? this.reason : null;
    return { fileState, fileDetail: failure ?? reason, behind: this.behind };
  }

  /** What must outlive this process. */
  stored(): Stored {
    return {
      state: this.blocked ?? (this.failure === null ? 'saved' : 'failed'),
      detail: this.blocked === null ? this.failure : this.reason,
      hash: this.hash,
      seq: this.fileSeq,
      sent: this.sentHash
    };
  }

  #state(linked: boolean, waits: boolean): FileState {
    if (this.blocked !== null) {
      return this.blocked;
    }
    if (!linked) {
      return 'away';
    }
    if (this.failure !== null) {
      return 'failed';
    }
    return this.behind > 0 || waits ? 'behind' : 'saved';
  }
}

import {
  CommonsError,
  type ErrorCode,
  type Role
} from '@jupyterlab-commons/protocol';
import type { SaveState } from '../tokens';

/**
 * Knows how far the edits of this page are on the companion's disk (S3). It
 * counts the update frames of one connection and compares them with what the
 * companion says; `saved` is answered only when nothing made here can be lost.
 */
export class SaveTracker {
  /** What the companion lets this connection do. */
  role: Role = 'view';
  /** Why the companion takes no edits at the moment; null while it does. */
  notWritable: ErrorCode | null = null;
  /** Why there will be no further connection. */
  ended: CommonsError | null = null;

  /** Edits made in this page of which the companion has not said that it has them. */
  get unsaved(): boolean {
    return this._unsaved;
  }

  /** Whether everything known here has been offered on the present connection. */
  get offered(): boolean {
    return this._offered;
  }

  connected(): void {
    this._connected = true;
    this._offered = false;
    this._sent = 0;
    this._saved = 0;
    this._refused = 0;
    this._refusedAt = 0;
    this._wholeAt = 0;
    this._reason = null;
  }

  disconnected(): void {
    this._connected = false;
    this._offered = false;
  }

  /** The first sync of this document is complete; from now on losing the line is "offline". */
  synced(): void {
    this._synced = true;
  }

  /** An update frame has left; `whole` for a sync step 2, which holds all that is known here. */
  frameSent(whole: boolean): void {
    this._sent++;
    if (whole) {
      this._offered = true;
      this._wholeAt = this._sent;
    }
    this._settle();
  }

  framesSaved(count: number): void {
    this._saved = Math.max(this._saved, count);
    this._settle();
  }

  /**
   * One frame was not taken, and the connection goes on. A refusal overtakes
   * frames that wait for the disk, so which one is meant is not known; only a
   * frame sent from now on, holding everything, surely makes up for it.
   */
  frameRefused(code: ErrorCode): void {
    this._refused++;
    this._refusedAt = this._sent;
    this._reason = code;
    this._settle();
  }

  edited(): void {
    this._unsaved = true;
  }

  get state(): SaveState {
    if (this.ended !== null) {
      return { kind: 'ended', error: this.ended };
    }
    if (!this._connected) {
      return this._synced
        ? { kind: 'offline', kept: this._unsaved }
        : { kind: 'connecting' };
    }
    if (!this._synced) {
      return { kind: 'connecting' };
    }
    if (this.role === 'view') {
      return { kind: 'readonly', error: new CommonsError('ROLE_TOO_LOW') };
    }
    if (this.notWritable !== null) {
      return { kind: 'readonly', error: new CommonsError(this.notWritable) };
    }
    if (this._reason !== null) {
      return { kind: 'readonly', error: new CommonsError(this._reason) };
    }
    return this._unsaved
      ? { kind: 'saving', count: Math.max(1, this._sent - this._handled) }
      : { kind: 'saved' };
  }

  private get _handled(): number {
    return this._saved + this._refused;
  }

  private _settle(): void {
    // What a viewer sends is never saved.
    const allHandled = this._offered && this._handled >= this._sent;
    const allTaken = this._refusedAt === 0 || this._wholeAt > this._refusedAt;
    if (allHandled && allTaken && this.role !== 'view') {
      this._unsaved = false;
      this._reason = null;
    }
  }

  private _connected = false;
  private _synced = false;
  private _offered = false;
  private _unsaved = false;
  private _sent = 0;
  private _saved = 0;
  private _refused = 0;
  /** How many frames had been sent when the last refusal came; 0 for none. */
  private _refusedAt = 0;
  /** The place of the last frame that held everything. */
  private _wholeAt = 0;
  /** Why frames were refused since then. */
  private _reason: ErrorCode | null = null;
}

import {
  CommonsError,
  type DocumentInfo,
  type MergedMessage,
  type Role,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Awareness } from 'y-protocols/awareness';
import type { ILiveEntry, SaveState } from '../tokens';

type Facts = {
  info: DocumentInfo;
  role: Role;
  saveState: SaveState;
  status: StatusMessage | null;
  merged: MergedMessage | null;
  unsaved: boolean;
};

/** A live document that is open in this page: what its connection has learned. */
export class LiveEntry implements ILiveEntry {
  constructor(
    /** As JupyterLab knows it; changes when the document is renamed. */
    public path: string,
    info: DocumentInfo,
    readonly awareness: Awareness
  ) {
    this._facts = {
      info,
      role: info.role,
      saveState: { kind: 'connecting' },
      status: null,
      merged: null,
      unsaved: false
    };
    // Nobody has to wait for it.
    this._synced.promise.catch(() => null);
  }

  /** Why the last connection was lost or not made; null before that happened. */
  problem: CommonsError | null = null;

  get info(): DocumentInfo {
    return this._facts.info;
  }
  get role(): Role {
    return this._facts.role;
  }
  get saveState(): SaveState {
    return this._facts.saveState;
  }
  get status(): StatusMessage | null {
    return this._facts.status;
  }
  get merged(): MergedMessage | null {
    return this._facts.merged;
  }
  /** Whether leaving the page now would lose an edit. */
  get unsaved(): boolean {
    return this._facts.unsaved;
  }
  get changed(): ISignal<this, void> {
    return this._changed;
  }
  get disposed(): ISignal<this, void> {
    return this._disposed;
  }
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The document is here whole; rejects when the connection is refused for good before. */
  get synced(): Promise<void> {
    return this._synced.promise;
  }

  setSynced(): void {
    this._synced.resolve();
  }

  /** Takes what is new; tells of it once, and only if anything is. */
  update(facts: Partial<Facts>): void {
    const next = { ...this._facts, ...facts };
    if (
      this._isDisposed ||
      JSON.stringify(next) === JSON.stringify(this._facts)
    ) {
      return;
    }
    this._facts = next;
    if (next.saveState.kind === 'ended') {
      this._synced.reject(next.saveState.error);
    }
    this._changed.emit();
  }

  /** Resolves when every edit made here is saved; rejects, in words, when that cannot be. */
  flush(timeoutMs: number): Promise<void> {
    const done = new PromiseDelegate<void>();
    const look = () => {
      const { saveState, unsaved } = this._facts;
      if (!unsaved && saveState.kind !== 'ended') {
        done.resolve();
      } else if (saveState.kind === 'readonly' || saveState.kind === 'ended') {
        done.reject(saveState.error);
      }
    };
    const timer = setTimeout(
      () => done.reject(new CommonsError('STORE_BUSY')),
      timeoutMs
    );
    this._changed.connect(look);
    look();
    return done.promise.finally(() => {
      clearTimeout(timer);
      this._changed.disconnect(look);
    });
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._synced.reject(new CommonsError('STOPPING'));
    this._disposed.emit();
    Signal.clearData(this);
  }

  private _facts: Facts;
  private _synced = new PromiseDelegate<void>();
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
  private _disposed = new Signal<this, void>(this);
}

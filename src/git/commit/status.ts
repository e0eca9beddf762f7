import type { GitStatus } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IGitWrites } from '../../client/git-writes';

/** What waits for several files to be written together. */
const SETTLE_MS = 400;

/**
 * - `none`: no repository is looked at.
 * - `failed`: `last` is what was known before, null where nothing was.
 */
export type StatusState =
  | { kind: 'none' }
  | { kind: 'loading' }
  | { kind: 'ready'; status: GitStatus }
  | { kind: 'failed'; reason: unknown; last: GitStatus | null };

/** What is staged, changed and new in one repository, current while somebody looks. */
export class RepositoryStatus implements IDisposable {
  constructor(private readonly _calls: Pick<IGitWrites, 'status'>) {
    // Files change outside of this page while it is behind another window.
    window.addEventListener('focus', this.later);
  }

  get repo(): string | null {
    return this._repo;
  }

  get state(): StatusState {
    return this._state;
  }

  /** The latest that is known. */
  get status(): GitStatus | null {
    const { _state: state } = this;
    return state.kind === 'ready'
      ? state.status
      : state.kind === 'failed'
        ? state.last
        : null;
  }

  /** Without the copies that JupyterLab keeps: nobody commits them. */
  get files(): GitStatus['files'] {
    return this.status?.files.filter(each => !isCopy(each)) ?? [];
  }

  /** Whether there are such copies, which `.gitignore` could name. */
  get hasCopies(): boolean {
    return this.status?.files.some(isCopy) ?? false;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    window.removeEventListener('focus', this.later);
    Signal.clearData(this);
  }

  /** Goes to another repository, or to none. */
  follow(repo: string | null): void {
    if (repo !== this._repo) {
      this._repo = repo;
      this._set(repo === null ? { kind: 'none' } : { kind: 'loading' });
      this.later();
    }
  }

  setSeen(isSeen: boolean): void {
    if (isSeen !== this._isSeen) {
      this._isSeen = isSeen;
      this.later();
    }
  }

  /** Something may have changed: asks in a moment, once. */
  later = (): void => {
    clearTimeout(this._timer);
    if (this._isSeen && this._repo !== null && !this._isDisposed) {
      this._timer = setTimeout(() => void this.refresh(), SETTLE_MS);
    }
  };

  /** Asks now. Never rejects: the state says how it went. */
  async refresh(): Promise<void> {
    clearTimeout(this._timer);
    const repo = this._repo;
    if (repo === null) {
      return;
    }
    const turn = ++this._turn;
    const isCurrent = () => turn === this._turn && repo === this._repo;
    try {
      const status = await this._calls.status(repo);
      if (isCurrent()) {
        this._set({ kind: 'ready', status });
      }
    } catch (reason) {
      if (isCurrent()) {
        this._set({ kind: 'failed', reason, last: this.status });
      }
    }
  }

  private _set(state: StatusState): void {
    if (!this._isDisposed) {
      this._state = state;
      this._changed.emit();
    }
  }

  private _repo: string | null = null;
  private _state: StatusState = { kind: 'none' };
  private _isSeen = false;
  private _turn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

const isCopy = ({ path, unstaged }: GitStatus['files'][number]): boolean =>
  unstaged === 'untracked' && path.split('/').includes('.ipynb_checkpoints');

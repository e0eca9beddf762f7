import type { GitCommit } from '@jupyterlab-commons/protocol';
import type { IGitCalls } from '../client/git';

/** One commit against its parent, or the change from one to another. */
export type Shown = { hash: string; from?: string };

export type DetailsState =
  | { kind: 'none' }
  | { kind: 'loading' }
  | { kind: 'ready'; commit: GitCommit; from?: string }
  | { kind: 'failed'; reason: unknown };

/** Commits do not change, so those that were looked at last are kept. */
const MOST_KEPT = 50;

/** The commit that is looked at, fetched when it is not known. */
export class Details {
  constructor(
    private readonly _calls: IGitCalls,
    private readonly _onChanged: () => void
  ) {}

  get state(): DetailsState {
    return this._state;
  }

  async show(repo: string, shown: Shown | null): Promise<void> {
    this._abort.abort();
    if (shown === null) {
      this._setState({ kind: 'none' });
      return;
    }
    const { hash, from } = shown;
    const key = JSON.stringify([repo, hash, from]);
    const known = this._kept.get(key);
    if (known !== undefined) {
      this._setState({ kind: 'ready', commit: known, from });
      return;
    }
    const { signal } = (this._abort = new AbortController());
    this._setState({ kind: 'loading' });
    try {
      const commit = await this._calls.commit(repo, hash, from, signal);
      this._keep(key, commit);
      if (!signal.aborted) {
        this._setState({ kind: 'ready', commit, from });
      }
    } catch (reason) {
      if (!signal.aborted) {
        this._setState({ kind: 'failed', reason });
      }
    }
  }

  dispose(): void {
    this._abort.abort();
  }

  private _keep(key: string, commit: GitCommit): void {
    this._kept.set(key, commit);
    const [oldest] = this._kept.keys();
    if (this._kept.size > MOST_KEPT && oldest !== undefined) {
      this._kept.delete(oldest);
    }
  }

  private _setState(state: DetailsState): void {
    this._state = state;
    this._onChanged();
  }

  private _state: DetailsState = { kind: 'none' };
  private _abort = new AbortController();
  private readonly _kept = new Map<string, GitCommit>();
}

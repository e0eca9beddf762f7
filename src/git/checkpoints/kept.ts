import type { GitKept } from '@jupyterlab-commons/protocol';
import type {
  CheckpointEnd,
  ListCheckpoints
} from '../../client/git-checkpoints';

const PAGE = 50;
const BIG_PAGE = 200;

/** As the states of `Rows`; `reason` of a failure, after which `more` tries again. */
export type KeptState =
  | { kind: 'loading' }
  | { kind: 'more' }
  | { kind: 'done' }
  | { kind: 'failed'; reason: unknown };

/** The checkpoints of one file or of a repository, page by page as they are asked for. */
export class Kept {
  readonly rows: GitKept[] = [];

  constructor(
    private readonly _list: ListCheckpoints,
    readonly repo: string,
    /** Undefined: of all files. */
    readonly path: string | undefined,
    /** A page has come or has failed. */
    private readonly _onChanged: (kept: Kept) => void
  ) {}

  get state(): KeptState {
    return this._state;
  }

  /** How many stay; null before the first page. */
  get limits(): Pick<CheckpointEnd, 'ofFile' | 'inAll'> | null {
    return this._end;
  }

  /** Fetches until there are as many rows and one page, or no more of them. */
  async fill(count: number): Promise<void> {
    do {
      const missing = Math.max(count - this.rows.length, PAGE);
      await this.more(Math.min(missing, BIG_PAGE));
    } while (this._state.kind === 'more' && this.rows.length < count);
  }

  async more(limit = PAGE): Promise<void> {
    if (this._isAsking || this._state.kind === 'done') {
      return;
    }
    this._isAsking = true;
    const { signal } = this._abort;
    const { repo, path } = this;
    const query = { repo, path, after: this.rows.at(-1)?.ref, limit };
    try {
      this._end = await this._list(
        query,
        rows => signal.aborted || this.rows.push(...rows),
        signal
      );
      const { cursor } = this._end;
      this._state = { kind: cursor === undefined ? 'done' : 'more' };
    } catch (reason) {
      this._state = { kind: 'failed', reason };
    }
    this._isAsking = false;
    if (!signal.aborted) {
      this._onChanged(this);
    }
  }

  /** What is on its way is not waited for any more. */
  stop(): void {
    this._abort.abort();
  }

  private _state: KeptState = { kind: 'loading' };
  private _end: CheckpointEnd | null = null;
  private _isAsking = false;
  private readonly _abort = new AbortController();
}

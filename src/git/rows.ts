import type { GitRow } from '@jupyterlab-commons/protocol';
import type { HistoryEnd, HistoryQuery, IGitCalls } from '../client/git';
import { Lanes, type LaneRow } from './lanes';

const PAGE_ROWS = 50;
/** A list that is read again in the background asks for this many at a time. */
const BIG_PAGE_ROWS = 500;

/**
 * - `loading`: rows are on their way. `more`: there are older ones.
 * - `done`: that was all. `stopped`: the server gave the search up.
 * - `failed`: `reason` says why; `more()` tries again.
 */
export type RowsState =
  | { kind: 'loading' }
  | { kind: 'more' }
  | { kind: 'done' }
  | { kind: 'stopped' }
  | { kind: 'failed'; reason: unknown };

/** The rows of one question, page by page as they are asked for. */
export class Rows {
  readonly rows: GitRow[] = [];
  readonly lanes: LaneRow[] = [];
  /** Whether lanes are exact; by date they are as good as the clocks. */
  order: HistoryEnd['order'] = 'date';
  /** Whether pages came in different orders; then rows may be missing. */
  isMixed = false;

  constructor(
    private readonly _calls: IGitCalls,
    private readonly _repo: string,
    private readonly _query: HistoryQuery,
    /** Rows have come, or the state is another one. */
    public onChanged: () => void = () => undefined
  ) {}

  get state(): RowsState {
    return this._state;
  }

  indexOf(hash: string | null): number {
    return hash === null ? -1 : (this._places.get(hash) ?? -1);
  }

  /** Fetches the next page, unless one is on its way or there is none. */
  async more(limit = PAGE_ROWS): Promise<void> {
    const { kind } = this._state;
    if (this._isAsking || kind === 'done' || kind === 'stopped') {
      return;
    }
    this._isAsking = true;
    this._setState({ kind: 'loading' });
    const { signal } = this._abort;
    try {
      const end = await this._calls.history(
        this._repo,
        { ...this._query, after: this._cursor, limit },
        rows => signal.aborted || this._add(rows),
        signal
      );
      // The server has learnt a better order since: what is listed is in another.
      this.isMixed ||= this._cursor !== undefined && end.order !== this.order;
      this._cursor = end.cursor;
      this.order = end.order;
      this._end(
        end.stopped === true
          ? { kind: 'stopped' }
          : { kind: end.cursor === undefined ? 'done' : 'more' }
      );
    } catch (reason) {
      this._end({ kind: 'failed', reason });
    }
  }

  /** Fetches until there are as many rows, or no more of them. */
  async fill(count: number): Promise<void> {
    do {
      const missing = Math.max(count - this.rows.length, PAGE_ROWS);
      await this.more(Math.min(missing, BIG_PAGE_ROWS));
    } while (this._state.kind === 'more' && this.rows.length < count);
  }

  /** What is on its way is not waited for any more. */
  stop(): void {
    this._abort.abort();
  }

  /** A page that failed half-way is asked for again; its first rows are known. */
  private _add(rows: readonly GitRow[]): void {
    for (const row of rows) {
      if (!this._places.has(row.hash)) {
        this._places.set(row.hash, this.rows.length);
        this.rows.push(row);
        this.lanes.push(this._layout.add(row));
      }
    }
    if (rows.length > 0) {
      this.onChanged();
    }
  }

  private _end(state: RowsState): void {
    this._isAsking = false;
    if (!this._abort.signal.aborted) {
      this._setState(state);
    }
  }

  private _setState(state: RowsState): void {
    this._state = state;
    this.onChanged();
  }

  private _state: RowsState = { kind: 'more' };
  private _isAsking = false;
  private _cursor: string | undefined;
  private readonly _places = new Map<string, number>();
  private readonly _layout = new Lanes();
  private readonly _abort = new AbortController();
}

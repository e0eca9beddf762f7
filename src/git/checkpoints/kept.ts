import type { GitKept } from '@jupyterlab-commons/protocol';
import type {
  CheckpointEnd,
  ListCheckpoints
} from '../../client/git-checkpoints';

const PAGE = 50;
const BIG_PAGE = 200;

/** What is read: the list from its beginning, or the page after its end. */
export type KeptPart = 'list' | 'older';

export type KeptState = {
  rows: readonly GitKept[];
  hasOlder: boolean;
  /** How many stay; null before the first page. */
  limits: Pick<CheckpointEnd, 'ofFile' | 'inAll'> | null;
  /** What could not be read, until it can be. */
  failed: Partial<Record<KeptPart, { reason: unknown }>>;
  /** Whether a person waits for rows; not while they are read again by themselves. */
  isAwaited: boolean;
};

/** The checkpoints of one file or of a repository, page by page as they are asked for. */
export class Kept {
  constructor(
    private readonly _list: ListCheckpoints,
    readonly repo: string,
    /** Undefined: of all files. */
    readonly path: string | undefined,
    private readonly _onChanged: () => void
  ) {}

  get state(): KeptState {
    return this._state;
  }

  /** Reads again what is listed, which stays until all of it has come. Never rejects. */
  refresh(): Promise<void> {
    return this._read('list');
  }

  /** A person asks for a page more, or for what has failed. Never rejects. */
  ask(part: KeptPart): Promise<void> {
    this._set({ isAwaited: true });
    return this._read(part);
  }

  /** What is on its way is not waited for any more. */
  stop(): void {
    this._abort.abort();
  }

  /** One after the other: a page is that after the rows which are there by then. */
  private async _read(part: KeptPart): Promise<void> {
    this._waiting.add(part);
    if (this._isReading) {
      return;
    }
    this._isReading = true;
    // Also walks over what is added meanwhile.
    for (const each of this._waiting) {
      this._waiting.delete(each);
      const change = await this._try(each);
      const isAwaited = this._state.isAwaited && this._waiting.size > 0;
      this._set({ ...change, isAwaited });
    }
    this._isReading = false;
  }

  private async _try(part: KeptPart): Promise<Partial<KeptState>> {
    try {
      return part === 'list' ? await this._readList() : await this._readOlder();
    } catch (reason) {
      return { failed: { ...this._state.failed, [part]: { reason } } };
    }
  }

  /** As many rows as there are, or one page. */
  private async _readList(): Promise<Partial<KeptState>> {
    const rows: GitKept[] = [];
    const count = this._state.rows.length;
    let end: CheckpointEnd;
    do {
      const missing = Math.max(count - rows.length, PAGE);
      end = await this._page(rows, Math.min(missing, BIG_PAGE));
    } while (end.cursor !== undefined && rows.length < count);
    return {
      rows,
      limits: end,
      hasOlder: end.cursor !== undefined,
      failed: {}
    };
  }

  private async _readOlder(): Promise<Partial<KeptState>> {
    const rows = [...this._state.rows];
    const end = await this._page(rows, PAGE);
    const failed = { ...this._state.failed, older: undefined };
    return { rows, limits: end, hasOlder: end.cursor !== undefined, failed };
  }

  private _page(rows: GitKept[], limit: number): Promise<CheckpointEnd> {
    const { repo, path } = this;
    return this._list(
      { repo, path, after: rows.at(-1)?.ref, limit },
      more => rows.push(...more),
      this._abort.signal
    );
  }

  private _set(change: Partial<KeptState>): void {
    if (!this._abort.signal.aborted) {
      this._state = { ...this._state, ...change };
      this._onChanged();
    }
  }

  private _state: KeptState = {
    rows: [],
    hasOlder: false,
    limits: null,
    failed: {},
    isAwaited: true
  };
  private readonly _waiting = new Set<KeptPart>();
  private _isReading = false;
  private readonly _abort = new AbortController();
}

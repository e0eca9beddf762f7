import type { IStateDB } from '@jupyterlab/statedb';

const KEY = 'jupyterlab-commons:git-changes';
const MOST_DRAFTS = 20;
const MOST_BARE = 500;
/** As the server takes them; longer ones are kept in memory only. */
const DRAFT_CHARS = 65_536;
const WRITE_MS = 500;

/** Messages that are not committed yet, and which notebooks go without outputs. */
export class Memory {
  constructor(
    private readonly _store: IStateDB | null,
    private readonly _onChanged: () => void
  ) {
    void this._read();
  }

  draft(repo: string): string {
    return this._drafts.get(repo) ?? '';
  }

  setDraft(repo: string, message: string): void {
    // What was written last is kept longest.
    this._drafts.delete(repo);
    if (message !== '') {
      this._drafts.set(repo, message);
    }
    this._changed();
  }

  isBare(repo: string, path: string): boolean {
    return this._bare.has(`${repo}\n${path}`);
  }

  setBare(repo: string, path: string, bare: boolean): void {
    const name = `${repo}\n${path}`;
    this._bare.delete(name);
    if (bare) {
      this._bare.add(name);
    }
    this._changed();
  }

  private _changed(): void {
    this._onChanged();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._write(), WRITE_MS);
  }

  private _write(): void {
    const drafts = [...this._drafts]
      .filter(([, message]) => message.length <= DRAFT_CHARS)
      .slice(-MOST_DRAFTS);
    const bare = [...this._bare].slice(-MOST_BARE);
    void this._store?.save(KEY, { drafts, bare }).catch(() => undefined);
  }

  /** What was typed meanwhile is newer than what was kept. */
  private async _read(): Promise<void> {
    const kept = await this._store?.fetch(KEY).catch(() => undefined);
    const { drafts, bare } = Object(kept) as Record<string, unknown>;
    for (const each of listOf(drafts)) {
      const [repo, message] = listOf(each);
      if (
        typeof repo === 'string' &&
        typeof message === 'string' &&
        !this._drafts.has(repo)
      ) {
        this._drafts.set(repo, message);
      }
    }
    for (const name of listOf(bare)) {
      if (typeof name === 'string') {
        this._bare.add(name);
      }
    }
    this._onChanged();
  }

  private readonly _drafts = new Map<string, string>();
  private readonly _bare = new Set<string>();
  private _timer: ReturnType<typeof setTimeout> | undefined;
}

const listOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : [];

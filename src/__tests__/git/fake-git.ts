import {
  CommonsError,
  type GitCommit,
  type GitRefs,
  type GitRepository,
  type GitRow
} from '@jupyterlab-commons/protocol';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import type {
  GitPrograms,
  HistoryEnd,
  HistoryQuery,
  IGitCalls
} from '../../client/git';
import type { GitChange } from '../../client/git-watch';
import { HistoryModel } from '../../git/model';
import { NOW } from '../ui/fakes';

const HOUR = 3_600_000;
export const ANA = { name: 'Ana', email: 'ana@example.org' };

/** 40 digits that say which commit it is. */
export const hash = (mark: string | number): string =>
  String(mark).padEnd(40, '0');

export function row(
  mark: string | number,
  parents: readonly (string | number)[] = [],
  change: Partial<GitRow> = {}
): GitRow {
  return {
    hash: hash(mark),
    parents: parents.map(hash),
    author: ANA,
    at: NOW - HOUR,
    committedAt: NOW - HOUR,
    subject: `Commit ${mark}`,
    ...change
  };
}

/** Commits a1 to a<count>, each the parent of the one before. */
export const line = (count: number): GitRow[] =>
  Array.from({ length: count }, (_, index) =>
    row(`a${index + 1}a`, index + 1 < count ? [`a${index + 2}a`] : [])
  );

export function repository(change: Partial<GitRepository> = {}): GitRepository {
  return {
    kind: 'ok',
    repo: 'work',
    path: 'notes.ipynb',
    branch: 'main',
    head: hash('a1a'),
    trusted: true,
    programs: [],
    ...change
  };
}

type Asked = HistoryQuery & { repo: string };

/** Git in memory: pages of `rows`, counted calls, and failures on request. */
export class FakeGit implements IGitCalls {
  rows: GitRow[] = line(3);
  here: GitRepository = repository();
  end: Partial<HistoryEnd> = {};
  found: GitRefs = { refs: [], more: false };
  commits: Partial<GitCommit> = {};
  /** What the next call of this name is refused with. */
  readonly refusals = new Map<keyof IGitCalls, unknown>();
  readonly said: string[] = [];
  readonly histories: Asked[] = [];
  readonly trusted: { trusted: boolean; programs: GitPrograms }[] = [];
  /** Holds every page of history back until it is resolved. */
  gate: Promise<void> | null = null;

  async repository(path: string): Promise<GitRepository> {
    this._say('repository', path);
    return this.here;
  }

  async refs(_: string, query: string): Promise<GitRefs> {
    this._say('refs', query);
    const refs = this.found.refs.filter(each => each.name.includes(query));
    return { ...this.found, refs };
  }

  async commit(_: string, asked: string, from?: string): Promise<GitCommit> {
    this._say('commit', from === undefined ? asked : `${from} ${asked}`);
    const found = this.rows.find(each => each.hash === asked);
    if (found === undefined) {
      throw new CommonsError('GIT_NOT_FOUND');
    }
    return {
      row: found,
      committer: found.author,
      message: found.subject,
      files: [{ path: 'notes.ipynb', change: 'changed', added: 3, removed: 1 }],
      ...this.commits
    };
  }

  async history(
    repo: string,
    query: HistoryQuery,
    take: (rows: GitRow[]) => void,
    signal?: AbortSignal
  ): Promise<HistoryEnd> {
    this.histories.push({ repo, ...query });
    this._say('history', query.after ?? '');
    await this.gate;
    if (signal?.aborted) {
      throw new DOMException('stopped', 'AbortError');
    }
    const start = Number(query.after ?? 0);
    const stop = start + (query.limit ?? 50);
    const words = (query.text ?? '').toLowerCase();
    const all = this.rows.filter(each =>
      each.subject.toLowerCase().includes(words)
    );
    take(all.slice(start, stop));
    return {
      order: 'topo',
      ...(stop < all.length ? { cursor: String(stop) } : {}),
      ...this.end
    };
  }

  async trust(
    _: string,
    trusted: boolean,
    programs: GitPrograms
  ): Promise<GitRepository> {
    this._say('trust', String(trusted));
    this.trusted.push({ trusted, programs });
    return (this.here = { ...this.here, trusted });
  }

  private _say(name: keyof IGitCalls, what: string): void {
    this.said.push(`${name} ${what}`.trim());
    const refusal = this.refusals.get(name);
    if (refusal !== undefined) {
      this.refusals.delete(name);
      throw refusal;
    }
  }
}

/** A model with its server, and the sockets that it has open. */
export class FakeHistory {
  readonly git = new FakeGit();
  readonly watched: string[] = [];
  private readonly _hear = new Set<(changed: readonly GitChange[]) => void>();
  readonly model = new HistoryModel({
    calls: this.git,
    watch: (repo, hear) => this._watch(repo, hear)
  });

  /** What the server tells everybody who listens. */
  tell(...changed: GitChange[]): void {
    this._hear.forEach(each => each(changed));
  }

  get open(): number {
    return this._hear.size;
  }

  async show(path = 'work/notes.ipynb', isFile = true): Promise<void> {
    this.model.setPlace({ path, isFile });
    this.model.setSeen(true);
    await settle();
  }

  private _watch(
    repo: string,
    hear: (changed: readonly GitChange[]) => void
  ): IDisposable {
    this.watched.push(repo);
    this._hear.add(hear);
    return new DisposableDelegate(() => this._hear.delete(hear));
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    await Promise.resolve();
  }
}

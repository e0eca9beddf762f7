import {
  type GitDiff,
  type GitDone,
  type GitRemotes,
  type GitRepository,
  type GitStatus
} from '@jupyterlab-commons/protocol';
import type { FileChange } from '../../../client/git-files';
import type {
  Credentials,
  IGitWrites,
  RemoteVerb
} from '../../../client/git-writes';
import type { CoAuthorSource } from '../../../git/commit/co-authors';
import { Memory } from '../../../git/commit/memory';
import { ChangesModel } from '../../../git/commit/model';
import { RepositoryStatus } from '../../../git/commit/status';
import { ANA, hash, repository, settle } from '../fake-git';

export type File = GitStatus['files'][number];

/** A server in memory: what it was asked, what it answers, and refusals. */
export class FakeWrites implements IGitWrites {
  files: File[] = [];
  state: Partial<GitStatus> = { branch: 'main', head: hash('a1a') };
  here: GitRepository = repository({ author: ANA });
  /** By path, of the file against the index and of the index against HEAD. */
  readonly diffs = new Map<string, GitDiff>();
  readonly said: [string, unknown][] = [];
  /** What the next calls of this name are refused with, one each. */
  readonly refusals = new Map<string, unknown[]>();
  /** Runs when something was staged, taken out or committed. */
  onWrite: (name: string) => void = () => undefined;
  far: GitRemotes = {
    remotes: [{ name: 'origin', host: 'https://git.example.org' }],
    more: false,
    usual: 'origin'
  };
  /** The remotes that fetch, pull and push have named. */
  readonly sentTo: (string | undefined)[] = [];
  /** Holds calls of remotes back. */
  gate: Promise<void> | null = null;

  async repository(path: string): Promise<GitRepository> {
    this._say('repository', path);
    return this.here;
  }
  async status(repo: string): Promise<GitStatus> {
    this._say('status', repo);
    return { ...this.state, files: this.files };
  }
  async diff({ path, to }: FileChange): Promise<GitDiff> {
    this._say('diff', `${path} ${to}`);
    return this.diffs.get(`${path} ${to}`) ?? same;
  }
  stage = (request: object) => this._write('stage', request);
  unstage = (request: object) => this._write('unstage', request);
  commit = (request: object) => this._write('commit', request);
  branch = (...request: unknown[]) => this._write('branch', request);
  tag = (...request: unknown[]) => this._write('tag', request);
  async remotes(repo: string): Promise<GitRemotes> {
    this._say('remotes', repo);
    return this.far;
  }
  async remote(
    verb: RemoteVerb,
    _: string,
    credentials?: Credentials,
    signal?: AbortSignal,
    to?: string
  ): Promise<GitDone> {
    this.sentTo.push(to);
    this._say(verb, credentials);
    // Without a gate there is nothing to wait for.
    await Promise.race([
      this.gate,
      new Promise((_, reject) =>
        signal?.addEventListener('abort', () =>
          reject(new DOMException('stopped', 'AbortError'))
        )
      )
    ]);
    return { ref: 'main', detail: 'Already up to date.' };
  }

  /** What was asked of these names, in order. */
  asked(...names: string[]): unknown[] {
    return this.said
      .filter(([name]) => names.includes(name))
      .map(([, request]) => request);
  }

  setCells(path: string, to: string, cells: GitDiff['cells'], more = {}): void {
    this.diffs.set(`${path} ${to}`, {
      kind: 'notebook',
      before: { path, bytes: 1 },
      after: { path, bytes: 1 },
      cells,
      ...more
    });
  }

  private async _write(name: string, request: unknown): Promise<GitDone> {
    this._say(name, request);
    this.onWrite(name);
    return { hash: hash('b2b') };
  }

  private _say(name: string, request: unknown): void {
    this.said.push([name, request]);
    const refusal = this.refusals.get(name)?.shift();
    if (refusal !== undefined) {
      throw refusal;
    }
  }
}

const same: GitDiff = { kind: 'same', before: null, after: null };

/** Nobody but the author. */
export const nobody: CoAuthorSource = {
  me: () => 'ana',
  documentOf: () => null,
  lastCommit: async () => 0,
  contributors: async () => [],
  people: async () => []
};

/** A model that looks at the repository `work`. */
export class FakeChanges {
  readonly calls = new FakeWrites();
  readonly status = new RepositoryStatus(this.calls);
  readonly memory: Memory = new Memory(null, () => this.model?.emit());
  readonly saved: string[][] = [];
  readonly model: ChangesModel;

  constructor(source: Partial<CoAuthorSource> = {}) {
    this.model = new ChangesModel({
      calls: this.calls,
      status: this.status,
      memory: this.memory,
      coAuthors: { ...nobody, ...source },
      open: {
        save: async (_, paths) => void this.saved.push([...paths]),
        reload: async () => []
      }
    });
  }

  async show(...files: File[]): Promise<this> {
    this.calls.files = files;
    this.status.follow('work');
    this.model.setRepository(this.calls.here);
    await this.status.refresh();
    await settle();
    return this;
  }

  get file(): File {
    return this.model.files[0]!;
  }

  dispose(): void {
    this.model.dispose();
    this.status.dispose();
  }
}

/** A cell that differs, by its places before and after. */
export function cell(
  before: number | null,
  after: number | null,
  more: { id?: string; source?: string; was?: string; outputs?: boolean } = {}
): NonNullable<GitDiff['cells']>[number] {
  const { id = `c${after ?? before}`, source = 'new', was = 'old' } = more;
  const { outputs = false } = more;
  const side = (index: number, text: string) => ({
    index,
    id,
    type: 'code' as const,
    ...(outputs ? {} : { source: text })
  });
  return {
    cell: {
      change: outputs
        ? 'outputs'
        : before === null
          ? 'added'
          : after === null
            ? 'deleted'
            : 'changed',
      ...(before === null ? {} : { before: side(before, was) }),
      ...(after === null ? {} : { after: side(after, source) })
    }
  };
}

export const run = (before: number, after: number, count: number) => ({
  run: count,
  before,
  after
});

import type {
  GitBlame,
  GitBlob,
  GitCommit,
  GitDiff,
  GitDone,
  GitRepository
} from '@jupyterlab-commons/protocol';
import type {
  CellVersion,
  FileChange,
  FileVersion,
  IGitFiles
} from '../../../client/git-files';

export const OLD = 'a'.repeat(40);
export const BACKUP = 'b'.repeat(40);
const PERSON = { name: 'Ana', email: 'ana@example.org' };

/** A server that knows one file; what it is asked is written down. */
export class FakeFiles implements IGitFiles {
  readonly said: string[] = [];
  diffs: GitDiff = { kind: 'same', before: null, after: null };
  cells: unknown[] = [];
  blobs: Partial<GitBlob> = {};
  blames: GitBlame = { kind: 'notebook', commits: {}, cells: [] };
  past: CellVersion[] = [];
  refusal: Error | null = null;
  /** What is to happen when the file on the disk is replaced. */
  onRestore: () => void = () => undefined;

  async repository(path: string): Promise<GitRepository> {
    return this._answer(`repository ${path}`, { kind: 'ok', repo: '', path });
  }
  async commit(_: string, hash: string): Promise<GitCommit> {
    return this._answer(`commit ${hash}`, {
      row: {
        hash,
        parents: [],
        author: PERSON,
        at: 0,
        committedAt: 0,
        subject: 'First'
      },
      committer: PERSON,
      message: 'First',
      files: []
    });
  }
  async diff({ path, to }: FileChange): Promise<GitDiff> {
    return this._answer(`diff ${path} ${to}`, this.diffs);
  }
  async cell({ rev }: FileVersion, index: number): Promise<unknown> {
    return this._answer(`cell ${rev.slice(0, 7)} ${index}`, this.cells[index]);
  }
  async blob({ path, rev }: FileVersion): Promise<GitBlob> {
    return this._answer(`blob ${rev.slice(0, 7)}`, {
      path,
      rev,
      bytes: 1,
      format: 'json',
      content: { cells: this.cells, metadata: {} },
      ...this.blobs
    });
  }
  async blame({ path }: FileVersion): Promise<GitBlame> {
    return this._answer(`blame ${path}`, this.blames);
  }
  async cellHistory(
    _: FileVersion,
    index: number,
    take: (versions: CellVersion[]) => void
  ): Promise<boolean> {
    take(this.past);
    return this._answer(`cell-history ${index}`, false);
  }
  async restore({ path, rev }: FileVersion): Promise<GitDone> {
    this.onRestore();
    return this._answer(`restore ${path} ${rev.slice(0, 7)}`, {
      backup: { ref: 'refs/commons/x', hash: BACKUP }
    });
  }
  async checkpoint({ path }: { path: string }): Promise<GitDone> {
    return this._answer(`checkpoint ${path}`, { hash: BACKUP });
  }

  private _answer<T>(words: string, answer: T): T {
    this.said.push(words);
    if (this.refusal !== null) {
      throw this.refusal;
    }
    return answer;
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepo } from './git-repo.ts';
import type { Name, TestHub } from './hub.ts';

/** A cell as a notebook's file has it. */
export type FileCell = {
  cell_type: string;
  id?: string;
  metadata: object;
  source: string | string[];
  outputs?: object[];
  execution_count?: number | null;
};

/** What a team shares: a bare repository, and the clone of a colleague who pushes to it. */
export class Upstream {
  private constructor(
    /** Its folder; an address that git takes. */
    readonly folder: string,
    private readonly _colleague: GitRepo,
    private readonly _clone: string
  ) {}

  /** Publishes the branch `main` of a repository, which follows it from then on. */
  static of(hub: TestHub, repo: GitRepo, name: string): Upstream {
    const owner: Name = 'carol';
    const folder = hub.home(owner, `forge/${name}.git`);
    repo.git('init', '-q', '--bare', '-b', 'main', folder);
    repo.git('remote', 'add', 'origin', folder);
    repo.git('push', '-q', '--set-upstream', 'origin', 'main');
    const clone = `clones/${name}`;
    const colleague = GitRepo.make(hub, owner, clone);
    colleague.git('remote', 'add', 'origin', folder);
    colleague.git('pull', '-q', 'origin', 'main');
    return new Upstream(folder, colleague, hub.home(owner, clone));
  }

  /** A commit of the colleague, pushed; answers its hash. */
  push(message: string, files: Record<string, string>): string {
    const hash = this._colleague.commit(message, files);
    this._colleague.git('push', '-q', 'origin', 'HEAD:main');
    return hash;
  }

  /** The colleague changes the cells of a notebook, as their JupyterLab would write it. */
  pushCells(
    message: string,
    path: string,
    change: (cells: FileCell[]) => void
  ): string {
    return this.push(message, { [path]: changed(this.read(path), change) });
  }

  /** A file of the colleague's clone. */
  read(path: string): string {
    return readFileSync(join(this._clone, path), 'utf8');
  }

  /** The commit that a branch stands for. */
  head(branch = 'main'): string {
    return this._colleague
      .git('ls-remote', this.folder, `refs/heads/${branch}`)
      .split('\t')[0]!;
  }
}

/** The text of a notebook with other cells, laid out as before. */
export function changed(
  text: string,
  change: (cells: FileCell[]) => void
): string {
  const notebook = JSON.parse(text) as { cells: FileCell[] };
  change(notebook.cells);
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

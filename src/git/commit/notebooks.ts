import {
  GIT_INDEX,
  GIT_WORKTREE,
  type GitDiff,
  type GitStatus
} from '@jupyterlab-commons/protocol';
import type { IGitWrites } from '../../client/git-writes';
import { joinCells, type NotebookCells } from './cells';

export type ChangedFile = GitStatus['files'][number];

/**
 * - `whole`: it is staged as a whole only; `reason` says why.
 */
export type NotebookState =
  | { kind: 'loading' }
  | { kind: 'ready'; cells: NotebookCells }
  | { kind: 'whole'; reason: 'renamed' | 'deleted' | 'unreadable' }
  | { kind: 'failed'; error: unknown };

export const isNotebook = ({ path }: Pick<ChangedFile, 'path'>): boolean =>
  path.toLowerCase().endsWith('.ipynb');

/** The changed cells of those notebooks that somebody looks into. */
export class Notebooks {
  constructor(
    private readonly _calls: Pick<IGitWrites, 'diff'>,
    private readonly _isBare: (path: string) => boolean,
    private readonly _onChanged: () => void
  ) {}

  stateOf(path: string): NotebookState | undefined {
    return this._states.get(path);
  }

  /** What is known stays until the answer comes. */
  async load(repo: string, file: ChangedFile): Promise<NotebookState> {
    const { path } = file;
    const turn = (this._turns.get(path) ?? 0) + 1;
    this._turns.set(path, turn);
    if (!this._states.has(path)) {
      this._set(path, { kind: 'loading' });
    }
    const state = await this._read(repo, file).catch(
      (error: unknown): NotebookState => ({ kind: 'failed', error })
    );
    if (this._turns.get(path) === turn) {
      this._set(path, state);
    }
    return state;
  }

  /** Others than these are forgotten. */
  keep(paths: ReadonlySet<string>): void {
    for (const path of this._states.keys()) {
      if (!paths.has(path)) {
        this._states.delete(path);
        this._turns.delete(path);
      }
    }
  }

  private async _read(repo: string, file: ChangedFile): Promise<NotebookState> {
    const { path, staged, unstaged } = file;
    if (staged === 'renamed') {
      return { kind: 'whole', reason: 'renamed' };
    }
    if (staged === 'deleted' || unstaged === 'deleted') {
      return { kind: 'whole', reason: 'deleted' };
    }
    const ask = (to: string, isWanted: boolean) =>
      isWanted ? this._calls.diff({ repo, path, to }) : null;
    const diffs = await Promise.all([
      ask(GIT_WORKTREE, unstaged !== undefined),
      ask(GIT_INDEX, staged !== undefined)
    ]);
    if (!diffs.every(isReadable)) {
      return { kind: 'whole', reason: 'unreadable' };
    }
    const [inFile, inIndex] = diffs;
    const cells = joinCells(inFile, inIndex, this._isBare(path));
    return { kind: 'ready', cells };
  }

  private _set(path: string, state: NotebookState): void {
    this._states.set(path, state);
    this._onChanged();
  }

  private readonly _states = new Map<string, NotebookState>();
  private readonly _turns = new Map<string, number>();
}

const isReadable = (diff: GitDiff | null): boolean =>
  diff === null || diff.kind === 'notebook' || diff.kind === 'same';

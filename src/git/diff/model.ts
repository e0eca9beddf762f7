import type { IStateDB } from '@jupyterlab/statedb';
import type { GitCellChange, GitDiff } from '@jupyterlab-commons/protocol';
import { Signal, type ISignal } from '@lumino/signaling';
import type { FileChange, IGitFiles } from '../../client/git-files';
import { cellContent, type CellContent } from './cell-content';

export type Layout = 'split' | 'inline';
export type Side = 'before' | 'after';

export type DiffState =
  | { kind: 'loading' }
  | { kind: 'ready'; diff: GitDiff }
  | { kind: 'failed'; error: unknown };

/** Where the choice of the layout is kept. */
const LAYOUT_KEY = 'jupyterlab-commons:git-diff-layout';
/** So many cells are asked for at a time: the server reads the whole notebook for each. */
const AT_A_TIME = 2;

/** How many cells of a diff are of each kind. */
export type Tally = Record<GitCellChange['change'] | 'moved', number>;

/** What changed in one file between two versions, and its cells as they are asked for. */
export class DiffModel {
  constructor(
    readonly change: FileChange,
    private readonly _files: IGitFiles,
    private readonly _store: IStateDB | null
  ) {}

  get state(): DiffState {
    return this._state;
  }

  get layout(): Layout {
    return this._layout;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The version of a side; undefined where nothing came before. */
  rev(side: Side): string | undefined {
    if (side === 'after') {
      return this.change.to;
    }
    const { state } = this;
    return (
      (state.kind === 'ready' ? state.diff.base : undefined) ?? this.change.from
    );
  }

  /** The path of the file on a side. */
  path(side: Side): string {
    const { path, fromPath } = this.change;
    const known =
      this.state.kind === 'ready' ? this.state.diff[side]?.path : undefined;
    return known ?? (side === 'before' ? (fromPath ?? path) : path);
  }

  async load(): Promise<void> {
    void this._restoreLayout();
    this._set({ kind: 'loading' });
    this._cells.clear();
    try {
      this._set({ kind: 'ready', diff: await this._files.diff(this.change) });
    } catch (error) {
      this._set({ kind: 'failed', error });
    }
  }

  setLayout(layout: Layout): void {
    this._layout = layout;
    this._changed.emit();
    void this._store?.save(LAYOUT_KEY, layout).catch(() => undefined);
  }

  /** One whole cell, asked for once. */
  cell(side: Side, index: number): Promise<CellContent> {
    const key = `${side} ${index}`;
    let cell = this._cells.get(key);
    if (cell === undefined) {
      const rev = this.rev(side) ?? '';
      const version = { repo: this.change.repo, path: this.path(side), rev };
      cell = this._turn(() => this._files.cell(version, index)).then(
        cellContent
      );
      this._cells.set(key, cell);
      cell.catch(() => this._cells.delete(key));
    }
    return cell;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private async _turn<T>(ask: () => Promise<T>): Promise<T> {
    const turn = this._next++ % AT_A_TIME;
    const asked = (this._turns[turn] ?? Promise.resolve())
      .catch(() => undefined)
      .then(ask);
    this._turns[turn] = asked;
    return asked;
  }

  private async _restoreLayout(): Promise<void> {
    const kept = await this._store?.fetch(LAYOUT_KEY).catch(() => undefined);
    if (kept === 'inline' && !this._isDisposed) {
      this._layout = kept;
      this._changed.emit();
    }
  }

  private _set(state: DiffState): void {
    if (!this._isDisposed) {
      this._state = state;
      this._changed.emit();
    }
  }

  private _state: DiffState = { kind: 'loading' };
  private _layout: Layout = 'split';
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
  private readonly _cells = new Map<string, Promise<CellContent>>();
  private readonly _turns: Promise<unknown>[] = [];
  private _next = 0;
}

/** How much of each kind has changed. */
export function tally({ cells = [] }: GitDiff): Tally {
  const all: Tally = {
    same: 0,
    added: 0,
    deleted: 0,
    changed: 0,
    outputs: 0,
    metadata: 0,
    moved: 0
  };
  for (const { run, cell } of cells) {
    if (cell === undefined) {
      all.same += run ?? 0;
    } else {
      all[cell.change]++;
      all.moved += cell.moved ? 1 : 0;
    }
  }
  return all;
}

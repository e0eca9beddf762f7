import '../../../style/git-diff.css';
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommonsError, GIT_WORKTREE } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { Widget, type PanelLayout } from '@lumino/widgets';
import type { IGitFiles } from '../../client/git-files';
import type { GitChange } from '../../client/git-watch';
import { BlameIndex, blameWords } from './blame-model';
import { BLAMED } from './blamed';

export type BlameOptions = {
  panel: NotebookPanel;
  /** Of the file on this server. */
  path: string;
  files: IGitFiles;
  trans: TranslationBundle;
  /** Hears of the repository until it is disposed. */
  watch: (
    repo: string,
    hear: (changed: readonly GitChange[]) => void
  ) => IDisposable;
  openHistory: (index: number) => void;
  failed: (error: unknown) => void;
  now?: () => number;
};

/** What waits for the file to settle after it was written. */
const SETTLE_MS = 300;

/** A line at each cell that says who changed it last. */
export class Blame implements IDisposable {
  constructor(private readonly _options: BlameOptions) {
    const { panel } = _options;
    panel.addClass(BLAMED);
    panel.disposed.connect(this.dispose, this);
    panel.context.saveState.connect(this._onSave, this);
    panel.content.model?.cells.changed.connect(this._onCells, this);
    this._onCells();
    this._load();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._watch?.dispose();
    Signal.disconnectReceiver(this);
    this._options.panel.removeClass(BLAMED);
    this._lines.forEach(line => line.dispose());
    this._lines.clear();
  }

  private _onSave(_: unknown, state: string): void {
    if (state === 'completed') {
      this._soon();
    }
  }

  private _soon(): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._load(), SETTLE_MS);
  }

  private _load(): void {
    this._ask().catch((error: unknown) => {
      if (!this._isDisposed) {
        this.dispose();
        this._options.failed(error);
      }
    });
  }

  private async _ask(): Promise<void> {
    const { files, path, watch, panel } = this._options;
    const turn = ++this._turn;
    const where = await files.repository(path);
    if (where.repo === undefined || where.path === undefined) {
      throw new CommonsError('GIT_NOT_FOUND');
    }
    const ids = idsOf(panel);
    const rev = GIT_WORKTREE;
    const { repo } = where;
    const blame = await files.blame({ repo, path: where.path, rev });
    if (this._isDisposed || turn !== this._turn) {
      return;
    }
    this._watch ??= watch(repo, changed => {
      if (changed.includes('head')) {
        this._soon();
      }
    });
    this._index = new BlameIndex(blame, ids);
    this._edited.clear();
    this._draw();
  }

  /** Cells come and go; each is looked at once, when it comes into view. */
  private _onCells(): void {
    // The widgets follow the model within the same turn.
    queueMicrotask(() => {
      if (this._isDisposed) {
        return;
      }
      for (const cell of this._options.panel.content.widgets) {
        if (!this._followed.has(cell)) {
          this._followed.add(cell);
          cell.inViewportChanged.connect(this._look, this);
          cell.model.contentChanged.connect(this._onEdit, this);
        }
        this._look(cell);
      }
    });
  }

  /** At each key that is typed: nothing but a look into a set. */
  private _onEdit(model: Cell['model']): void {
    if (!this._edited.has(model.id)) {
      this._edited.add(model.id);
      this._draw();
    }
  }

  private _look(cell: Cell): void {
    if (!cell.inViewport || this._lines.has(cell) || this._index === null) {
      return;
    }
    const line = new BlameLine(() => {
      const { panel, openHistory } = this._options;
      openHistory(panel.content.widgets.indexOf(cell));
    });
    this._lines.set(cell, line);
    cell.disposed.connect(() => this._lines.delete(cell));
    (cell.layout as PanelLayout).insertWidget(0, line);
    this._write(cell, line);
  }

  private _draw(): void {
    for (const cell of this._options.panel.content.widgets) {
      this._look(cell);
    }
    this._lines.forEach((line, cell) => this._write(cell, line));
  }

  private _write(cell: Cell, line: BlameLine): void {
    const { trans, now = Date.now } = this._options;
    const { blame } = this._index!;
    const { id } = cell.model;
    const entry = this._edited.has(id) ? undefined : this._index!.of(id);
    const words = blameWords(trans, blame, entry, now());
    line.say(words, trans.__('%1. Show history of the cell', words));
  }

  private _isDisposed = false;
  private _index: BlameIndex | null = null;
  private _turn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _watch: IDisposable | undefined;
  private readonly _edited = new Set<string>();
  private readonly _followed = new WeakSet<Cell>();
  private readonly _lines = new Map<Cell, BlameLine>();
}

const idsOf = ({ content }: NotebookPanel): string[] =>
  content.model?.sharedModel.cells.map(cell => cell.getId()) ?? [];

/** A quiet button above a cell. */
class BlameLine extends Widget {
  constructor(open: () => void) {
    super();
    this.addClass('jp-Commons-Blame');
    // Enter presses the button instead of editing the cell.
    this.node.dataset.lmSuppressShortcuts = 'true';
    this._button.type = 'button';
    this._button.onclick = open;
    this.node.append(this._button);
  }

  say(words: string, label: string): void {
    if (this._button.textContent !== words) {
      this._button.textContent = words;
      this._button.title = label;
    }
  }

  private readonly _button = document.createElement('button');
}

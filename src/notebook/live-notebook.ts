import {
  YNotebook,
  type NotebookChange,
  type SharedCell,
  type YBaseCell,
  type YCellType
} from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import { Signal, type ISignal } from '@lumino/signaling';
import type { Transaction } from 'yjs';
import { guardCell } from './live-cell';
import { outputsChangedByOthers } from './outputs-changed';
import {
  OnTheWay,
  ownLettersLost,
  putLetters,
  type OwnLetters
} from './own-letters';

/**
 * The shared model of a live notebook. It differs from an ordinary one in what
 * it refuses:
 * - it is never dirty: the companion saves, and `SaveState` tells how far;
 * - while not `writable` no local change is made, by command or by code;
 * - `metadata.trusted` is neither read from the document nor written to it.
 */
export class LiveNotebook extends YNotebook {
  constructor() {
    super({ disableDocumentWideUndoRedo: true });
    gateTransactions(this);
    neverDirty(this);
    // First of all listeners, so that nobody sees a cell without its guard.
    this.changed.connect(this._guardCells, this);
    this.ydoc.on('beforeObserverCalls', this._beforeObservers);
    this.ydoc.on('afterTransaction', this._afterObservers);
  }

  /** Whether this page may edit; the companion decides, this keeps the page honest. */
  writable = true;

  /**
   * Whether this page runs the cells, and so is the one that writes outputs.
   * Others may clear them.
   */
  writesOutputs = true;

  /** Whether there are edits that the companion has not said it has; the provider knows. */
  isUnsaved: () => boolean = () => false;

  override get dirty(): boolean {
    return false;
  }
  override set dirty(_: boolean) {
    // Saving is the companion's; a shared flag would say what one page believes.
  }

  /**
   * Somebody else wrote outputs of a code cell that this viewer trusts. Emitted
   * before anything of it is rendered.
   */
  get outputsReplaced(): ISignal<this, YCellType> {
    return this._outputsReplaced;
  }

  isTrusted(cell: YCellType): boolean {
    return this._trusted.has(cell) || this._moved.has(cell.getId());
  }

  /** Remembers, in this page only, that its viewer trusts the outputs of a cell. */
  setTrusted(cell: YCellType, trusted: boolean): void {
    if (trusted) {
      this._trusted.add(cell);
    } else {
      this._trusted.delete(cell);
    }
  }

  /** True while outputs are drawn anew: drawing must not write to the document. */
  get redrawing(): boolean {
    return this._redrawing;
  }

  /** Changes how outputs are shown without writing them to the document again. */
  redraw(change: () => void): void {
    const before = this._redrawing;
    this._redrawing = true;
    try {
      change();
    } finally {
      this._redrawing = before;
    }
  }

  override transact(f: () => void, undoable = true, origin?: unknown): void {
    if (this.writable) {
      super.transact(f, undoable, origin ?? null);
    }
  }

  override insertCells(
    index: number,
    cells: SharedCell.Cell[]
  ): YBaseCell<nbformat.IBaseCellMetadata>[] {
    return super.insertCells(index, cells.map(withoutTrust));
  }

  /** Moving makes new cells of the old ones; what was trusted here stays so. */
  override moveCells(fromIndex: number, toIndex: number, n = 1): void {
    const moved = this.cells.slice(fromIndex, fromIndex + n);
    this._moved = new Set(
      moved.filter(cell => this._trusted.has(cell)).map(cell => cell.getId())
    );
    try {
      super.moveCells(fromIndex, toIndex, n);
    } finally {
      this._moved = new Set();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.ydoc.off('beforeObserverCalls', this._beforeObservers);
      this.ydoc.off('afterTransaction', this._afterObservers);
      super.dispose();
    }
  }

  private _guardCells(_: unknown, change: NotebookChange): void {
    for (const { insert } of change.cellsChange ?? []) {
      // YNotebook makes the cells that it tells of, so they are its own kind.
      for (const cell of (insert ?? []) as YCellType[]) {
        guardCell(cell, this);
        this.setTrusted(cell, this._moved.has(cell.getId()));
      }
    }
  }

  private _beforeObservers = (transaction: Transaction): void => {
    for (const cell of outputsChangedByOthers(transaction, this)) {
      if (this._trusted.delete(cell)) {
        this._outputsReplaced.emit(cell);
      }
    }
    const { since } = this._onTheWay;
    this._letters = ownLettersLost(transaction, this, since);
  };

  private _afterObservers = (transaction: Transaction): void => {
    this._onTheWay.note(transaction);
    this._letters.splice(0).forEach(each => putLetters(each, this));
  };

  private _trusted = new WeakSet<YCellType>();
  private _moved: ReadonlySet<string> = new Set();
  private _letters: OwnLetters[] = [];
  private readonly _onTheWay = new OnTheWay(() => this.isUnsaved());
  private _redrawing = false;
  private _outputsReplaced = new Signal<this, YCellType>(this);
}

/** Editors write through the document, past `transact` of the notebook and its cells. */
export function gateTransactions(model: {
  readonly writable: boolean;
  readonly ydoc: YNotebook['ydoc'];
}): void {
  const { ydoc } = model;
  const transact = ydoc.transact.bind(ydoc);
  ydoc.transact = (
    change: (transaction: Transaction) => void,
    origin?: unknown
  ) => {
    if (model.writable) {
      transact(change, origin);
    }
  };
}

/**
 * The editor of a cell writes `dirty` into the shared state at each keystroke,
 * past the property of that name. It would be one more struct per letter.
 */
export function neverDirty({ ystate }: Pick<YNotebook, 'ystate'>): void {
  const set = ystate.set.bind(ystate);
  ystate.set = <T>(key: string, value: T): T =>
    key === 'dirty' ? value : set(key, value);
}

function withoutTrust(cell: SharedCell.Cell): SharedCell.Cell {
  if (cell.metadata === undefined || !('trusted' in cell.metadata)) {
    return cell;
  }
  const metadata = { ...cell.metadata };
  delete metadata['trusted'];
  return { ...cell, metadata };
}

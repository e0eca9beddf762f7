import type { YCellType } from '@jupyter/ydoc';
import { EditorSelection } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { Notebook, NotebookMode } from '@jupyterlab/notebook';
import { PanelLayout, type Widget } from '@lumino/widgets';
import type { Map as SharedMap, Transaction } from 'yjs';
import type { LiveNotebook } from './live-notebook';

/** How somebody is in a cell. */
type Place = {
  id: string;
  mode: NotebookMode;
  /** What of the cell takes the keys; null: something outside it, or in its outputs. */
  focus: 'editor' | 'cell' | null;
  text: string;
  selection: EditorSelection | null;
  /** Pixels from the top of the window; null where it is not to be kept. */
  top: number | null;
};

/**
 * A cell that is moved is another cell with the same id, and JupyterLab takes
 * the old one away with caret and focus. Whoever was in it is put into the new
 * one at once, before a next key can go elsewhere.
 */
export class PlaceKeeper {
  constructor(
    private readonly _notebook: Notebook,
    private readonly _shared: LiveNotebook
  ) {
    const { ydoc } = _shared;
    ydoc.on('beforeTransaction', this._note);
    ydoc.on('beforeObserverCalls', this._leave);
    ydoc.on('afterAllTransactions', this._return);
    _notebook.disposed.connect(() => {
      ydoc.off('beforeTransaction', this._note);
      ydoc.off('beforeObserverCalls', this._leave);
      ydoc.off('afterAllTransactions', this._return);
    });
  }

  /** Once a cell is deleted nobody can ask for its id. */
  private readonly _note = (): void => {
    this._id = this._notebook.activeCell?.model.id;
  };

  private readonly _leave = ({ local }: Transaction): void => {
    const { activeCell } = this._notebook;
    const id = this._id;
    if (
      this._place === null &&
      activeCell !== null &&
      id !== undefined &&
      isDeleted(activeCell) &&
      this._comesBack(id)
    ) {
      this._place = placeIn(activeCell, id, this._notebook.mode, local);
      // Else JupyterLab goes on editing in the neighbour, and opens its Markdown.
      setMode(this._notebook, 'command');
    }
  };

  private readonly _return = (): void => {
    const place = this._place;
    this._place = null;
    const index =
      place === null
        ? -1
        : this._notebook.widgets.findIndex(
            ({ model }) => model.id === place.id
          );
    if (place !== null && index >= 0) {
      this._notebook.activeCellIndex = index;
      resume(this._notebook, place);
    }
  };

  private _comesBack(id: string): boolean {
    const cells = this._shared.ydoc.getArray<SharedMap<unknown>>('cells');
    return cells.toArray().some(cell => cell.get('id') === id);
  }

  private _id: string | undefined;
  private _place: Place | null = null;
}

function isDeleted(cell: Cell): boolean {
  const { ymodel } = cell.model.sharedModel as YCellType;
  return ymodel.get('id') === undefined;
}

function placeIn(
  cell: Cell,
  id: string,
  mode: NotebookMode,
  local: boolean
): Place {
  const view = viewOf(cell);
  const focused = document.activeElement;
  const focus =
    view !== null && focused === view.contentDOM
      ? 'editor'
      : focused === cell.node
        ? 'cell'
        : null;
  return {
    ...{ id, mode, focus },
    text: view?.state.doc.toString() ?? '',
    selection: view?.state.selection ?? null,
    // Who moves it wants to see it move.
    top: focus === null || local ? null : topOf(cell)
  };
}

/** Into the active cell as into the one before it. */
function resume(notebook: Notebook, place: Place): void {
  const cell = notebook.activeCell!;
  const { focus, top } = place;
  const mayFocus = focus !== null && isFree(notebook);
  if (mayFocus) {
    draw(notebook, notebook.activeCellIndex);
  }
  setMode(notebook, place.mode);
  if (viewOf(cell) !== null) {
    select(cell, place);
  } else {
    void cell.ready.then(() => select(cell, place));
  }
  if (mayFocus && focus === 'editor') {
    viewOf(cell)?.focus();
  } else if (mayFocus) {
    // As JupyterLab makes it when it next has time.
    cell.node.tabIndex = 0;
    cell.node.focus({ preventScroll: true });
  }
  if (mayFocus && top !== null) {
    notebook.outerNode.scrollTop += topOf(cell) - top;
  }
}

/** Without its side effect: setting `mode` itself also takes the focus. The method is not public, so it may be gone one day. */
function setMode(notebook: Notebook, mode: NotebookMode): void {
  const own = notebook['setMode'] as Notebook['setMode'] | undefined;
  if (own === undefined) {
    notebook.mode = mode;
  } else {
    own.call(notebook, mode, { focus: false });
  }
}

/** Whether the focus has gone with the cell, and to nothing else. */
function isFree(notebook: Notebook): boolean {
  const focused = document.activeElement;
  return (
    focused === null ||
    focused === document.body ||
    notebook.node.contains(focused)
  );
}

/** JupyterLab draws new cells when it has time; keys pressed until then would be lost. */
function draw(notebook: Notebook, index: number): void {
  const cell = notebook.widgets[index]!;
  const { layout, viewportNode } = notebook;
  const shown = [...viewportNode.children] as HTMLElement[];
  // The layout looks for the place by these numbers, for ever where one has none.
  const areNumbered = shown.every(({ dataset }) =>
    Number.isInteger(parseInt(dataset['windowedListIndex'] ?? '', 10))
  );
  if (!cell.isAttached && areNumbered && layout instanceof PanelLayout) {
    const drawn = new Set<Widget>(layout.widgets);
    const above = notebook.widgets.slice(0, index);
    cell.dataset['windowedListIndex'] = `${index}`;
    layout.insertWidget(above.filter(each => drawn.has(each)).length, cell);
  }
}

function select(cell: Cell, { text, selection }: Place): void {
  const view = viewOf(cell);
  if (view === null || selection === null) {
    return;
  }
  const at = follower(text, view.state.doc.toString());
  const ranges = selection.ranges.map(({ anchor, head }) =>
    EditorSelection.range(at(anchor), at(head))
  );
  view.dispatch({
    selection: EditorSelection.create(ranges, selection.mainIndex)
  });
}

/** Where a place of one text is in the other, by what both begin and end with. */
export function follower(
  before: string,
  after: string
): (at: number) => number {
  const most = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < most && before[begin] === after[begin]) {
    begin++;
  }
  let end = 0;
  while (
    end < most - begin &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end++;
  }
  return at => {
    if (at <= begin) {
      return at;
    }
    const fromEnd = Math.min(before.length - at, end);
    return Math.max(begin, after.length - fromEnd);
  };
}

function viewOf(cell: Cell): EditorView | null {
  return !cell.isDisposed && cell.editor instanceof CodeMirrorEditor
    ? cell.editor.editor
    : null;
}

const topOf = (cell: Cell): number => cell.node.getBoundingClientRect().top;

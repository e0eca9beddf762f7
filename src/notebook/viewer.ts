import type { Cell } from '@jupyterlab/cells';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { FileEditor } from '@jupyterlab/fileeditor';
import { NotebookPanel } from '@jupyterlab/notebook';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { ILiveEntry } from '../tokens';

/**
 * Makes what the companion would refuse impossible to begin: while somebody may
 * only look, no editor of the panel takes a key. Follows the role as it changes.
 */
export class ViewerMode implements IDisposable {
  constructor(panel: IDocumentWidget, entry: ILiveEntry) {
    this._panel = panel;
    this._entry = entry;
    entry.changed.connect(this._follow, this);
    panel.disposed.connect(this.dispose, this);
    if (panel instanceof NotebookPanel) {
      panel.content.model?.cells.changed.connect(this._onCells, this);
    }
    this._follow();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.disconnectReceiver(this);
    }
  }

  private _follow(): void {
    const { role, saveState } = this._entry;
    const locked = role === 'view' || saveState.kind === 'ended';
    if (locked !== this._locked) {
      this._locked = locked;
      this._apply();
    }
  }

  private _onCells(): void {
    if (this._locked) {
      this._apply();
    }
  }

  private _apply(): void {
    const panel = this._panel;
    if (panel instanceof NotebookPanel) {
      for (const cell of panel.content.widgets) {
        lockCell(cell, this._locked);
      }
    } else if (panel.content instanceof FileEditor) {
      panel.content.editor.setOption('readOnly', this._locked);
    }
    if (this._locked) {
      this._panel.context.model.sharedModel.clearUndoHistory();
    } else {
      removeReadOnlyLabel(this._panel);
    }
  }

  private _panel: IDocumentWidget;
  private _entry: ILiveEntry;
  private _locked = false;
  private _isDisposed = false;
}

/** Without `syncEditable` first, the lock would be written into the cell's metadata. */
function lockCell(cell: Cell, locked: boolean): void {
  cell.syncEditable = !locked;
  if (locked) {
    cell.readOnly = true;
    cell.model.sharedModel.clearUndoHistory();
  }
}

/** JupyterLab puts it there for a document that is not writable, and leaves it. */
function removeReadOnlyLabel({ toolbar }: IDocumentWidget): void {
  const widgets = [...toolbar.children()];
  [...toolbar.names()].forEach((name, index) => {
    if (name === 'read-only-indicator') {
      widgets[index]?.dispose();
    }
  });
}

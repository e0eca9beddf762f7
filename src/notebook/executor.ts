import { Notification } from '@jupyterlab/apputils';
import { isCodeCellModel } from '@jupyterlab/cells';
import { runCell, type INotebookCellExecutor } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILiveDocuments, ILiveEntry } from '../tokens';
import { personName } from '../ui/words';
import { LiveNotebook } from './live-notebook';
import { isOnOwnersServer } from '../client/own-server';

/**
 * Runs cells as JupyterLab does, except in live notebooks: there only the page
 * of the owner writes outputs. JupyterLab's own executor would clear the shared
 * outputs when somebody without a kernel presses Shift+Enter.
 */
export class LiveExecutor implements INotebookCellExecutor {
  constructor(
    private readonly _live: ILiveDocuments,
    private readonly _trans: TranslationBundle,
    private readonly _run: typeof runCell = runCell
  ) {}

  runCell(options: INotebookCellExecutor.IRunCellOptions): Promise<boolean> {
    const { cell, notebook, sessionContext } = options;
    if (
      !(notebook.sharedModel instanceof LiveNotebook) ||
      !isCodeCellModel(cell.model)
    ) {
      return this._run(options);
    }
    const entry = this._live.entryOf(sessionContext?.path ?? '');
    const refusal = this._refusal(entry);
    if (refusal !== null) {
      this._explain(refusal);
      return Promise.resolve(false);
    }
    return this._run(clearFirst(options));
  }

  /** Why this page runs no code of the document; null when it does. */
  private _refusal(entry: ILiveEntry | null): string | null {
    const trans = this._trans;
    if (entry === null) {
      return trans.__(
        'This notebook is not connected yet. Run the cell again when it is.'
      );
    }
    if (entry.role !== 'owner') {
      return trans.__(
        'Only %1 can run cells here. Ask them, or run a copy: "Save a Copy in My Files".',
        personName(entry.info.owner)
      );
    }
    if (!isOnOwnersServer(entry.info)) {
      return trans.__(
        'The kernel of this notebook is on your server "%1". Open the notebook there to run it.',
        entry.info.server || trans.__('default')
      );
    }
    return entry.saveState.kind === 'ended'
      ? entry.saveState.error.message
      : null;
  }

  /** One text, however many cells "Run All" asks for. */
  private _explain(message: string): void {
    if (this._shown === null || !Notification.manager.has(this._shown)) {
      this._shown = Notification.info(message, { autoClose: 8000 });
    }
  }

  private _shown: string | null = null;
}

/**
 * Clears the outputs on their own. JupyterLab clears them together with the
 * execution count, and a page in which a write of the count loses against
 * another would not show what else is in that transaction.
 */
function clearFirst(
  options: INotebookCellExecutor.IRunCellOptions
): INotebookCellExecutor.IRunCellOptions {
  return {
    ...options,
    onCellExecutionScheduled: args => {
      if (isCodeCellModel(args.cell.model)) {
        args.cell.model.outputs.clear();
      }
      options.onCellExecutionScheduled(args);
    }
  };
}

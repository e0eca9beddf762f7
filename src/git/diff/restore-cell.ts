import { Notification } from '@jupyterlab/apputils';
import { NotebookPanel } from '@jupyterlab/notebook';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { FileVersion } from '../../client/git-files';
import { announceRestore } from './announce';
import { cellContent, cellsOf, type CellContent } from './cell-content';
import {
  matchable,
  placeById,
  placeOf,
  putCell,
  type Part,
  type Place
} from './put-cells';
import type { RestoreParts } from './restore-file';
import { openTarget } from './target';
import { contentsPath, revisionWords } from './version-words';

/** One cell of a version. `now` is the path that the file has today. */
export type OldCell = FileVersion & { index: number; now: string };

/** Puts a cell, or its outputs, into the open notebook as one edit. */
export async function restoreCell(
  old: OldCell,
  part: Part,
  parts: RestoreParts
): Promise<void> {
  const { files, trans } = parts;
  const path = contentsPath(old.repo, old.now);
  if (path === null) {
    throw new CommonsError('NOT_FOUND');
  }
  const { repo, rev, index } = old;
  const version = { repo, path: old.path, rev };
  const content = cellContent(await files.cell(version, index));
  const { widget: panel, entry } = await openTarget(path, parts);
  const notebook = panel instanceof NotebookPanel ? panel.model : null;
  if (!(panel instanceof NotebookPanel) || notebook === null) {
    throw new CommonsError('NOT_FOUND');
  }
  const shared = notebook.sharedModel;
  const place =
    placeById(shared, content.id) ??
    placeOf(
      (cellsOf((await files.blob(version)).content) ?? []).map(asMatch),
      index,
      matchable(shared)
    );
  if (part === 'outputs' && !place.there) {
    tell(trans.__('The cell is gone. Restore the cell with its outputs.'));
    return;
  }
  distrust(panel, place);
  const at = putCell(shared, place, content, part);
  if (at === null) {
    tell(trans.__('The cell is like that already.'));
    return;
  }
  reveal(panel, at, place);
  if (entry !== null) {
    announceRestore(entry, revisionWords(trans, rev));
  }
  tellDone(panel, { at, place, rev }, parts);
}

const asMatch = ({ id, cell_type: type, source }: CellContent) => ({
  id,
  type,
  source
});

/** What ran here once is no reason to run what history holds. */
function distrust({ content }: NotebookPanel, { at, there }: Place): void {
  const model = there ? content.widgets[at]?.model : undefined;
  if (model !== undefined) {
    model.trusted = false;
  }
}

function reveal({ content }: NotebookPanel, at: number, place: Place): void {
  content.deselectAll();
  content.activeCellIndex = at;
  void content.scrollToItem(at).catch(() => undefined);
  // Ctrl+Z then takes back what has just been done to this cell.
  content.mode = place.there ? 'edit' : 'command';
  content.activate();
}

type Stack = { undoStack: unknown[]; undo(): unknown };
type Undoable = { undoManager?: Stack | null };

function tellDone(
  panel: NotebookPanel,
  done: { at: number; place: Place; rev: string },
  parts: RestoreParts
): void {
  const { trans } = parts;
  const shared = panel.model!.sharedModel;
  const changed = done.place.there ? shared.cells[done.at] : shared;
  const stack = stackOf(changed) ?? stackOf(shared);
  const step = stack?.undoStack.at(-1);
  Notification.success(
    done.place.there
      ? trans.__('The cell is as it was in %1.', revisionWords(trans, done.rev))
      : trans.__(
          'The cell of %1 is back in its place.',
          revisionWords(trans, done.rev)
        ),
    {
      autoClose: 20_000,
      actions: [
        {
          label: trans.__('Undo'),
          callback: () => {
            if (step !== undefined && stack?.undoStack.at(-1) === step) {
              stack.undo();
            } else {
              tell(
                trans.__(
                  'It was edited since. Take that back first, with Undo.'
                )
              );
            }
          }
        }
      ]
    }
  );
}

/** Each cell has a history of its own, unless the notebook has one for all. */
function stackOf(model: object | undefined): Stack | null {
  const stack = (model as Undoable | undefined)?.undoManager;
  return stack && stack.undoStack.length > 0 ? stack : null;
}

function tell(text: string): void {
  Notification.info(text, { autoClose: 6000 });
}

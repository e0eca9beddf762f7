import type { ISharedCell, ISharedNotebook, SharedCell } from '@jupyter/ydoc';
import { JSONExt, type PartialJSONObject } from '@lumino/coreutils';
import { matchCells, type MatchableCell } from '@jupyterlab-commons/protocol';
import { isObject, type CellContent } from './cell-content';
import { putText } from './put-text';

/** Where a cell of a version belongs in a notebook of today. */
export type Place = { at: number; there: boolean };

/** The cells of a notebook as matching looks at them. */
export const matchable = (notebook: ISharedNotebook): MatchableCell[] =>
  notebook.cells.map(cell => ({
    id: cell.getId(),
    type: cell.cell_type,
    source: cell.getSource()
  }));

/** By its id where that is enough; null asks for the whole version. */
export function placeById(
  notebook: ISharedNotebook,
  id: string | undefined
): Place | null {
  const found = notebook.cells.flatMap((cell, at) =>
    id !== undefined && cell.getId() === id ? [at] : []
  );
  return found.length === 1 ? { at: found[0]!, there: true } : null;
}

/** In the place of the cell that it is now, or behind the one that it followed. */
export function placeOf(
  version: readonly MatchableCell[],
  index: number,
  now: readonly MatchableCell[]
): Place {
  const partner = new Map(matchCells(version, now).pairs);
  const found = partner.get(index);
  if (found !== undefined) {
    return { at: found, there: true };
  }
  for (let before = index - 1; before >= 0; before--) {
    const at = partner.get(before);
    if (at !== undefined) {
      return { at: at + 1, there: false };
    }
  }
  return { at: 0, there: false };
}

/** What of a cell is brought back. */
export type Part = 'cell' | 'outputs';

/**
 * Makes a cell what it was, or puts it where it was, as one step of undo.
 * Answers the number of the cell that has changed; null where nothing had to.
 */
export function putCell(
  notebook: ISharedNotebook,
  place: Place,
  content: CellContent,
  part: Part = 'cell'
): number | null {
  const { at, there } = place;
  const cell = notebook.cells[at];
  if (!there || cell === undefined) {
    stopCapturing(notebook);
    notebook.insertCell(at, fresh(content, notebook.cells.map(idOf)));
  } else if (isLike(cell, content, part)) {
    return null;
  } else if (cell.cell_type !== content.cell_type) {
    stopCapturing(notebook);
    // Of a deleted cell nobody can ask for its id.
    const id = idOf(cell);
    notebook.transact(() => {
      notebook.deleteCell(at);
      notebook.insertCell(at, asSharedCell({ ...content, id }));
    });
  } else {
    // In the cell's own history, so that Ctrl+Z in its editor takes it back.
    stopCapturing(cell);
    cell.transact(() => update(cell, content, part));
    stopCapturing(cell);
  }
  stopCapturing(notebook);
  return at;
}

/**
 * Makes a whole notebook what it was, in one transaction; cells that are the
 * same are left alone, so nobody loses their place in them.
 */
export function putNotebook(
  notebook: ISharedNotebook,
  cells: readonly CellContent[],
  metadata: unknown
): number {
  const { pairs, moved } = matchCells(matchable(notebook), cells.map(asMatch));
  const gone = new Set(moved);
  const stays = new Map(
    pairs.flatMap(([now, then]) => (gone.has(now) ? [] : [[then, now]]))
  );
  const kept = new Set(stays.values());
  // Inside the transaction the list of cells stays as it was before.
  const before = [...notebook.cells];
  const ids = before.filter((_, at) => kept.has(at)).map(idOf);
  let changed = 0;
  stopCapturing(notebook);
  notebook.transact(() => {
    for (let at = before.length - 1; at >= 0; at--) {
      if (!kept.has(at)) {
        notebook.deleteCell(at);
        changed++;
      }
    }
    cells.forEach((content, at) => {
      const cell = before[stays.get(at) ?? -1];
      if (cell === undefined) {
        notebook.insertCell(at, fresh(content, ids));
      } else if (isLike(cell, content, 'cell')) {
        return;
      } else if (cell.cell_type !== content.cell_type) {
        const id = idOf(cell);
        notebook.deleteCell(at);
        notebook.insertCell(at, asSharedCell({ ...content, id }));
      } else {
        update(cell, content, 'cell');
      }
      changed++;
    });
    if (isObject(metadata)) {
      notebook.setMetadata(metadata);
    }
  });
  stopCapturing(notebook);
  return changed;
}

const asMatch = ({ id, cell_type, source }: CellContent): MatchableCell => ({
  id,
  type: cell_type,
  source
});

function isLike(cell: ISharedCell, content: CellContent, part: Part): boolean {
  const outputs = outputsOf(cell);
  return (
    JSONExt.deepEqual(outputs, content.outputs) &&
    (part === 'outputs' ||
      (cell.cell_type === content.cell_type &&
        cell.getSource() === content.source &&
        JSONExt.deepEqual(withoutTrust(cell.getMetadata()), content.metadata) &&
        JSONExt.deepEqual(attachmentsOf(cell), content.attachments)))
  );
}

const outputsOf = (cell: ISharedCell) =>
  'getOutputs' in cell ? cell.getOutputs() : [];
const attachmentsOf = (cell: ISharedCell) =>
  ('getAttachments' in cell ? cell.getAttachments() : undefined) ?? {};

function update(cell: ISharedCell, content: CellContent, part: Part): void {
  if (part === 'cell') {
    putText(cell, content.source);
    if (
      !JSONExt.deepEqual(withoutTrust(cell.getMetadata()), content.metadata)
    ) {
      cell.setMetadata(content.metadata);
    }
    if ('setAttachments' in cell) {
      cell.setAttachments(content.attachments as never);
    }
  }
  if (
    'setOutputs' in cell &&
    !JSONExt.deepEqual(cell.getOutputs(), content.outputs)
  ) {
    cell.setOutputs(content.outputs as never);
    cell.execution_count = content.execution_count;
  }
}

const idOf = (cell: ISharedCell): string => cell.getId();

/** With its old id, unless another cell has it by now. */
function fresh(content: CellContent, ids: string[]): SharedCell.Cell {
  const { id, ...rest } = content;
  if (id === undefined || ids.includes(id)) {
    return asSharedCell(rest);
  }
  ids.push(id);
  return asSharedCell(content);
}

function asSharedCell(content: CellContent): SharedCell.Cell {
  const { outputs, execution_count, attachments, ...rest } = content;
  const more =
    content.cell_type === 'code'
      ? { outputs, execution_count }
      : Object.keys(attachments).length === 0
        ? {}
        : { attachments };
  return { ...rest, ...more } as unknown as SharedCell.Cell;
}

/** Trust is of this page, not of the content. */
export function withoutTrust(metadata: object): PartialJSONObject {
  const { trusted: _, ...rest } = metadata as PartialJSONObject;
  return rest;
}

type Undoing = { undoManager?: { stopCapturing(): void } | null };

/** What comes next is a step of undo of its own. */
function stopCapturing(model: object): void {
  (model as Undoing).undoManager?.stopCapturing();
}

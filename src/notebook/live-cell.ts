import type { YCellType, YCodeCell } from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import { JSONExt, type PartialJSONValue } from '@lumino/coreutils';
import type { YEvent } from 'yjs';
import type { LiveNotebook } from './live-notebook';

type Metadata = Record<string, PartialJSONValue | undefined>;

/**
 * Puts the rules of a live notebook on one of its cells. Cells are made inside
 * @jupyter/ydoc, without a factory, so each instance is changed once it exists;
 * no class of JupyterLab is.
 */
export function guardCell(cell: YCellType, notebook: LiveNotebook): void {
  guardTransactions(cell, notebook);
  guardTrust(cell, notebook);
  if (cell.cell_type === 'code') {
    guardOutputs(cell, notebook);
    guardChanges(cell);
  }
}

/** With an undo history per cell, cells write past the notebook's `transact`. */
function guardTransactions(cell: YCellType, notebook: LiveNotebook): void {
  const transact = cell.transact.bind(cell);
  cell.transact = (f, undoable, origin) => {
    if (notebook.writable) {
      transact(f, undoable, origin);
    }
  };
}

function guardTrust(cell: YCellType, notebook: LiveNotebook): void {
  const read = cell.getMetadata.bind(cell) as (
    key?: string
  ) => Metadata | PartialJSONValue | undefined;
  const write = cell.setMetadata.bind(cell) as (
    metadata: Metadata | string,
    value?: PartialJSONValue
  ) => void;

  const getMetadata = (key?: string): unknown => {
    if (key === 'trusted') {
      return notebook.isTrusted(cell) ? true : undefined;
    }
    const found = key === undefined ? read() : read(key);
    if (key === undefined && found) {
      delete (found as Metadata)['trusted'];
    }
    return found;
  };
  const setMetadata = (
    metadata: Metadata | string,
    value?: PartialJSONValue
  ): void => {
    if (typeof metadata === 'string') {
      if (metadata === 'trusted') {
        notebook.setTrusted(cell, value === true);
      } else {
        write(metadata, value);
      }
      return;
    }
    const { trusted, ...others } = metadata;
    if (trusted === true) {
      notebook.setTrusted(cell, true);
    }
    write(others);
  };
  Object.assign(cell, { getMetadata, setMetadata });
}

/**
 * JupyterLab writes an output to the document whenever the output's model is
 * replaced, also when only its trust has changed. In a shared document that
 * would bring back what somebody else has just replaced.
 */
function guardOutputs(cell: YCodeCell, notebook: LiveNotebook): void {
  const update = cell.updateOutputs.bind(cell);
  cell.updateOutputs = (start, end, outputs = [], origin = null) => {
    const refused = outputs.length > 0 && !notebook.writesOutputs;
    if (!refused && !notebook.redrawing && !isSame(cell, start, end, outputs)) {
      update(start, end, outputs, origin);
    }
  };
}

function isSame(
  cell: YCodeCell,
  start: number,
  end: number,
  outputs: nbformat.IOutput[]
): boolean {
  return (
    outputs.length > 0 &&
    JSONExt.deepEqual(cell.getOutputs().slice(start, end), outputs)
  );
}

/**
 * Yjs names a key in `keysChanged` although nothing came of it when a write
 * loses against a concurrent one. @jupyter/ydoc then reads an entry that is not
 * there and throws, and the outputs of the same transaction are never shown.
 */
function guardChanges(cell: YCodeCell): void {
  const guarded = cell as unknown as {
    getChanges(events: YEvent<YCodeCell['ymodel']>[]): unknown;
  };
  const getChanges = guarded.getChanges.bind(cell);
  guarded.getChanges = events => {
    for (const event of events) {
      if (event.target === cell.ymodel && 'keysChanged' in event) {
        dropUnchanged(event.keysChanged as Set<string>, event.changes.keys);
      }
    }
    return getChanges(events);
  };
}

function dropUnchanged(
  named: Set<string>,
  changed: ReadonlyMap<string, unknown>
): void {
  for (const key of [...named]) {
    if (!changed.has(key)) {
      named.delete(key);
    }
  }
}

/**
 * What a document says, in short: texts as they are, everything else as a
 * fingerprint. Two outlines show what differs, at a hundredth of the size.
 */
import { createHash } from 'node:crypto';
import type { Steps } from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { isObject, type JsonObject } from './json.ts';
import { onOneLine } from './line-ends.ts';
import { joinAttachments, joinLines, joinOutput } from './nbformat.ts';
import { cellOf, metadataOf } from './notebook.ts';
import { toPythonJson } from './python-json.ts';

/** Fingerprints by key. */
export type Prints = Record<string, string>;

export type CellOutline = {
  /** Empty where the file gives the cell none. */
  id: string;
  type: string;
  source: string;
  /** Of outputs and execution count; empty for a cell that cannot have any. */
  outputs: string;
  /** Empty for none. */
  attachments: string;
  metadata: Prints;
};

export type NotebookOutline = {
  type: 'notebook';
  minor: number;
  metadata: Prints;
  cells: CellOutline[];
};

export type Outline = NotebookOutline | { type: 'text'; text: string };

/** Outlines of cells that have not changed since they were asked for last. */
export type CellOutlines = WeakMap<Y.Map<unknown>, CellOutline>;

/** Equal for equal JSON, whatever the order of its keys. */
export function fingerprint(value: unknown): string {
  return createHash('sha256')
    .update(toPythonJson(value))
    .digest('base64url')
    .slice(0, 22);
}

export function printsOf(fields: JsonObject): Prints {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, fingerprint(value)])
  );
}

/** An output whatever way its texts were cut in the file. */
function evenOutput(output: JsonObject): JsonObject {
  const joined = joinOutput(output);
  return joined.output_type === 'stream' && joined.text === undefined
    ? { ...joined, text: '' }
    : joined;
}

/** What a cell has put out, as one fingerprint. */
export function outputsPrint(count: unknown, outputs: unknown): string {
  const all = Array.isArray(outputs) ? outputs.filter(isObject) : [];
  return fingerprint([
    typeof count === 'number' ? count : null,
    all.map(evenOutput)
  ]);
}

/** The outline of a cell as it stands in a file. */
export function cellOutline(cell: JsonObject): CellOutline {
  const { id, metadata, attachments } = cell;
  const isCode = cell.cell_type === 'code';
  const { trusted: _, ...fields } = isObject(metadata) ? metadata : {};
  return {
    id: typeof id === 'string' ? id : '',
    type: String(cell.cell_type),
    source: joinLines(cell.source ?? '') ?? '',
    outputs: isCode ? outputsPrint(cell.execution_count, cell.outputs) : '',
    attachments:
      !isCode && isObject(attachments)
        ? fingerprint(joinAttachments(attachments))
        : '',
    metadata: printsOf(fields)
  };
}

/** The outline of a document that is in memory, cell by cell. */
export function* outlining(
  doc: Y.Doc,
  type: Outline['type'],
  known: CellOutlines = new WeakMap()
): Steps<Outline> {
  if (type === 'text') {
    return { type, text: doc.getText('source').toString() };
  }
  const cells: CellOutline[] = [];
  for (const cell of doc.getArray('cells').toArray()) {
    if (cell instanceof Y.Map) {
      const outline = known.get(cell) ?? cellOutline(cellOf(cell));
      known.set(cell, outline);
      cells.push(outline);
      yield;
    }
  }
  const minor = doc.getMap('meta').get('nbformat_minor');
  return {
    type,
    minor: typeof minor === 'number' ? minor : 5,
    metadata: printsOf(metadataOf(doc)),
    cells
  };
}

const BEGINNING_MOST = 60;

/** The first line that says something, as one short line. */
export function beginningOf(source: string): string {
  const line = source
    .split('\n')
    .map(each => onOneLine(each))
    .find(each => each !== '');
  return [...(line ?? '')].slice(0, BEGINNING_MOST).join('');
}

/**
 * Notebooks: the JSON of an `.ipynb` file <-> the layout of shared types that
 * `@jupyter/ydoc` reads. Plain Yjs, since a YNotebook keeps timers and
 * observers that cost more than the edits themselves.
 */
import { CommonsError } from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { cleanJson, isObject, type JsonObject } from './json.ts';
import { evenLines, withoutMark } from './line-ends.ts';
import {
  joinAttachments,
  joinLines,
  joinOutput,
  splitAttachments,
  splitLines,
  splitOutput
} from './nbformat.ts';
import { toPythonJson } from './python-json.ts';

const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Metadata that belongs to one reading of the file, not to the notebook. */
const transientKeys = [
  'orig_nbformat',
  'orig_nbformat_minor',
  'signature',
  'trusted'
];

/** What a notebook without cells gets (D2). */
export const emptyCell: JsonObject = { cell_type: 'code', source: '' };

function unshareable(detail: string): CommonsError {
  return new CommonsError('FILE_UNSHAREABLE', detail);
}

/** An id as nbformat makes them: eight hexadecimal digits. */
export function newCellId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/**
 * Sets a value whatever its keys are called. `Y.Map.set` looks at
 * `value.constructor` and throws where a key of that name shadows it.
 */
export function setValue(
  map: Y.Map<unknown>,
  key: string,
  value: unknown
): void {
  if (isObject(value) && Object.hasOwn(value, 'constructor')) {
    map.set(key, {});
    const content = map._map.get(key)?.content;
    if (content instanceof Y.ContentAny) {
      content.arr[0] = value;
    }
  } else {
    map.set(key, value);
  }
}

function setAll(
  map: Y.Map<unknown>,
  values: JsonObject,
  except: readonly string[] = []
): void {
  for (const [key, value] of Object.entries(values)) {
    if (!except.includes(key)) {
      setValue(map, key, value);
    }
  }
}

/** Puts an empty type below a map, so that what is set in it has a document. */
function child<T extends Y.ContentType['type']>(
  map: Y.Map<unknown>,
  key: string,
  type: T
): T {
  map.set(key, type);
  return type;
}

/** Puts an output of a file at its place among the shared ones. */
export function insertOutput(
  outputs: Y.Array<unknown>,
  at: number,
  output: JsonObject
): void {
  const joined = joinOutput(output);
  const map = new Y.Map<unknown>();
  outputs.insert(at, [map]);
  if (joined.output_type === 'stream') {
    const { text, ...rest } = joined;
    setAll(map, rest);
    child(map, 'text', new Y.Text()).insert(0, joinLines(text) ?? '');
  } else {
    setAll(map, joined);
  }
}

const cellTypes: readonly unknown[] = ['code', 'markdown', 'raw'];

/** What makes a cell of a file unreadable; null for a good one. */
function faultOf(cell: unknown): string | null {
  if (!isObject(cell) || !cellTypes.includes(cell.cell_type)) {
    return 'a cell has an unknown type';
  }
  if (joinLines(cell.source ?? '') === null) {
    return 'a cell has no text';
  }
  const outputs: unknown[] =
    cell.cell_type === 'code' && Array.isArray(cell.outputs)
      ? cell.outputs
      : [];
  return outputs.every(
    output => isObject(output) && typeof output.output_type === 'string'
  )
    ? null
    : 'an output is not one';
}

/** Puts a cell of a file, which has been read by {@link readNotebook}, at its place under this id. */
export function insertCell(
  cells: Y.Array<unknown>,
  at: number,
  cell: JsonObject,
  id: string
): void {
  const map = new Y.Map<unknown>();
  cells.insert(at, [map]);
  const text = child(map, 'source', new Y.Text());
  const metadata = child(map, 'metadata', new Y.Map<unknown>());
  map.set('cell_type', cell.cell_type);
  map.set('id', id);
  if (cell.cell_type === 'code') {
    const outputs = child(map, 'outputs', new Y.Array<unknown>());
    map.set(
      'execution_count',
      typeof cell.execution_count === 'number' ? cell.execution_count : null
    );
    for (const output of Array.isArray(cell.outputs) ? cell.outputs : []) {
      insertOutput(outputs, outputs.length, output);
    }
  } else if (isObject(cell.attachments)) {
    setValue(map, 'attachments', joinAttachments(cell.attachments));
  }
  setAll(metadata, isObject(cell.metadata) ? cell.metadata : {}, ['trusted']);
  text.insert(0, joinLines(cell.source ?? '') ?? '');
}

/** The wanted id if it is one and free, else a new one; `ids` holds it from then on. */
export function freeId(wanted: unknown, ids: Set<string>): string {
  let id =
    typeof wanted === 'string' && CELL_ID.test(wanted) ? wanted : newCellId();
  while (ids.has(id)) {
    id = newCellId();
  }
  ids.add(id);
  return id;
}

/** A notebook of version 4 as a file holds it. */
export type FileNotebook = {
  minor: number;
  metadata: JsonObject;
  cells: JsonObject[];
};

/** Reads JSON as object or text. Throws FILE_UNSHAREABLE, with the reason, for what is no notebook of version 4. */
export function readNotebook(content: unknown): FileNotebook {
  let value: unknown = content;
  try {
    value = cleanJson(
      typeof content === 'string' ? JSON.parse(withoutMark(content)) : content
    );
  } catch {
    throw unshareable('it is not readable as JSON');
  }
  if (!isObject(value) || !Array.isArray(value.cells)) {
    throw unshareable('it is not a notebook');
  }
  if (value.nbformat !== 4) {
    throw unshareable(
      'its format is not version 4; open and save it in JupyterLab first'
    );
  }
  const { nbformat_minor: minor, metadata, cells } = value;
  const fault = cells.map(faultOf).find(each => each !== null);
  if (fault !== undefined) {
    throw unshareable(fault);
  }
  return {
    // Every cell of ours has an id.
    minor: Math.max(5, typeof minor === 'number' ? minor : 0),
    metadata: without(isObject(metadata) ? metadata : {}, transientKeys),
    cells: cells.filter(isObject).map(cell => ({
      ...cell,
      source: evenLines(joinLines(cell.source ?? '') ?? '')
    }))
  };
}

/** Fills an empty document. Throws FILE_UNSHAREABLE for what is no notebook of version 4. */
export function seedNotebook(doc: Y.Doc, content: unknown): void {
  const notebook = readNotebook(content);
  doc.transact(() => {
    const meta = doc.getMap('meta');
    meta.set('nbformat', 4);
    meta.set('nbformat_minor', notebook.minor);
    const metadata = child(meta, 'metadata', new Y.Map<unknown>());
    setAll(metadata, notebook.metadata);
    const cells = doc.getArray('cells');
    const ids = new Set<string>();
    for (const cell of notebook.cells.length > 0
      ? notebook.cells
      : [emptyCell]) {
      insertCell(cells, cells.length, cell, freeId(cell.id, ids));
    }
  });
}

/** Shared types as JSON, without ever touching a prototype. */
function toJson(value: unknown): unknown {
  if (value instanceof Y.Text) {
    return value.toString();
  }
  if (value instanceof Y.Array) {
    return value.toArray().map(toJson);
  }
  if (value instanceof Y.Map) {
    const object: JsonObject = {};
    for (const [key, inner] of value.entries()) {
      if (key !== '__proto__') {
        object[key] = toJson(inner);
      }
    }
    return object;
  }
  return cleanJson(value);
}

function without(fields: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([key]) => !keys.includes(key))
  );
}

function fieldsOf(map: unknown, keys: readonly string[]): JsonObject {
  const object = toJson(map);
  return isObject(object) ? without(object, keys) : {};
}

/** The metadata of the notebook as its file holds them. */
export function metadataOf(doc: Y.Doc): JsonObject {
  return fieldsOf(doc.getMap('meta').get('metadata'), transientKeys);
}

/** A cell as its file holds it. */
export function cellOf(cell: Y.Map<unknown>): JsonObject {
  const type = cell.get('cell_type');
  const object: JsonObject = {
    cell_type: type,
    id: cell.get('id'),
    metadata: fieldsOf(cell.get('metadata'), ['trusted']),
    source: splitLines(String(cell.get('source')))
  };
  if (type === 'code') {
    const count = cell.get('execution_count');
    const outputs = toJson(cell.get('outputs'));
    object.execution_count = typeof count === 'number' ? count : null;
    object.outputs = Array.isArray(outputs)
      ? outputs.filter(isObject).map(splitOutput)
      : [];
  } else if (isObject(cell.get('attachments'))) {
    object.attachments = splitAttachments(toJson(cell.get('attachments')));
  }
  return object;
}

/** The texts of cells that have not changed since they were written last. */
export type CellTexts = WeakMap<Y.Map<unknown>, string>;

/** Forgets what is known of every cell that the transaction touched. */
export function forgetChanged(
  known: readonly WeakMap<Y.Map<unknown>, unknown>[],
  cells: Y.ContentType['type'],
  transaction: Y.Transaction
): void {
  for (const changed of transaction.changed.keys()) {
    let type: unknown = changed;
    while (type instanceof Y.AbstractType && type._item !== null) {
      const { parent } = type._item;
      if (parent === cells && type instanceof Y.Map) {
        known.forEach(each => each.delete(type as Y.Map<unknown>));
      }
      type = parent;
    }
  }
}

/** The text of the `.ipynb` file, as Jupyter itself would write it. */
export function notebookText(
  doc: Y.Doc,
  texts: CellTexts = new WeakMap()
): string {
  const meta = doc.getMap('meta');
  const cells: string[] = [];
  for (const cell of doc.getArray('cells')) {
    if (cell instanceof Y.Map) {
      const text = texts.get(cell) ?? toPythonJson(cellOf(cell), '  ');
      texts.set(cell, text);
      cells.push(`\n  ${text}`);
    }
  }
  const rest = {
    metadata: metadataOf(doc),
    nbformat: meta.get('nbformat'),
    nbformat_minor: meta.get('nbformat_minor')
  };
  const list = cells.length === 0 ? '[]' : `[${cells.join(',')}\n ]`;
  // The rest without its opening brace; "cells" sorts before all of it.
  return `{\n "cells": ${list},${toPythonJson(rest).slice(1)}\n`;
}

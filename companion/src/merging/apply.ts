/** Carries a plan out, touching nothing that stays as it is: carets and the undo of people live on in it. */
import { longestRising, type Steps } from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { isObject, type JsonObject } from '../rooms/json.ts';
import { joinAttachments } from '../rooms/nbformat.ts';
import {
  cellOf,
  emptyCell,
  freeId,
  insertCell,
  insertOutput,
  setValue
} from '../rooms/notebook.ts';
import { fingerprint } from '../rooms/outline.ts';
import type { CellEdit } from './cell-merge.ts';
import type { Place } from './places.ts';
import type { Plan } from './plan.ts';
import { editsBetween } from './text-merge.ts';

/** The other version, as far as a plan takes from it. */
export type Version = {
  cell: (number: number) => JsonObject;
  metadata: JsonObject;
};

type SharedCell = Y.Map<unknown>;

/** Answers how many cells have moved, and the id in the document of each cell of the other version. */
export function* applyPlan(
  doc: Y.Doc,
  plan: Plan,
  version: Version
): Steps<{ moved: number; ids: string[] }> {
  const cells = doc.getArray('cells');
  const live = cells
    .toArray()
    .filter((cell): cell is SharedCell => cell instanceof Y.Map);
  for (const [number, { edit, outside }] of plan.edits) {
    if (edit.whole !== true) {
      editCell(live[number]!, edit, version.cell(outside));
      yield;
    }
  }
  const meta = doc.getMap('meta');
  setFields(meta.get('metadata'), plan.metadata, version.metadata);
  if (plan.minor !== null) {
    meta.set('nbformat_minor', plan.minor);
  }
  return yield* arrange(cells, live, plan, version);
}

/** Makes one text of another, in place. */
export function editText(text: Y.Text, wanted: string): void {
  for (const { at, take, put } of editsBetween(text.toString(), wanted)) {
    text.delete(at, take);
    text.insert(at, put);
  }
}

function editCell(cell: SharedCell, edit: CellEdit, outside: JsonObject): void {
  const source = cell.get('source');
  if (edit.source !== undefined && source instanceof Y.Text) {
    editText(source, edit.source);
  }
  const outputs = cell.get('outputs');
  if (edit.outputs === true && outputs instanceof Y.Array) {
    replaceOutputs(cell, outputs, outside);
  }
  if (edit.attachments === true) {
    if (isObject(outside.attachments)) {
      setValue(cell, 'attachments', joinAttachments(outside.attachments));
    } else {
      cell.delete('attachments');
    }
  }
  const fields = isObject(outside.metadata) ? outside.metadata : {};
  setFields(cell.get('metadata'), edit.metadata ?? [], fields);
}

function setFields(
  map: unknown,
  keys: readonly string[],
  fields: JsonObject
): void {
  for (const key of map instanceof Y.Map ? keys : []) {
    if (Object.hasOwn(fields, key)) {
      setValue(map as SharedCell, key, fields[key]);
    } else {
      (map as SharedCell).delete(key);
    }
  }
}

/** Those at the beginning and at the end that are the same stay. */
function replaceOutputs(
  cell: SharedCell,
  outputs: Y.Array<unknown>,
  outside: JsonObject
): void {
  const shared = cellOf(cell).outputs;
  const before = Array.isArray(shared) ? shared.map(fingerprint) : [];
  const wanted = (Array.isArray(outside.outputs) ? outside.outputs : []).filter(
    isObject
  );
  const after = wanted.map(fingerprint);
  let first = 0;
  while (first < before.length && before[first] === after[first]) {
    first++;
  }
  let last = 0;
  const most = Math.min(before.length, after.length) - first;
  while (last < most && before.at(-1 - last) === after.at(-1 - last)) {
    last++;
  }
  outputs.delete(first, before.length - first - last);
  wanted
    .slice(first, wanted.length - last)
    .forEach((output, n) => insertOutput(outputs, first + n, output));
  const count = outside.execution_count;
  const number = typeof count === 'number' ? count : null;
  if (cell.get('execution_count') !== number) {
    cell.set('execution_count', number);
  }
}

/**
 * Deletes, moves and adds cells; those that keep their order are not touched. A
 * cell that is moved is taken and put in one step, so that it is always there.
 */
function* arrange(
  cells: Y.Array<unknown>,
  live: readonly SharedCell[],
  plan: Plan,
  version: Version
): Steps<{ moved: number; ids: string[] }> {
  const known = new Set(live.map(cell => String(cell.get('id'))));
  plan.ids.forEach(id => id !== null && known.add(id));
  const ids = plan.ids.map((id, o) => id ?? freeId(version.cell(o).id, known));
  const kept = keptCells(plan.places);
  const order = new Order(cells, live);
  const stay = new Set(
    plan.places.flatMap(place => ('live' in place ? place.live : []))
  );
  for (const [number, cell] of live.entries()) {
    if (!stay.has(number)) {
      order.delete(cell);
      yield;
    }
  }
  for (const place of plan.places) {
    if ('outside' in place) {
      order.insert(version.cell(place.outside), ids[place.outside]!);
    } else {
      const cell = live[place.live]!;
      const anew = renewed(live, place.live, plan, version, kept);
      if (anew === null) {
        order.pass(cell);
      } else {
        order.delete(cell);
        order.insert(anew, String(anew.id));
      }
    }
    yield;
  }
  if (plan.places.length === 0) {
    order.insert(emptyCell, freeId(null, known));
  }
  return { moved: stay.size - kept.size, ids };
}

/** The cells in their order of the moment, and the place up to which it is the wanted one. */
class Order {
  readonly #cells: Y.Array<unknown>;
  readonly #now: (SharedCell | null)[];
  #done = 0;

  constructor(cells: Y.Array<unknown>, live: readonly SharedCell[]) {
    this.#cells = cells;
    this.#now = [...live];
  }

  delete(cell: SharedCell): void {
    const at = this.#now.indexOf(cell);
    this.#cells.delete(at, 1);
    this.#now.splice(at, 1);
    this.#done -= at < this.#done ? 1 : 0;
  }

  /** The cell stays; whatever stands in front of it and has not been passed is moved later. */
  pass(cell: SharedCell): void {
    this.#done = this.#now.indexOf(cell, this.#done) + 1;
  }

  insert(cell: JsonObject, id: string): void {
    insertCell(this.#cells, this.#done, cell, id);
    this.#now.splice(this.#done, 0, null);
    this.#done++;
  }
}

/** The live cells that stand where they stood among each other. */
function keptCells(places: readonly Place[]): Set<number> {
  const numbers = places.flatMap(place => ('live' in place ? place.live : []));
  const rising = longestRising(numbers);
  return new Set(numbers.filter((_, n) => rising.has(n)));
}

/** A live cell as it is put anew: at another place, or as one of another type. Null where it stays. */
function renewed(
  live: readonly SharedCell[],
  number: number,
  plan: Plan,
  version: Version,
  kept: ReadonlySet<number>
): JsonObject | null {
  const cell = live[number]!;
  const edit = plan.edits.get(number);
  if (edit?.edit.whole === true) {
    return { ...version.cell(edit.outside), id: cell.get('id') };
  }
  return kept.has(number) ? null : cellOf(cell);
}

/** Merges another version into a live document, and remembers how to take it back. */
import type { DocumentType, Steps } from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import { isObject, type JsonObject } from '../rooms/json.ts';
import { evenLines } from '../rooms/line-ends.ts';
import { cellOf, metadataOf, readNotebook } from '../rooms/notebook.ts';
import {
  beginningOf,
  cellOutline,
  printsOf,
  type CellOutline,
  type NotebookOutline,
  type Outline
} from '../rooms/outline.ts';
import type { Prepared } from '../rooms/types.ts';
import { applyPlan, editText, type Version } from './apply.ts';
import { planMerge, type Plan } from './plan.ts';
import { mergeText } from './text-merge.ts';

/** A version of a document that is not the live one. */
export type OtherVersion =
  | { type: 'text'; outline: Extract<Outline, { type: 'text' }> }
  | { type: 'notebook'; outline: NotebookOutline; version: Version };

/** What is needed to take a merge back: both ends of it, and the cells of the first that the second lacks. */
export type Reversal = {
  before: Outline;
  after: Outline;
  /** By id, as a file holds them. */
  cells: Record<string, JsonObject>;
  metadata: JsonObject;
};

export type MergeCounts = {
  changed: number;
  added: number;
  deleted: number;
  moved: number;
  conflicts: number;
};

export type MergeResult = {
  /** Whether the document is another one now. */
  changes: boolean;
  counts: MergeCounts;
  /** The beginnings of what is in conflict. */
  names: string[];
  /** The live document says what the other version says. */
  same: boolean;
  /** The other version, its cells under their ids in the live document: the next base. */
  base: Outline;
  reversal: Reversal;
};

export type MergeOptions = {
  base: Outline;
  other: OtherVersion;
  /** A cell that was changed on both sides stays as it is, instead of being merged. */
  whole?: boolean;
};

/** A file as another version; throws FILE_UNSHAREABLE, with the reason, for what cannot be read. */
export function* versionOfFile(
  type: DocumentType,
  text: string
): Steps<OtherVersion> {
  if (type === 'text') {
    return { type, outline: { type, text: evenLines(text) } };
  }
  const { minor, metadata, cells } = readNotebook(text);
  const outlines: CellOutline[] = [];
  for (const cell of cells) {
    yield;
    outlines.push(cellOutline(cell));
  }
  return {
    type,
    outline: {
      type,
      minor,
      metadata: printsOf(metadata),
      cells: outlines
    },
    version: { cell: number => cells[number]!, metadata }
  };
}

/** What the document said before that merge. */
export function versionBefore({
  before,
  cells,
  metadata
}: Reversal): OtherVersion {
  if (before.type === 'text') {
    return { type: 'text', outline: before };
  }
  const cell = (number: number) => cells[before.cells[number]!.id] ?? {};
  return {
    type: 'notebook',
    outline: before,
    version: { cell, metadata }
  };
}

/** Looks at the document; what is answered does the merge. */
export function* prepareMerge(
  doc: Y.Doc,
  live: Outline,
  options: MergeOptions
): Steps<Prepared<MergeResult>> {
  const { base, other } = options;
  if (
    base.type === 'notebook' &&
    live.type === 'notebook' &&
    other.type === 'notebook'
  ) {
    const sides = { base, live };
    return yield* prepareNotebook(doc, sides, other, options.whole === true);
  }
  if (base.type === 'text' && live.type === 'text' && other.type === 'text') {
    return prepareText(doc, base.text, live.text, other.outline.text);
  }
  throw new Error('the versions are not of one type');
}

function prepareText(
  doc: Y.Doc,
  base: string,
  live: string,
  outside: string
): Prepared<MergeResult> {
  const { text, taken, conflicts } = mergeText(base, live, outside);
  const changes = text !== live;
  const source = doc.getText('source');
  return {
    apply: changes
      ? function* () {
          editText(source, text);
          yield;
        }
      : null,
    takesCells: false,
    cells: 0,
    done: after => ({
      changes,
      counts: {
        changed: taken,
        added: 0,
        deleted: 0,
        moved: 0,
        conflicts: conflicts.length
      },
      names: conflicts.map(beginningOf),
      same: text === outside,
      base: { type: 'text', text: outside },
      reversal: {
        before: { type: 'text', text: live },
        after,
        cells: {},
        metadata: {}
      }
    })
  };
}

function* prepareNotebook(
  doc: Y.Doc,
  { base, live }: Record<'base' | 'live', NotebookOutline>,
  { outline, version }: Extract<OtherVersion, { type: 'notebook' }>,
  whole: boolean
): Steps<Prepared<MergeResult>> {
  const plan = yield* planMerge({ base, live, outside: outline }, whole);
  const needs = needsApplying(plan, live);
  const kept = needs ? yield* whatGoes(doc, plan) : { cells: {}, metadata: {} };
  let moved = 0;
  let ids = plan.ids.map(id => id ?? '');
  return {
    apply: needs
      ? function* () {
          ({ moved, ids } = yield* applyPlan(doc, plan, version));
        }
      : null,
    cells: plan.places.length,
    takesCells: takesCells(plan, live.cells.length),
    done: after => ({
      changes: needs,
      counts: {
        changed: plan.edits.size,
        added: plan.places.filter(place => 'outside' in place).length,
        deleted: plan.deleted,
        moved,
        conflicts: plan.conflicts.length
      },
      names: plan.conflicts.map(({ source }) => beginningOf(source)),
      same: plan.same,
      base: {
        ...outline,
        cells: outline.cells.map((cell, o) => ({ ...cell, id: ids[o]! }))
      },
      reversal: { before: live, after, ...kept }
    })
  };
}

function needsApplying(plan: Plan, live: NotebookOutline): boolean {
  return (
    plan.edits.size > 0 ||
    plan.metadata.length > 0 ||
    plan.minor !== null ||
    plan.places.length === 0 ||
    plan.places.length !== live.cells.length ||
    plan.places.some((place, n) => !('live' in place) || place.live !== n)
  );
}

/** Whether a cell goes, changes its place or becomes one of another type. */
function takesCells(plan: Plan, count: number): boolean {
  const stay = plan.places.flatMap(each => ('live' in each ? each.live : []));
  return (
    stay.length < count ||
    stay.some((number, n) => n > 0 && stay[n - 1]! > number) ||
    [...plan.edits.values()].some(({ edit }) => edit.whole === true)
  );
}

/** The cells that are edited or go, and the metadata, as they are before. */
function* whatGoes(
  doc: Y.Doc,
  plan: Plan
): Steps<Pick<Reversal, 'cells' | 'metadata'>> {
  const stays = new Set(
    plan.places.flatMap(place => ('live' in place ? place.live : []))
  );
  const cells: [string, JsonObject][] = [];
  for (const [number, cell] of doc.getArray('cells').toArray().entries()) {
    if (
      cell instanceof Y.Map &&
      (plan.edits.has(number) || !stays.has(number))
    ) {
      cells.push([String(cell.get('id')), cellOf(cell)]);
      yield;
    }
  }
  return {
    // Not by assignment: a cell may be called __proto__.
    cells: Object.fromEntries(cells),
    metadata: plan.metadata.length > 0 ? metadataOf(doc) : {}
  };
}

/** Whether what comes from the store has the shape of an outline. */
export function isOutline(value: unknown): value is Outline {
  return (
    isObject(value) &&
    (value.type === 'text'
      ? typeof value.text === 'string'
      : value.type === 'notebook' && Array.isArray(value.cells))
  );
}

export type { CellOutline };

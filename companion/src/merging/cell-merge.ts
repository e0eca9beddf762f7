/** What becomes of one cell that is there on all sides. */
import type { CellOutline, Prints } from '../rooms/outline.ts';
import { mergeText } from './text-merge.ts';

/** What to take into the live cell; what is not named stays. */
export type CellEdit = {
  /** The text from now on. */
  source?: string;
  /** Taken over from the outside version. */
  outputs?: true;
  attachments?: true;
  /** These keys, as the outside version has them or not. */
  metadata?: string[];
  /** The outside cell stands in for the live one, since it is of another type. */
  whole?: true;
};

export type CellMerge = {
  /** Null for none. */
  edit: CellEdit | null;
  /** Both changed the same thing, each in its way; the live one stayed. */
  conflict: boolean;
  /** Afterwards the live cell says what the outside one says. */
  same: boolean;
};

type Choice = 'live' | 'outside' | 'conflict';

/** Of something that can only be taken as a whole; undefined stands for absent. */
export function choose<T>(base: T, live: T, outside: T): Choice {
  if (outside === base || outside === live) {
    return 'live';
  }
  return live === base ? 'outside' : 'conflict';
}

/** Whether two cells say the same, whatever their ids. */
export function sameCell(a: CellOutline, b: CellOutline): boolean {
  return (
    a.type === b.type &&
    a.source === b.source &&
    a.outputs === b.outputs &&
    a.attachments === b.attachments &&
    samePrints(a.metadata, b.metadata)
  );
}

export function samePrints(a: Prints, b: Prints): boolean {
  return keysOf(a, b).every(key => printOf(a, key) === printOf(b, key));
}

function printOf(prints: Prints, key: string): string | undefined {
  return Object.hasOwn(prints, key) ? prints[key] : undefined;
}

function keysOf(...all: Prints[]): string[] {
  return [...new Set(all.flatMap(prints => Object.keys(prints)))];
}

/** Each key on its own. */
export function mergePrints(
  base: Prints,
  live: Prints,
  outside: Prints
): { keys: string[]; conflict: boolean } {
  const choices = keysOf(base, outside).map(key => ({
    key,
    choice: choose(
      printOf(base, key),
      printOf(live, key),
      printOf(outside, key)
    )
  }));
  return {
    keys: choices
      .filter(({ choice }) => choice === 'outside')
      .map(({ key }) => key),
    conflict: choices.some(({ choice }) => choice === 'conflict')
  };
}

/** `whole`: a cell that was changed on both sides is not taken apart. */
export function mergeCell(
  base: CellOutline,
  live: CellOutline,
  outside: CellOutline,
  whole: boolean
): CellMerge {
  if (sameCell(live, outside)) {
    return { edit: null, conflict: false, same: true };
  }
  if (sameCell(outside, base)) {
    return { edit: null, conflict: false, same: false };
  }
  const untouched = sameCell(live, base);
  const retyped = outside.type !== base.type && outside.type !== live.type;
  if (!untouched && (whole || retyped)) {
    return { edit: null, conflict: true, same: false };
  }
  return retyped
    ? { edit: { whole: true }, conflict: false, same: true }
    : mergeParts(base, live, outside);
}

function mergeParts(
  base: CellOutline,
  live: CellOutline,
  outside: CellOutline
): CellMerge {
  const edit: CellEdit = {};
  const text =
    live.source === base.source
      ? { text: outside.source, conflicts: [] }
      : mergeText(base.source, live.source, outside.source);
  const outputs = choose(base.outputs, live.outputs, outside.outputs);
  const attachments = choose(
    base.attachments,
    live.attachments,
    outside.attachments
  );
  const metadata = mergePrints(base.metadata, live.metadata, outside.metadata);
  if (text.text !== live.source) {
    edit.source = text.text;
  }
  const fits = live.type === outside.type;
  if (outputs === 'outside' && fits) {
    edit.outputs = true;
  }
  if (attachments === 'outside' && fits) {
    edit.attachments = true;
  }
  if (metadata.keys.length > 0) {
    edit.metadata = metadata.keys;
  }
  const conflict =
    text.conflicts.length > 0 ||
    outputs === 'conflict' ||
    attachments === 'conflict' ||
    // The live cell, of another type by now, has no place for them.
    (!fits && (outputs === 'outside' || attachments === 'outside')) ||
    metadata.conflict;
  return {
    edit: Object.keys(edit).length === 0 ? null : edit,
    conflict,
    same: !conflict && isTaken(live, outside, edit)
  };
}

/** Whether the live cell equals the outside one once it is edited. */
function isTaken(
  live: CellOutline,
  outside: CellOutline,
  edit: CellEdit
): boolean {
  const keys = new Set(edit.metadata ?? []);
  return (
    live.type === outside.type &&
    (edit.source ?? live.source) === outside.source &&
    (edit.outputs === true || live.outputs === outside.outputs) &&
    (edit.attachments === true || live.attachments === outside.attachments) &&
    keysOf(live.metadata, outside.metadata).every(
      key =>
        keys.has(key) ||
        printOf(live.metadata, key) === printOf(outside.metadata, key)
    )
  );
}

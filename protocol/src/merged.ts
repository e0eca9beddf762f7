/** What became of a change that a program made to the file of a live document. */
import {
  count,
  flag,
  list,
  moment,
  nullable,
  oneOf,
  record,
  text,
  type Decoded
} from './decode.ts';
import { person } from './bodies.ts';

/** How many parts are named; `count`s tell of all. */
export const MERGED_NAMES_MOST = 20;

/**
 * A merge into the live document, told on `sync` to everybody who has it open.
 * Parts are cells; of a text document they are passages.
 */
export const mergedMessage = record({
  /** Names the merge to whoever undoes it. */
  id: text(64),
  at: moment,
  /** `undo` takes an earlier merge back, and can be taken back itself. */
  kind: oneOf(['outside', 'undo']),
  /** Who pressed Undo; null for a change of the file. */
  by: nullable(person),
  changed: count(),
  added: count(),
  deleted: count(),
  moved: count(),
  /**
   * With `outside`: parts that both sides changed, where the live version
   * stayed. With `undo`: parts that were edited since, and are left as they are.
   */
  conflicts: count(),
  /** The beginnings of some of these parts. */
  names: list(text(120), MERGED_NAMES_MOST),
  /** Where the whole outside version was put, below the owner's root; told to the owner alone. */
  keptAs: nullable(text(4096)),
  /** Whether it can be taken back. */
  undoable: flag
});
export type MergedMessage = Decoded<typeof mergedMessage>;

/** Answer to `POST api/documents/:id/merges/:merge/undo`. */
export const mergeUndone = record({
  /** False where the companion does not remember that merge any more: nothing was done. */
  known: flag,
  /** What was done; null where nothing of it was left to undo. */
  merged: nullable(mergedMessage)
});
export type MergeUndone = Decoded<typeof mergeUndone>;

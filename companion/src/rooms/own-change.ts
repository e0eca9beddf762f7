import { CommonsError } from '@jupyterlab-commons/protocol';
import { inTurns } from './in-turns.ts';
import type { Applied, RoomState } from './room-state.ts';
import type { TakenCells } from './taken-cells.ts';
import type { Pace, Prepare } from './types.ts';

export type OwnChangeOptions<T> = {
  /** Nobody else touches it until this is over. */
  state: RoomState;
  taken: TakenCells;
  pace: Pace;
  cellsMost: number;
  user: string;
  prepare: Prepare<T>;
  /** Takes what has been done, one edit after the other; throws where it cannot stay. */
  accept: (applied: Applied) => void;
};

/** A change of the companion's own, from looking at the document to changing it. */
export async function makeOwnChange<T>(
  options: OwnChangeOptions<T>
): Promise<T> {
  const { state, taken, pace, cellsMost, user, prepare, accept } = options;
  if (state.full && !(await state.shrinksBy(prepare, pace))) {
    throw new CommonsError('DOCUMENT_FULL');
  }
  const before = await inTurns(state.outlining(), pace);
  const prepared = await inTurns(prepare(state.doc, before), pace);
  const { apply, takesCells, cells, done } = prepared;
  if (apply === null) {
    return done(before);
  }
  if (cells > cellsMost) {
    throw new CommonsError('INTERNAL', 'too many cells');
  }
  const took = takesCells ? taken.change(state.doc, before) : null;
  await pace.pause();
  const change = state.changing(user, apply());
  while (!change.over) {
    accept(state.carryOn(change, () => pace.spent()));
    await pace.pause();
  }
  const after = await inTurns(state.outlining(), pace);
  took?.(after);
  return done(after);
}

/**
 * What a merge will do to a live notebook, worked out on outlines alone. `base`
 * is what the outside version came from, in terms of the live document: its
 * cells have the ids that they have, or had, there.
 */
import { matchingCells, type Steps } from '@jupyterlab-commons/protocol';
import {
  outputsPrint,
  type CellOutline,
  type NotebookOutline
} from '../rooms/outline.ts';
import {
  choose,
  mergeCell,
  mergePrints,
  sameCell,
  samePrints,
  type CellEdit
} from './cell-merge.ts';
import { placesOf, type Place } from './places.ts';

export type Sides = {
  base: NotebookOutline;
  live: NotebookOutline;
  outside: NotebookOutline;
};

export type Plan = {
  /** The cells from now on, in order; live ones that are missing here are deleted. */
  places: Place[];
  /** By the number of the live cell: what to take, and from which outside cell. */
  edits: Map<number, { edit: CellEdit; outside: number }>;
  /** Keys of the notebook's metadata to take over. */
  metadata: string[];
  minor: number | null;
  deleted: number;
  /** Cells that both sides changed; of those that are not there any more, the outside one. */
  conflicts: CellOutline[];
  /** Afterwards the live notebook says what the outside one says. */
  same: boolean;
  /** The id in the live document of each outside cell; null for one that is added. */
  ids: (string | null)[];
};

/** Which cell is which. -1 stands for none. */
export type Matches = {
  /** By live number. */
  baseOfLive: number[];
  outsideOfLive: number[];
  /** By base number. */
  outsideOfBase: number[];
  /** By outside number. */
  liveOfOutside: number[];
  baseOfOutside: number[];
};

/**
 * `whole`: both versions are of the live document itself, so an id says which
 * cell is which, and cells that were changed on both sides are not taken apart.
 */
export function* planMerge(sides: Sides, whole: boolean): Steps<Plan> {
  const { base, live, outside } = sides;
  const matches = yield* matchAll(sides, whole);
  const cells = yield* decideCells(sides, matches, whole);
  yield;
  const metadata = mergePrints(base.metadata, live.metadata, outside.metadata);
  const minor = choose(base.minor, live.minor, outside.minor);
  const places = placesOf(matches, cells.stays);
  const conflicts = [...cells.conflicts, ...lostEdits(sides, matches)];
  const taken = new Set(metadata.keys);
  const same =
    cells.same &&
    // A notebook without cells is given one here (D2).
    places.length > 0 &&
    conflicts.length === 0 &&
    isInOrder(places, matches, outside.cells.length) &&
    samePrints(
      leaveOut(live.metadata, taken),
      leaveOut(outside.metadata, taken)
    );
  if (metadata.conflict && conflicts.length === 0) {
    conflicts.push(notebookItself);
  }
  return {
    places,
    edits: cells.edits,
    metadata: metadata.keys,
    minor: minor === 'outside' ? outside.minor : null,
    deleted: cells.stays.filter(stays => !stays).length,
    conflicts,
    same,
    ids: matches.liveOfOutside.map(
      (number, o) =>
        live.cells[number]?.id ??
        base.cells[matches.baseOfOutside[o]!]?.id ??
        null
    )
  };
}

/** Stands for the metadata of the notebook where conflicts are named. */
const notebookItself: CellOutline = emptyLike({ type: 'raw' });

function emptyLike(cell: Pick<CellOutline, 'type'>): CellOutline {
  return {
    id: '',
    type: cell.type,
    source: '',
    outputs: cell.type === 'code' ? outputsPrint(null, []) : '',
    attachments: '',
    metadata: {}
  };
}

function leaveOut(
  prints: Record<string, string>,
  keys: ReadonlySet<string>
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(prints).filter(([key]) => !keys.has(key))
  );
}

function inverse(numbers: readonly number[], length: number): number[] {
  const back = Array.from({ length }, () => -1);
  numbers.forEach((to, from) => {
    if (to >= 0) {
      back[to] = from;
    }
  });
  return back;
}

function* matchAll(
  { base, live, outside }: Sides,
  byId: boolean
): Steps<Matches> {
  const numbers = new Map(base.cells.map(({ id }, number) => [id, number]));
  const baseOfLive = live.cells.map(({ id }) => numbers.get(id) ?? -1);
  const outsideOfBase = base.cells.map(() => -1);
  const known = byId
    ? sameIds(base.cells, outside.cells)
    : (yield* matchingCells(base.cells, outside.cells)).pairs;
  for (const [b, o] of known) {
    outsideOfBase[b] = o;
  }
  const baseOfOutside = inverse(outsideOfBase, outside.cells.length);
  const outsideOfLive = baseOfLive.map(b => (b < 0 ? -1 : outsideOfBase[b]!));
  // What both have added is one cell where it has one id or says the same.
  const newLive = newOnes(baseOfLive);
  const newOutside = newOnes(baseOfOutside);
  const { pairs } = yield* matchingCells(
    newLive.map(number => live.cells[number]!),
    newOutside.map(number => outside.cells[number]!)
  );
  for (const [n, m] of pairs) {
    const [mine, theirs] = [newLive[n]!, newOutside[m]!];
    if (isOne(live.cells[mine]!, outside.cells[theirs]!)) {
      outsideOfLive[mine] = theirs;
    }
  }
  const liveOfOutside = inverse(outsideOfLive, outside.cells.length);
  return {
    baseOfLive,
    outsideOfLive,
    outsideOfBase,
    liveOfOutside,
    baseOfOutside
  };
}

function sameIds(
  before: readonly CellOutline[],
  after: readonly CellOutline[]
): [number, number][] {
  const numbers = new Map(after.map(({ id }, number) => [id, number]));
  return before.flatMap(({ id }, b) => {
    const number = numbers.get(id);
    return number === undefined ? [] : [[b, number] as [number, number]];
  });
}

function newOnes(inBase: readonly number[]): number[] {
  return inBase.flatMap((b, number) => (b < 0 ? [number] : []));
}

function isOne(a: CellOutline, b: CellOutline): boolean {
  return (
    (a.id !== '' && a.id === b.id) ||
    (a.type === b.type && a.source === b.source)
  );
}

type Decided = {
  edits: Plan['edits'];
  conflicts: CellOutline[];
  stays: boolean[];
  same: boolean;
};

function* decideCells(
  { base, live, outside }: Sides,
  { baseOfLive, outsideOfLive }: Matches,
  whole: boolean
): Steps<Decided> {
  const edits: Plan['edits'] = new Map();
  const conflicts: CellOutline[] = [];
  const stays: boolean[] = [];
  let same = true;
  for (const [number, cell] of live.cells.entries()) {
    yield;
    const before = base.cells[baseOfLive[number]!];
    const o = outsideOfLive[number]!;
    const theirs = outside.cells[o];
    if (theirs === undefined) {
      const deleted = before !== undefined && sameCell(cell, before);
      stays.push(!deleted);
      same &&= deleted;
      if (before !== undefined && !deleted) {
        conflicts.push(cell);
      }
      continue;
    }
    const merged = mergeCell(before ?? emptyLike(theirs), cell, theirs, whole);
    stays.push(true);
    same &&= merged.same;
    if (merged.conflict) {
      conflicts.push(cell);
    }
    if (merged.edit !== null) {
      edits.set(number, { edit: merged.edit, outside: o });
    }
  }
  return { edits, conflicts, stays, same };
}

/** Outside edits of cells that were deleted live. */
function lostEdits({ base, outside }: Sides, matches: Matches): CellOutline[] {
  const { liveOfOutside, baseOfOutside } = matches;
  return outside.cells.filter((cell, o) => {
    const before = base.cells[baseOfOutside[o]!];
    return (
      before !== undefined && liveOfOutside[o]! < 0 && !sameCell(cell, before)
    );
  });
}

/** Whether the places are those of the outside notebook, one for one. */
function isInOrder(
  places: readonly Place[],
  { outsideOfLive }: Matches,
  length: number
): boolean {
  return (
    places.length === length &&
    places.every(
      (place, n) =>
        n === ('live' in place ? outsideOfLive[place.live] : place.outside)
    )
  );
}

import type { GitCellChange, GitDiff } from '@jupyterlab-commons/protocol';

/** Cells as `POST stage` and `POST unstage` want them. */
export type Choice = { cells: number[]; removed: number[] };

/** How much of a file or a cell is in the index. */
export type Share = 'none' | 'part' | 'all';

/** A cell that differs from HEAD, in the index or in the file. */
export type CellEntry = {
  /** The same before and after it is staged, as far as cells have ids. */
  key: string;
  type: 'code' | 'markdown' | 'raw';
  /** Its place in the file, or where it was. */
  place: number;
  change: GitCellChange;
  share: Share;
  /** A line that says which cell it is. */
  line: string;
  /** Null where it cannot be done for this cell alone. */
  stage: Choice | null;
  unstage: Choice | null;
  /** What was seen of it: the same as long as nobody has changed it. */
  sum: string;
};

export type NotebookCells = {
  cells: CellEntry[];
  /** Cells of which only outputs differ, and these are left out. */
  leftOut: number;
  /** Keys of the notebook's own metadata; staged with the whole file only. */
  metadata: readonly string[];
};

/**
 * What changed in a notebook from HEAD to the index (`staged`) and from there to
 * the file (`unstaged`), as one list in the file's order; null for a side without
 * changes. With `bare`, outputs of the file do not count.
 */
export function joinCells(
  unstaged: GitDiff | null,
  staged: GitDiff | null,
  bare: boolean
): NotebookCells {
  const places = placesInFile(unstaged);
  const inIndex = new Map<number, GitCellChange>();
  const gone: GitCellChange[] = [];
  for (const change of changesOf(staged)) {
    if (change.after === undefined) {
      gone.push(change);
    } else {
      inIndex.set(change.after.index, change);
    }
  }
  const found: Placed[] = [];
  let leftOut = 0;
  let at = -1;
  for (const change of changesOf(unstaged)) {
    at = change.after?.index ?? at + 0.5;
    const { before } = change;
    if (bare && change.change === 'outputs' && !change.moved) {
      leftOut++;
      continue;
    }
    const first = before && inIndex.get(before.index);
    if (before) {
      inIndex.delete(before.index);
    }
    found.push({ at, entry: entryOf(change, first ?? null, places) });
  }
  for (const change of [...inIndex.values(), ...gone]) {
    const entry = entryOf(null, change, places);
    found.push({ at: entry.place + (change.after ? 0 : 0.5), entry });
  }
  found.sort((one, other) => one.at - other.at);
  return {
    cells: withOwnKeys(found.map(({ entry }) => entry)),
    leftOut,
    metadata: unstaged?.metadata ?? []
  };
}

type Placed = { at: number; entry: CellEntry };

function changesOf(diff: GitDiff | null): GitCellChange[] {
  return (diff?.cells ?? []).flatMap(({ cell }) => cell ?? []);
}

/** Where the index's cells are in the file. */
function placesInFile(diff: GitDiff | null): (place: number) => number | null {
  if (diff?.cells === undefined) {
    return place => place;
  }
  const places = new Map<number, number>();
  for (const { run = 0, before = 0, after = 0, cell } of diff.cells) {
    for (let at = 0; at < run; at++) {
      places.set(before + at, after + at);
    }
    if (cell?.before && cell.after) {
      places.set(cell.before.index, cell.after.index);
    }
  }
  return place => places.get(place) ?? null;
}

function entryOf(
  unstaged: GitCellChange | null,
  staged: GitCellChange | null,
  placeOf: (place: number) => number | null
): CellEntry {
  const change = (unstaged ?? staged)!;
  const side = (change.after ?? change.before)!;
  const inFile = unstaged
    ? unstaged.after?.index
    : change.after && placeOf(change.after.index);
  const place = inFile ?? side.index;
  return {
    key: `${side.id ?? place} ${change.after ? '' : 'gone'}`,
    type: side.type,
    place,
    change,
    share: unstaged ? (staged ? 'part' : 'none') : 'all',
    line: lineOf(change),
    stage: unstaged && choiceOf(unstaged),
    unstage: staged && unstageOf(staged, inFile ?? null),
    sum: JSON.stringify([unstaged, staged].map(withoutPlaces))
  };
}

const choiceOf = ({ before, after }: GitCellChange): Choice =>
  after
    ? { cells: [after.index], removed: [] }
    : { cells: [], removed: [before!.index] };

/** A cell that the file does not have any more cannot be named. */
function unstageOf(staged: GitCellChange, inFile: number | null) {
  if (staged.after === undefined) {
    return choiceOf(staged);
  }
  return inFile === null ? null : { cells: [inFile], removed: [] };
}

/** The first line that is new, else the first that says something. */
function lineOf({ before, after }: GitCellChange): string {
  const lines = ((after ?? before)?.source ?? '').split('\n');
  const known = new Set(after ? before?.source?.split('\n') : []);
  const isText = (line: string) => line.trim() !== '';
  return (
    lines.find(line => isText(line) && !known.has(line)) ??
    lines.find(isText) ??
    ''
  ).trim();
}

function withoutPlaces(change: GitCellChange | null): unknown {
  return (
    change && {
      ...change,
      before: moved(change.before),
      after: moved(change.after)
    }
  );
}

const moved = (side: GitCellChange['before']) =>
  side && { ...side, index: undefined };

/** Ids that a hand-made notebook has twice are told apart. */
function withOwnKeys(cells: CellEntry[]): CellEntry[] {
  const seen = new Map<string, number>();
  return cells.map(cell => {
    const count = seen.get(cell.key) ?? 0;
    seen.set(cell.key, count + 1);
    return count === 0 ? cell : { ...cell, key: `${cell.key} ${count}` };
  });
}

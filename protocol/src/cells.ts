/**
 * Which cell of one version of a notebook is which cell of another. The
 * companion merges by it and the user's server compares by it, so both say the
 * same of the same two notebooks: `fixtures/cell-matching.json` holds cases
 * that both run. What follows is all of it.
 *
 * Cells are numbered from 0 on each side, *before* and *after*. A cell is
 * *free* until it is in a pair. All loops go upwards, except where it says so.
 *
 * 1. *Ids.* An id that is not empty and stands on exactly one cell of each side
 *    makes these two a pair.
 * 2. *Equal cells.* `key = type + "\n" + source`.
 *    a. A key that stands on exactly one free cell of each side makes a pair.
 *    b. For each pair (i, j) of the moment, by i, and for (-1, -1) before them:
 *       while i + 1 and j + 1 exist, are free and have one key, they are a pair,
 *       and i, j grow by one. Then the same downwards, for each pair of the
 *       moment by falling i, and for (count before, count after) before them,
 *       with i - 1 and j - 1.
 *    c. Of the free cells of one key, the first before goes with the first
 *       after, the second with the second, and so on.
 * 3. *Similar cells.* `lines(cell)` is the set of its lines (split at "\n"),
 *    without spaces, tabs and carriage returns at both ends, without empty
 *    ones; only the first 1000 different ones. `dice(A, B)` is
 *    `2 * |A and B| / (|A| + |B|)`, and 0 where both are empty.
 *    For each free before-cell b: count for each free after-cell of its type the
 *    lines that both have, but only lines that at most 16 free after-cells have.
 *    Of those with a count, the 32 with the highest (then the lowest number)
 *    are candidates. A candidate a with `dice(lines(b), lines(a)) >= 0.5` goes
 *    on the list (b, a, dice). The list is walked by falling dice, then rising
 *    |b - a|, b, a; where both are free they are a pair.
 * 4. *Gaps.* Pairs are not looked at anew in this step: a gap is made of cells
 *    that were free when it began. For each longest run b0..b1 of free
 *    before-cells: the run of free after-cells that belongs to it starts behind
 *    the partner of b0 - 1 (at 0 where b0 is 0) and goes as far as they are
 *    free; if it is empty, it ends in front of the partner of b1 + 1 (of the
 *    end, where b1 is the last cell) and goes back as far as they are free.
 *    a. `words(cell)` is the set of longest runs of `A-Z a-z 0-9 _` and of
 *       characters from U+0080 on in its source; the first 1000 different ones.
 *       `next` is the start of the after-run. For each b of the run: of the
 *       cells next .. next + 7 of the after-run, the first that is free, of its
 *       type, and has `dice(words(b), words(a)) >= 0.5` makes a pair with it,
 *       and `next` becomes a + 1.
 *    b. If then exactly one cell of each run is free, they have one type, and at
 *       most one of them has an id that is not empty, they are a pair.
 * 5. *Moved.* The pairs, by their number before, have a longest rising sequence
 *    of numbers after. Pairs outside of it are moved. Of several such sequences
 *    this one: `tails = []`; for each pair p in order: `k` is the number of tails
 *    whose after is smaller than p's (bisection); the pair in front of p is
 *    `tails[k - 1]`; `tails[k] = p`. The sequence is walked back from the last
 *    tail.
 */

import { dice, linesIn, wordsIn } from './cell-features.ts';
import { longestRising } from './longest-rising.ts';
import { atOnce, sorting, type Steps } from './steps.ts';

/** What matching looks at. */
export type MatchableCell = {
  id?: string | null;
  type: string;
  source: string;
};

export type CellMatches = {
  /** [number before, number after], by the number before. */
  pairs: [before: number, after: number][];
  /** Numbers before, rising, of the pairs that have changed their place. */
  moved: number[];
};

const COMMON_LINE = 16;
const CANDIDATES_MOST = 32;
const SIMILAR = 0.5;
const LOOK_AHEAD = 8;

/** Pairs up the cells of two versions of a notebook. */
export function matchCells(
  before: readonly MatchableCell[],
  after: readonly MatchableCell[]
): CellMatches {
  return atOnce(matchingCells(before, after));
}

/** The same in steps of at most some milliseconds, for whoever has other things to do. */
export function* matchingCells(
  before: readonly MatchableCell[],
  after: readonly MatchableCell[]
): Steps<CellMatches> {
  const matching = new Matching(before, after);
  matching.byId();
  yield;
  matching.byEquality();
  yield;
  yield* matching.bySimilarity();
  yield* matching.byGaps();
  yield;
  return matching.result();
}

/** One side: its cells, and the partner of each; -1 for a free one. */
class Side {
  readonly cells: readonly MatchableCell[];
  readonly partner: number[];
  readonly keys: string[];
  readonly #words = new Map<number, Set<string>>();

  constructor(cells: readonly MatchableCell[]) {
    this.cells = cells;
    this.partner = cells.map(() => -1);
    this.keys = cells.map(({ type, source }) => `${type}\n${source}`);
  }

  isFree(place: number): boolean {
    return this.partner[place] === -1;
  }

  free(): number[] {
    return this.partner.flatMap((partner, place) =>
      partner === -1 ? [place] : []
    );
  }

  words(place: number): Set<string> {
    let words = this.#words.get(place);
    if (words === undefined) {
      words = wordsIn(this.cells[place]!.source);
      this.#words.set(place, words);
    }
    return words;
  }

  /** The free cells of each key, in order. */
  freeByKey(): Map<string, number[]> {
    return grouped(this.free(), place => this.keys[place]!);
  }
}

function grouped(
  places: readonly number[],
  keyOf: (place: number) => string
): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const place of places) {
    const key = keyOf(place);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [place]);
    } else {
      group.push(place);
    }
  }
  return groups;
}

type Similar = { b: number; a: number; score: number };

function order(x: Similar, y: Similar): number {
  return (
    y.score - x.score ||
    Math.abs(x.b - x.a) - Math.abs(y.b - y.a) ||
    x.b - y.b ||
    x.a - y.a
  );
}

class Matching {
  readonly #before: Side;
  readonly #after: Side;

  constructor(
    before: readonly MatchableCell[],
    after: readonly MatchableCell[]
  ) {
    this.#before = new Side(before);
    this.#after = new Side(after);
  }

  byId(): void {
    const idsOf = ({ cells }: Side) =>
      grouped([...cells.keys()], place => cells[place]!.id ?? '');
    this.#pairUnique(idsOf(this.#before), idsOf(this.#after));
  }

  byEquality(): void {
    this.#pairUnique(this.#before.freeByKey(), this.#after.freeByKey());
    const pairs = this.#pairs();
    [[-1, -1], ...pairs].forEach(([i, j]) => this.#extend(i!, j!, 1));
    const { length: i } = this.#before.cells;
    const { length: j } = this.#after.cells;
    const now: [number, number][] = [...this.#pairs(), [i, j]];
    now.reverse().forEach(([from, to]) => this.#extend(from, to, -1));
    const others = this.#after.freeByKey();
    for (const [key, places] of this.#before.freeByKey()) {
      const found = others.get(key) ?? [];
      for (let n = 0; n < Math.min(places.length, found.length); n++) {
        this.#pair(places[n]!, found[n]!);
      }
    }
  }

  *bySimilarity(): Steps<void> {
    const linesAfter = yield* this.#lines(this.#after);
    const having = new Map<string, number[]>();
    for (const [place, lines] of linesAfter) {
      for (const line of lines) {
        const places = having.get(line);
        if (places === undefined) {
          having.set(line, [place]);
        } else if (places.length <= COMMON_LINE) {
          // One more than is looked at tells that there are too many.
          places.push(place);
        }
      }
      yield;
    }
    const found: Similar[] = [];
    for (const [b, lines] of yield* this.#lines(this.#before)) {
      for (const a of this.#candidates(b, lines, having)) {
        const score = dice(lines, linesAfter.get(a)!);
        if (score >= SIMILAR) {
          found.push({ b, a, score });
        }
      }
      yield;
    }
    for (const { b, a } of yield* sorting(found, order)) {
      if (this.#before.isFree(b) && this.#after.isFree(a)) {
        this.#pair(b, a);
      }
    }
  }

  *byGaps(): Steps<void> {
    for (const [run, other] of this.#gaps()) {
      yield* this.#pairInGap(run, other);
    }
  }

  result(): CellMatches {
    const pairs = this.#pairs();
    const rising = longestRising(pairs.map(([, after]) => after));
    return {
      pairs,
      moved: pairs.flatMap(([before], n) => (rising.has(n) ? [] : [before]))
    };
  }

  #pairs(): [number, number][] {
    return this.#before.partner.flatMap((after, before) =>
      after === -1 ? [] : [[before, after] as [number, number]]
    );
  }

  #pair(before: number, after: number): void {
    this.#before.partner[before] = after;
    this.#after.partner[after] = before;
  }

  #pairUnique(
    before: Map<string, number[]>,
    after: Map<string, number[]>
  ): void {
    for (const [key, places] of before) {
      const others = after.get(key) ?? [];
      if (key !== '' && places.length === 1 && others.length === 1) {
        this.#pair(places[0]!, others[0]!);
      }
    }
  }

  #extend(from: number, to: number, step: 1 | -1): void {
    const [before, after] = [this.#before, this.#after];
    for (
      let i = from + step, j = to + step;
      before.isFree(i) && after.isFree(j) && before.keys[i] === after.keys[j];
      i += step, j += step
    ) {
      this.#pair(i, j);
    }
  }

  *#lines(side: Side): Steps<Map<number, Set<string>>> {
    const lines = new Map<number, Set<string>>();
    for (const place of side.free()) {
      lines.set(place, linesIn(side.cells[place]!.source));
      yield;
    }
    return lines;
  }

  #candidates(
    b: number,
    lines: ReadonlySet<string>,
    having: ReadonlyMap<string, number[]>
  ): number[] {
    const { type } = this.#before.cells[b]!;
    const counts = new Map<number, number>();
    for (const line of lines) {
      const places = having.get(line) ?? [];
      for (const a of places.length <= COMMON_LINE ? places : []) {
        if (this.#after.cells[a]!.type === type) {
          counts.set(a, (counts.get(a) ?? 0) + 1);
        }
      }
    }
    return [...counts]
      .sort(([a, m], [b, n]) => n - m || a - b)
      .slice(0, CANDIDATES_MOST)
      .map(([a]) => a);
  }

  /** All gaps, found before any of them is filled. */
  #gaps(): [number[], number[]][] {
    const [before, after] = [this.#before, this.#after];
    const gaps: [number[], number[]][] = [];
    for (let start = 0; start < before.cells.length; start++) {
      if (!before.isFree(start)) {
        continue;
      }
      let end = start;
      while (before.isFree(end + 1)) {
        end++;
      }
      const run = range(start, end);
      const behind = start === 0 ? 0 : before.partner[start - 1]! + 1;
      const inFront =
        end + 1 === before.cells.length
          ? after.cells.length - 1
          : before.partner[end + 1]! - 1;
      let other = freeFrom(after, behind, 1);
      if (other.length === 0) {
        other = freeFrom(after, inFront, -1).reverse();
      }
      gaps.push([run, other]);
      start = end;
    }
    return gaps;
  }

  *#pairInGap(run: readonly number[], other: readonly number[]): Steps<void> {
    const [before, after] = [this.#before, this.#after];
    const typeOf = (side: Side, place: number) => side.cells[place]!.type;
    let next = 0;
    for (const b of run) {
      const found = other
        .slice(next, next + LOOK_AHEAD)
        .find(
          a =>
            after.isFree(a) &&
            typeOf(before, b) === typeOf(after, a) &&
            dice(before.words(b), after.words(a)) >= SIMILAR
        );
      if (found !== undefined) {
        this.#pair(b, found);
        next = other.indexOf(found, next) + 1;
      }
      yield;
    }
    const [b, ...moreBefore] = run.filter(place => before.isFree(place));
    const [a, ...moreAfter] = other.filter(place => after.isFree(place));
    if (
      b !== undefined &&
      a !== undefined &&
      moreBefore.length + moreAfter.length === 0 &&
      typeOf(before, b) === typeOf(after, a) &&
      !(before.cells[b]!.id && after.cells[a]!.id)
    ) {
      this.#pair(b, a);
    }
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

function freeFrom(side: Side, from: number, step: 1 | -1): number[] {
  const run: number[] = [];
  for (let place = from; side.isFree(place); place += step) {
    run.push(place);
  }
  return run;
}

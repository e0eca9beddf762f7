/** What differs between two lists of lines or words. */
import { longestRising } from '@jupyterlab-commons/protocol';

/** `from` to `to` of the first list has become `start` to `end` of the second. */
export type Change = { from: number; to: number; start: number; end: number };

/** Above this many differences the lists are cut at what is unique in both, and searched in pieces. */
const STEPS_MOST = 300;
const DEPTH_MOST = 40;

type Lists = { a: Int32Array; b: Int32Array; found: Change[] };

/** The changes, in order; between two of them stands at least one common item. */
export function diff(
  before: readonly string[],
  after: readonly string[]
): Change[] {
  const numbers = new Map<string, number>();
  const number = (item: string) => {
    const known = numbers.get(item) ?? numbers.size;
    numbers.set(item, known);
    return known;
  };
  const lists: Lists = {
    a: Int32Array.from(before, number),
    b: Int32Array.from(after, number),
    found: []
  };
  const all = { from: 0, to: before.length, start: 0, end: after.length };
  search(lists, all, 0);
  return joined(lists.found);
}

/** Changes that touch are one. */
function joined(changes: readonly Change[]): Change[] {
  const all: Change[] = [];
  for (const change of changes) {
    const last = all.at(-1);
    if (last?.to === change.from && last.end === change.start) {
      last.to = change.to;
      last.end = change.end;
    } else {
      all.push({ ...change });
    }
  }
  return all;
}

function search(lists: Lists, range: Change, depth: number): void {
  const { a, b, found } = lists;
  let { from, to, start, end } = range;
  while (from < to && start < end && a[from] === b[start]) {
    from++;
    start++;
  }
  while (from < to && start < end && a[to - 1] === b[end - 1]) {
    to--;
    end--;
  }
  const inner = { from, to, start, end };
  if (from === to && start === end) {
    return;
  }
  if (from === to || start === end) {
    found.push(inner);
    return;
  }
  const exact = shortest(lists, inner);
  if (exact !== null) {
    found.push(...exact);
  } else {
    searchBetween(lists, inner, depth);
  }
}

/** In pieces, between the items that are there once in both; one change where there are none. */
function searchBetween(lists: Lists, range: Change, depth: number): void {
  const anchors = depth < DEPTH_MOST ? uniqueInBoth(lists, range) : [];
  if (anchors.length === 0) {
    lists.found.push(range);
    return;
  }
  let { from, start } = range;
  for (const [i, j] of anchors) {
    search(lists, { from, to: i, start, end: j }, depth + 1);
    [from, start] = [i + 1, j + 1];
  }
  search(lists, { from, to: range.to, start, end: range.end }, depth + 1);
}

function uniqueInBoth(
  { a, b }: Lists,
  { from, to, start, end }: Change
): [number, number][] {
  const places = (list: Int32Array, low: number, high: number) => {
    const at = new Map<number, number>();
    for (let place = low; place < high; place++) {
      at.set(list[place]!, at.has(list[place]!) ? -1 : place);
    }
    return at;
  };
  const inB = places(b, start, end);
  const pairs = [...places(a, from, to)]
    .map(([item, i]): [number, number] => [i, inB.get(item) ?? -1])
    .filter(([i, j]) => i >= 0 && j >= 0)
    .sort(([i], [j]) => i - j);
  const rising = longestRising(pairs.map(([, j]) => j));
  return pairs.filter((_, place) => rising.has(place));
}

/** Myers' greedy search; null when it takes too many steps. */
function shortest({ a, b }: Lists, range: Change): Change[] | null {
  const { from, to, start, end } = range;
  const [n, m] = [to - from, end - start];
  const most = Math.min(n + m, STEPS_MOST);
  const ends = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const trace: Int32Array[] = [];
  for (let steps = 0; steps <= most; steps++) {
    trace.push(ends.slice(middle - steps - 1, middle + steps + 2));
    for (let k = -steps; k <= steps; k += 2) {
      const down =
        k === -steps ||
        (k !== steps && ends[middle + k - 1]! < ends[middle + k + 1]!);
      let x = down ? ends[middle + k + 1]! : ends[middle + k - 1]! + 1;
      while (x < n && x - k < m && a[from + x] === b[start + x - k]) {
        x++;
      }
      ends[middle + k] = x;
      if (x >= n && x - k >= m) {
        return walkedBack(trace, range);
      }
    }
  }
  return null;
}

function walkedBack(trace: readonly Int32Array[], range: Change): Change[] {
  const changes: Change[] = [];
  let x = range.to - range.from;
  let y = range.end - range.start;
  for (let steps = trace.length - 1; steps > 0; steps--) {
    const ends = trace[steps]!;
    const at = (k: number) => ends[k + steps + 1]!;
    const k = x - y;
    const down = k === -steps || (k !== steps && at(k - 1) < at(k + 1));
    const x0 = down ? at(k + 1) : at(k - 1);
    const y0 = x0 - (down ? k + 1 : k - 1);
    changes.push({
      from: range.from + x0,
      to: range.from + (down ? x0 : x0 + 1),
      start: range.start + y0,
      end: range.start + (down ? y0 + 1 : y0)
    });
    [x, y] = [x0, y0];
  }
  return changes.reverse();
}

/** Work in small steps, so that whoever does it can do other things in between. */

/** Each `yield` is such a moment; at the end comes the result. */
export type Steps<T> = Generator<void, T, void>;

/** All steps, one after the other. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      return step.value;
    }
  }
}

const PIECE = 2048;

/** The items in order, as `toSorted` has them. */
export function* sorting<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number
): Steps<T[]> {
  let runs: T[][] = [];
  for (let from = 0; from < items.length; from += PIECE) {
    runs.push(items.slice(from, from + PIECE).sort(compare));
    yield;
  }
  while (runs.length > 1) {
    const longer: T[][] = [];
    for (let n = 0; n < runs.length; n += 2) {
      longer.push(yield* merging(runs[n]!, runs[n + 1] ?? [], compare));
    }
    runs = longer;
  }
  return runs[0] ?? [];
}

/** Of equal ones those of `a` come first. */
function* merging<T>(
  a: readonly T[],
  b: readonly T[],
  compare: (a: T, b: T) => number
): Steps<T[]> {
  const merged: T[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const first =
      j === b.length || (i < a.length && compare(a[i]!, b[j]!) <= 0);
    merged.push(first ? a[i++]! : b[j++]!);
    if (merged.length % PIECE === 0) {
      yield;
    }
  }
  return merged;
}

import type { Millis } from './types.ts';

/** The columns that every row begins with. */
export const FROM = 0;
export const TO = 1;
export const VALUE = 2;

const LEAST_ROWS = 4;

/**
 * Stretches of time, each with an amount, by their end. Kept as plain numbers:
 * years of thousands of people fit into memory, and a sum reads them in a row.
 */
export class Spans {
  readonly #width: number;
  #cells: Float64Array;
  #rows = 0;

  /** `width`: columns of a row, at least three. */
  constructor(width: number) {
    this.#width = width;
    this.#cells = new Float64Array(LEAST_ROWS * width);
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  cell(row: number, column: number): number {
    return this.#cells[row * this.#width + column] ?? 0;
  }

  set(row: number, column: number, value: number): void {
    this.#cells[row * this.#width + column] = value;
  }

  /** Keeps the order; what ends last is put last at once. */
  add(cells: readonly number[]): void {
    const width = this.#width;
    if (this.#cells.length < (this.#rows + 1) * width) {
      const grown = new Float64Array(Math.ceil(this.#rows * 1.5) * width);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    const row = this.#firstEndingAfter(cells[TO]!, true);
    this.#cells.copyWithin((row + 1) * width, row * width, this.#rows * width);
    this.#cells.set(cells, row * width);
    this.#rows++;
  }

  remove(row: number): void {
    const width = this.#width;
    this.#cells.copyWithin(row * width, (row + 1) * width, this.#rows * width);
    this.#rows--;
  }

  /** Forgets what ended before. */
  prune(before: Millis): void {
    const row = this.#firstEndingAfter(before);
    if (row > 0) {
      const width = this.#width;
      const kept = this.#cells.subarray(row * width, this.#rows * width);
      this.#rows -= row;
      this.#cells = new Float64Array(Math.max(this.#rows, LEAST_ROWS) * width);
      this.#cells.set(kept);
    }
  }

  /** The first row that ends at `at` or later; all after it do so, too. */
  firstFrom(at: Millis): number {
    return this.#firstEndingAfter(at);
  }

  /** The amounts within `[from, to)`, each times `factor` of its row. */
  sum(from: Millis, to: Millis, factor: (row: number) => number): number {
    let sum = 0;
    for (let row = this.#firstEndingAfter(from); row < this.#rows; row++) {
      const at = row * this.#width;
      const share = shareWithin(
        this.#cells[at + FROM]!,
        this.#cells[at + TO]!,
        from,
        to
      );
      if (share > 0) {
        sum += share * this.#cells[at + VALUE]! * factor(row);
      }
    }
    return sum;
  }

  /** The first row that ends at `at` or later; with `beyond`, later than `at`. */
  #firstEndingAfter(at: Millis, beyond = false): number {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const end = this.#cells[middle * this.#width + TO]!;
      if (end < at || (beyond && end === at)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** The part of `[begin, end)` that lies in `[from, to)`, 0 to 1; a moment lies in it whole or not at all. */
export function shareWithin(
  begin: Millis,
  end: Millis,
  from: Millis,
  to: Millis
): number {
  if (end <= begin) {
    return begin >= from && begin < to ? 1 : 0;
  }
  const within = Math.min(end, to) - Math.max(begin, from);
  return within <= 0 ? 0 : within / (end - begin);
}

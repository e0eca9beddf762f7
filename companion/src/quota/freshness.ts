/** How long figures of everybody are not made anew, in milliseconds. */
const FRESH_MS = 10_000;
/** And so many times as long as it took to make them: a small part of the process is enough for it. */
const FRESH_TIMES = 25;

/** For how long sums over everybody hold that took so long to make; both in milliseconds. */
export const freshFor = (tookMs: number): number =>
  Math.max(FRESH_MS, FRESH_TIMES * tookMs);

import type { TranslationBundle } from '@jupyterlab/translation';
import { durationWords } from '../ui/units';

const SECOND = 1000;
const MINUTE = 60_000;
/** When a screen reader is told how much time is left. */
const MARKS = [10 * MINUTE, 5 * MINUTE, MINUTE, 30 * SECOND];

/** "1 h 5 min", "12 min", "45 s": rounded up, in seconds only in the last minute. */
export function leftWords(trans: TranslationBundle, ms: number): string {
  const step = ms > MINUTE ? MINUTE : SECOND;
  const left = Math.max(0, Math.ceil(ms / step) * step);
  return durationWords(trans, left / SECOND);
}

/** How long what `leftWords` says stays true. */
export function untilNextStep(ms: number): number {
  const step = ms > MINUTE ? MINUTE : SECOND;
  return ms <= 0 ? Infinity : ms - (Math.ceil(ms / step) - 1) * step;
}

/** Whether one of the moments to be told lies between two looks. */
export function isMarkPassed(before: number, now: number): boolean {
  return MARKS.some(mark => before > mark && now <= mark);
}

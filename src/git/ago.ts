import { language } from '../ui/language';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365.25 * 86_400_000],
  ['month', 30.44 * 86_400_000],
  ['week', 7 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000]
];
/** The last moment that a Date can hold; a commit may claim a later one. */
const LAST = 8.64e15;

/** "3 weeks ago", "yesterday", "now": whole units, so that it never says too much. */
export function ago(moment: number, now: number): string {
  const apart = Math.min(moment, LAST) - now;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(apart) >= size) {
      return format.format(Math.trunc(apart / size), unit);
    }
  }
  return format.format(0, 'second');
}

/** The whole moment in local time, for a tooltip. */
export function whole(moment: number): string {
  return new Intl.DateTimeFormat(language(), {
    dateStyle: 'medium',
    timeStyle: 'medium'
  }).format(Math.min(moment, LAST));
}

/** As machines read it, for `<time dateTime>`. */
export function iso(moment: number): string {
  return new Date(Math.min(moment, LAST)).toISOString();
}

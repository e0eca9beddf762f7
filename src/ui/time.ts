import { language } from './language';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000]
];

/** "in 3 days", "2 hours ago", "now": the largest unit that fits. */
export function relative(moment: string, now: number): string {
  const apart = Date.parse(moment) - now;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  for (const [unit, size] of UNITS) {
    if (Math.abs(apart) >= size) {
      return format.format(Math.round(apart / size), unit);
    }
  }
  return format.format(0, 'second');
}

/** The whole moment in local time, for a tooltip. */
export function absolute(moment: string): string {
  return new Intl.DateTimeFormat(language(), {
    dateStyle: 'medium',
    timeStyle: 'short'
  }).format(new Date(moment));
}

/** The time of day of a moment in milliseconds. */
export function clock(moment: number): string {
  return new Intl.DateTimeFormat(language(), { timeStyle: 'short' }).format(
    moment
  );
}

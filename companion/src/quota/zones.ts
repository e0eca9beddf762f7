import type { Period } from './types.ts';

/** A stretch of time, its end not included. */
export type Span = { from: number; to: number };

const DAY_MS = 86_400_000;
/** Farther than any zone has ever been from UTC. */
const FARTHEST_MS = 26 * 3_600_000;
const MOST_KEPT = 20_000;
const MOST_ZONES = 500;

/** Days are counted from 1970-01-01, as the calendar of a zone shows them. */
const clocks = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number>();

/** Whether the name is that of a time zone, as in `Europe/Berlin`. */
export function isZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

function clockOf(zone: string): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit'
    });
    if (clocks.size < MOST_ZONES) {
      clocks.set(zone, clock);
    }
  }
  return clock;
}

/** The day that the calendar of the zone shows at that moment. */
function shownDay(zone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of clockOf(zone).formatToParts(at)) {
    parts[type] = Number(value);
  }
  return Date.UTC(parts.year!, parts.month! - 1, parts.day!) / DAY_MS;
}

/**
 * When a day begins. Midnight may not exist (clocks go forward then) or exist
 * twice, and days have been left out: a day begins when the calendar first
 * shows it, or one after it.
 */
function startOfDay(zone: string, day: number): number {
  const key = `${zone}/${day}`;
  const known = starts.get(key);
  if (known !== undefined) {
    return known;
  }
  let before = day * DAY_MS - FARTHEST_MS;
  let after = day * DAY_MS + FARTHEST_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (shownDay(zone, middle) >= day) {
      after = middle;
    } else {
      before = middle;
    }
  }
  if (starts.size >= MOST_KEPT) {
    starts.clear();
  }
  starts.set(key, after);
  return after;
}

/** The first day of the period that a day is in, moved on by so many periods. */
function firstDay(every: Period, day: number, on: number): number {
  if (every === 'day') {
    return day + on;
  }
  if (every === 'week') {
    // 1970-01-01 was a Thursday; weeks begin on Monday.
    return day - ((((day + 3) % 7) + 7) % 7) + 7 * on;
  }
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + on, 1) / DAY_MS;
}

/** A period that was asked for last, and others as seen from it. */
type Seen = { span: Readonly<Span>; moved: Map<number, Readonly<Span>> };
const seen = new Map<string, Map<Period, Seen>>();

/** The day, week or month of the zone that the moment is in, or one so many later. */
export function periodAt(
  zone: string,
  every: Period,
  at: number,
  later = 0
): Readonly<Span> {
  const { span, moved } = seenAt(zone, every, at);
  if (later === 0) {
    return span;
  }
  let found = moved.get(later);
  if (found === undefined) {
    found = periodOf(zone, every, dayOf(zone, span.from), later);
    moved.set(later, found);
  }
  return found;
}

/** Nearly always the one that was asked for last: the one that it is now. */
function seenAt(zone: string, every: Period, at: number): Seen {
  let periods = seen.get(zone);
  if (periods === undefined) {
    if (seen.size >= MOST_ZONES) {
      seen.clear();
    }
    periods = new Map();
    seen.set(zone, periods);
  }
  const known = periods.get(every);
  if (known !== undefined && at >= known.span.from && at < known.span.to) {
    return known;
  }
  const span = periodOf(zone, every, dayOf(zone, at), 0);
  const next = { span, moved: new Map<number, Span>() };
  periods.set(every, next);
  return next;
}

function periodOf(zone: string, every: Period, day: number, on: number): Span {
  return {
    from: startOfDay(zone, firstDay(every, day, on)),
    to: startOfDay(zone, firstDay(every, day, on + 1))
  };
}

/** The day whose stretch of time holds the moment, so that days leave no gap and never overlap. */
function dayOf(zone: string, at: number): number {
  const guess = Math.floor(at / DAY_MS);
  for (const day of [guess + 1, guess]) {
    if (startOfDay(zone, day) <= at) {
      return day;
    }
  }
  return guess - 1;
}

/** The day as `2026-01-31`. */
export function dayName(zone: string, at: number): string {
  return new Date(dayOf(zone, at) * DAY_MS).toISOString().slice(0, 10);
}

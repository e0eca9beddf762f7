/**
 * What is used, by the plainest way there is: every run is looked at anew for
 * every question, calendars are asked minute by minute.
 */
import type { WindowRule } from '../../src/quota/types.ts';

export const STEP = 15 * 60_000;
const HOUR = 3_600_000;

/** So much of the resource an hour, from then to then; where they are equal, so much at once. */
export type PlainUse = { from: number; to: number; amount: number };

export function usedBetween(
  uses: readonly PlainUse[],
  from: number,
  to: number
): number {
  let sum = 0;
  for (const use of uses) {
    if (use.from === use.to) {
      sum += use.from >= from && use.from < to ? use.amount : 0;
    } else {
      const begin = Math.max(use.from, from);
      const end = Math.min(use.to, to);
      sum +=
        end > begin ? (use.amount * (end - begin)) / (use.to - use.from) : 0;
    }
  }
  return sum;
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The day, Monday or month that the calendar of the zone shows. */
function shown(zone: string, every: string, at: number): string {
  const calendar =
    calendars.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  calendars.set(zone, calendar);
  const text = calendar.format(at);
  if (every === 'day') {
    return text;
  }
  if (every === 'month') {
    return text.slice(0, 7);
  }
  const day = new Date(`${text}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}

/** The next moment at which the calendar shows another period, in steps. */
export function nextPeriod(zone: string, every: string, at: number): number {
  const now = shown(zone, every, at);
  let time = Math.floor(at / STEP) * STEP + STEP;
  while (shown(zone, every, time) === now) {
    time += STEP;
  }
  return time;
}

export function periodStart(zone: string, every: string, at: number): number {
  const now = shown(zone, every, at);
  let time = Math.floor(at / STEP) * STEP;
  while (shown(zone, every, time - STEP) === now) {
    time -= STEP;
  }
  return time;
}

type Balance = Extract<WindowRule, { kind: 'balance' }>;

/** The level of a balance at `until`, step by step from where it begins. */
export function balanceAt(
  uses: readonly PlainUse[],
  rule: Balance,
  span: { since: number; until: number }
): number {
  let level = 0;
  let next = nextPeriod(rule.zone, rule.every, span.since);
  for (let at = span.since; at < span.until; at += STEP) {
    if (at >= next) {
      level = Math.max(0, level - rule.amount);
      next = nextPeriod(rule.zone, rule.every, at);
    }
    level += usedBetween(uses, at, Math.min(at + STEP, span.until));
  }
  return span.until >= next ? Math.max(0, level - rule.amount) : level;
}

/** What a moving window holds at a later moment, if so much an hour is used from now on. */
export function rollingAt(
  uses: readonly PlainUse[],
  at: number,
  options: { now: number; windowMs: number; perHour: number }
): number {
  const { now, windowMs, perHour } = options;
  const from = at - windowMs;
  const later = (Math.max(0, at - Math.max(now, from)) / HOUR) * perHour;
  return Math.max(0, usedBetween(uses, from, now + 1) + later);
}

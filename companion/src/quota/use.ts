import type { UsedDay } from '@jupyterlab-commons/protocol';
import { perHour } from '../ledger/rates.ts';
import { shareWithin } from '../ledger/spans.ts';
import type {
  Correction,
  LedgerView,
  Millis,
  Stretch
} from '../ledger/types.ts';
import { dayName, periodAt, type Span } from './zones.ts';

/** What adds up over time, as bodies and tables name it. */
export const summed = {
  serverHours: 'server-hours',
  cpuHours: 'cpu-hours',
  memoryGibHours: 'memory-gib-hours',
  gpuHours: 'gpu-hours',
  credits: 'credits'
} as const;
export type Summed = keyof typeof summed;
export const summedNames = Object.keys(summed) as Summed[];
export type Used = Record<Summed, number>;

/** A day in the zone of the policies. */
export type Day = Span & { day: string };

/** So many days up to and with the one of `now`, oldest first. */
export function daysUntil(zone: string, now: Millis, most: number): Day[] {
  return daysBetween(zone, periodAt(zone, 'day', now, 1 - most).from, now + 1);
}

/** The days that a stretch of time touches. */
export function daysBetween(zone: string, from: Millis, to: Millis): Day[] {
  const days: Day[] = [];
  for (let at = from; at < to;) {
    const span = periodAt(zone, 'day', at);
    days.push({ ...span, day: dayName(zone, at) });
    at = span.to;
  }
  return days;
}

export function noUse(): Used {
  return {
    serverHours: 0,
    cpuHours: 0,
    memoryGibHours: 0,
    gpuHours: 0,
    credits: 0
  };
}

export function addUse(to: Used, from: Readonly<Used>): void {
  summedNames.forEach(name => (to[name] += from[name]));
}

/**
 * What counts of somebody's use, day by day: the one source of the figures of
 * the page, the dashboard and the CSV. The sum of a day is never below zero,
 * whatever was taken off.
 */
export function usedByDay(
  ledger: LedgerView,
  user: string,
  days: readonly Day[]
): Used[] {
  const sums = days.map(noUse);
  const [first] = days;
  if (first === undefined) {
    return sums;
  }
  ledger.eachRun(user, first.from, run => addRun(sums, days, run));
  for (const correction of ledger.corrections(user, first.from)) {
    const index = days.findIndex(
      ({ from, to }) => correction.at >= from && correction.at < to
    );
    if (index >= 0) {
      addUse(sums[index]!, usedOfCorrection(correction));
    }
  }
  for (const sum of sums) {
    summedNames.forEach(name => (sum[name] = Math.max(0, sum[name])));
  }
  return sums;
}

function addRun(
  sums: Used[],
  days: readonly Day[],
  run: Readonly<Stretch>
): void {
  for (let index = days.length - 1; index >= 0; index--) {
    const { from, to } = days[index]!;
    if (run.from < to && run.to >= from) {
      addUse(sums[index]!, usedOfRun(run, from, to));
    }
    if (run.from >= from) {
      break;
    }
  }
}

/** What a run used within a stretch of time. */
export function usedOfRun(
  run: Readonly<Stretch>,
  from: Millis,
  to: Millis
): Used {
  const hours = (run.seconds / 3600) * shareWithin(run.from, run.to, from, to);
  const used = noUse();
  for (const name of summedNames) {
    used[name] = hours * perHour(run.rates, summed[name], null);
  }
  return used;
}

/** What a correction adds, or takes. */
export function usedOfCorrection({ resource, amount }: Correction): Used {
  const used = noUse();
  const name = summedNames.find(each => summed[each] === resource);
  if (name !== undefined) {
    used[name] = amount;
  }
  return used;
}

/** As a body tells it. */
export function usedDay({ day }: Day, used: Readonly<Used>): UsedDay {
  return { day, ...used };
}

import type { UsedDay } from '@jupyterlab-commons/protocol';
import { dayResources, type DayKey } from './amount-words';

const DAY_MS = 86_400_000;
/** As many as a report may have. */
const MOST_DAYS = 31;

export const dayKeys = Object.keys(dayResources) as DayKey[];

/** What was used in all these days. */
export function sumOf(days: readonly UsedDay[], key: DayKey): number {
  return days.reduce((sum, day) => sum + day[key], 0);
}

/** The resources that anything was used of. */
export const usedKeys = (days: readonly UsedDay[]): DayKey[] =>
  dayKeys.filter(key => days.some(day => day[key] > 0));

/** Every day between the first and the last, oldest first; those that are not in the list used nothing. */
export function everyDay(days: readonly UsedDay[]): UsedDay[] {
  const at = (day: UsedDay) => Date.parse(`${day.day}T00:00:00Z`);
  const known = new Map(days.map(day => [at(day), day]));
  const moments = [...known.keys()].filter(moment => !Number.isNaN(moment));
  const last = Math.max(...moments);
  const first = Math.max(Math.min(...moments), last - (MOST_DAYS - 1) * DAY_MS);
  const all: UsedDay[] = [];
  for (let moment = first; moment <= last; moment += DAY_MS) {
    all.push(known.get(moment) ?? emptyDay(moment));
  }
  return all;
}

const emptyDay = (moment: number): UsedDay => ({
  day: new Date(moment).toISOString().slice(0, 10),
  serverHours: 0,
  cpuHours: 0,
  memoryGibHours: 0,
  gpuHours: 0,
  credits: 0
});

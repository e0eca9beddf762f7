import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';

/** What reaches its limit first, and in how many seconds at the present pace. */
export type Outlook = {
  what: 'memory' | 'disk' | `gpu:${string}`;
  inSeconds: number;
};

type Series = UsageHistory['memory'];
type Point = { at: number; value: number };
/** What runs out: its size in the series' unit, and how far back its pace is looked at. */
type Filling = { series: Series; used: number; limit: number; seconds: number };

const MIB = 1024 * 1024;
const MEMORY_SECONDS = 180;
const DISK_SECONDS = 900;
/** The end of the time looked at must grow as the whole of it does. */
const LATE_PART = 1 / 3;
const LEAST_POINTS = 6;
/** More of them would cost more than they tell. */
const MOST_POINTS = 40;
/** Figures from before a silence of so many steps say nothing about now. */
const GAP_STEPS = 6;
/** Growth below these shares of the limit is noise. */
const LEAST_GROWTH = 0.02;
const LEAST_DROP = 0.02;
/** One jump up or down of this share of the growth is a step, not a pace. */
const MOST_JUMP = 0.4;
/** Nobody knows what happens in ten times the time that was seen, or after an hour. */
const MOST_AHEAD = 10;
const MOST_SECONDS = 3600;

/** The first of all; null while nothing grows towards its limit. */
export function outlook(
  sample: UsageSample,
  history: UsageHistory | null
): Outlook | null {
  const kinds: Outlook['what'][] = [
    'memory',
    'disk',
    ...Object.keys(sample.gpus).map(key => `gpu:${key}` as const)
  ];
  let first: Outlook | null = null;
  for (const what of kinds) {
    const inSeconds = secondsUntilFull(what, sample, history);
    if (inSeconds !== null && inSeconds < (first?.inSeconds ?? Infinity)) {
      first = { what, inSeconds };
    }
  }
  return first;
}

/**
 * Seconds until it reaches its limit if it goes on as in the last minutes; null
 * where there is no limit, no steady growth, or too little was seen. What was
 * higher within the hour and came down by itself is not expected to run out.
 */
export function secondsUntilFull(
  what: Outlook['what'],
  sample: UsageSample,
  history: UsageHistory | null
): number | null {
  const filling = history === null ? null : fillingOf(what, sample, history);
  if (filling === null || history === null) {
    return null;
  }
  const { used, limit, series, seconds } = filling;
  const known = withoutSpikes(series.filter(each => each !== null));
  const highest = Math.max(0, ...known);
  if (used <= 0 || used >= limit || highest - used > LEAST_DROP * limit) {
    return null;
  }
  const points = recentPoints(series, history.step, seconds);
  const pace = steadyPace(points, limit);
  if (pace === null) {
    return null;
  }
  const left = (limit - used) / pace;
  const seen = spanOf(points);
  return left <= Math.min(MOST_SECONDS, MOST_AHEAD * seen)
    ? Math.round(left)
    : null;
}

function fillingOf(
  what: Outlook['what'],
  { memory, disk, gpus }: UsageSample,
  history: UsageHistory
): Filling | null {
  if (what === 'memory') {
    return filling(history.memory, memory.used, memory.limit, MEMORY_SECONDS);
  }
  if (what === 'disk') {
    return disk === undefined || disk.by === 'machine'
      ? null
      : filling(history.disk, disk.used, disk.limit, DISK_SECONDS);
  }
  const key = what.slice('gpu:'.length);
  const { memoryUsed, memoryTotal } = gpus[key] ?? {};
  const series = history.gpus[key]?.memory;
  return filling(series, memoryUsed, memoryTotal, MEMORY_SECONDS);
}

function filling(
  series: Series | undefined,
  used: number | undefined,
  limit: number | undefined,
  seconds: number
): Filling | null {
  return series === undefined || used === undefined || limit === undefined
    ? null
    : { series, used: used / MIB, limit: limit / MIB, seconds };
}

/** The middle of each number and its neighbours: what was there for a moment only is gone. */
function withoutSpikes(values: readonly number[]): number[] {
  return values.map((value, index) => {
    const before = values[index - 1] ?? value;
    const after = values[index + 1] ?? value;
    return Math.max(
      Math.min(before, value),
      Math.min(Math.max(before, value), after)
    );
  });
}

/** Points of the last `seconds`, oldest first, back to the last silence. */
function recentPoints(series: Series, step: number, seconds: number): Point[] {
  const every = Math.ceil(seconds / step / MOST_POINTS);
  const points: Point[] = [];
  let silent = 0;
  for (let back = 0; back * step <= seconds; back++) {
    const value = series[series.length - 1 - back] ?? null;
    if (value !== null) {
      silent = 0;
      if (back % every === 0) {
        points.unshift({ at: -back * step, value });
      }
    } else if (++silent >= GAP_STEPS) {
      break;
    }
  }
  return points;
}

const spanOf = (points: readonly Point[]): number =>
  points.length === 0 ? 0 : points[points.length - 1]!.at - points[0]!.at;

/** MiB a second, when it grows in all of the time and in the end of it; else null. */
function steadyPace(points: readonly Point[], limit: number): number | null {
  const from = -spanOf(points) * LATE_PART;
  const late = points.filter(({ at }) => at >= from);
  if (late.length < LEAST_POINTS / 2 || points.length < LEAST_POINTS) {
    return null;
  }
  const pace = Math.min(medianPace(points), medianPace(late));
  const values = withoutSpikes(points.map(({ value }) => value));
  const growth = values[values.length - 1]! - values[0]!;
  const jumps = values
    .slice(1)
    .map((value, index) => Math.abs(value - values[index]!));
  return pace > 0 &&
    growth > LEAST_GROWTH * limit &&
    Math.max(...jumps) <= MOST_JUMP * growth
    ? pace
    : null;
}

/** The median over all pairs of points (Theil-Sen): a few wild ones change nothing. */
function medianPace(points: readonly Point[]): number {
  const paces: number[] = [];
  points.forEach((one, index) => {
    for (const other of points.slice(index + 1)) {
      paces.push((other.value - one.value) / (other.at - one.at));
    }
  });
  paces.sort((a, b) => a - b);
  return paces[Math.floor(paces.length / 2)] ?? 0;
}

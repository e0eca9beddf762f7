import '../../style/figures.css';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { durationWords, seriesWords, type SeriesUnit } from './units';

/** Numbers at equal steps, oldest first; null where nothing was measured. */
export type Series = readonly (number | null)[];

const WIDTH = 120;
const HEIGHT = 24;
/** A server that has just started fills a part of the width, not all of it. */
const LEAST_POINTS = 60;
const MINUTE = 60;
const HOUR = 3600;

/**
 * The highest number of each of at most `most` equal parts, the last part ending
 * with the series, so that a short peak is never lost.
 */
export function highestParts(series: Series, most: number): Series {
  const size = Math.max(1, Math.ceil(series.length / most));
  const parts: (number | null)[] = [];
  for (let end = series.length; end > 0; end -= size) {
    const known = series
      .slice(Math.max(0, end - size), end)
      .filter(value => value !== null);
    parts.unshift(known.length === 0 ? null : Math.max(...known));
  }
  return parts;
}

/** The line and what is below it, as SVG paths; a gap where nothing is known. */
export function sparkPaths(
  series: Series,
  options: { most?: number; points?: number } = {}
): { line: string; area: string } {
  const { points = WIDTH } = options;
  const parts = highestParts(series, points);
  const known = parts.filter(value => value !== null);
  const most = Math.max(options.most ?? 0, ...known, 1);
  const slots = Math.max(parts.length, Math.min(points, LEAST_POINTS)) - 1;
  const x = (index: number) =>
    round(WIDTH - ((parts.length - 1 - index) * WIDTH) / Math.max(1, slots));
  let line = '';
  let area = '';
  let start: number | null = null;
  parts.forEach((value, index) => {
    if (value === null) {
      return;
    }
    const point = `${x(index)} ${round(HEIGHT - (value / most) * (HEIGHT - 1))}`;
    if (start === null) {
      start = index;
      line += `M${point}h0`;
      area += `M${x(index)} ${HEIGHT}L${point}`;
    } else {
      line += `L${point}`;
      area += `L${point}`;
    }
    if (index === parts.length - 1 || parts[index + 1] === null) {
      area += `V${HEIGHT}Z`;
      start = null;
    }
  });
  return { line, area };
}

const round = (value: number) => Math.round(value * 10) / 10;

/** Whether two series say the same; parts that did not change are usually the same object. */
export function sameSeries(
  one: Series | undefined,
  other: Series | undefined
): boolean {
  return (
    one === other ||
    (one !== undefined &&
      other !== undefined &&
      one.length === other.length &&
      one.every((value, index) => value === other[index]))
  );
}

export type SparklineProps = {
  /** What is drawn, such as "Memory". */
  label: string;
  series: Series;
  /** Seconds between two numbers. */
  step: number;
  unit: SeriesUnit;
  /** What the top edge means, in the unit of the series; without it the highest number. */
  most?: number;
  /** More is not drawn. */
  points?: number;
  trans: TranslationBundle;
};

/** "Memory in the last hour: lowest 1.2 GB, highest 3.4 GB, now 3.2 GB". */
export function sparkWords(props: SparklineProps): string {
  const { label, series, step, unit, trans } = props;
  const known = series.filter(value => value !== null);
  const seconds = series.length * step;
  const title =
    seconds > HOUR - MINUTE
      ? trans.__('%1 in the last hour', label)
      : trans.__('%1 in the last %2', label, durationWords(trans, seconds));
  if (known.length === 0) {
    return trans.__('%1: not reported', title);
  }
  const words = (value: number) => seriesWords(trans, unit, value);
  const range = trans.__(
    '%1: lowest %2, highest %3',
    title,
    words(Math.min(...known)),
    words(Math.max(...known))
  );
  const last = series.at(-1) ?? null;
  return last === null ? range : trans.__('%1, now %2', range, words(last));
}

/** A small chart without axes; its name says lowest, highest and last. */
export const Sparkline = React.memo(
  function Sparkline(props: SparklineProps): JSX.Element {
    const { line, area } = sparkPaths(props.series, props);
    return (
      <svg
        className="jp-Commons-Sparkline"
        role="img"
        aria-label={sparkWords(props)}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        focusable="false"
      >
        <path className="jp-Commons-Sparkline-area" d={area} />
        <path className="jp-Commons-Sparkline-line" d={line} />
      </svg>
    );
  },
  (one, other) =>
    one.label === other.label &&
    one.most === other.most &&
    one.step === other.step &&
    sameSeries(one.series, other.series)
);

import '../../style/figures.css';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Meter, type Tone } from './meter';
import { Sparkline, type Series } from './sparkline';
import { percentWords, type SeriesUnit } from './units';

/** Everything that is said about one thing that can run out, ready to be drawn. */
export type GaugeWords = {
  label: string;
  /** "3.2 of 4 GB", or that it is not reported. Absent: the percent say it all. */
  value?: string;
  /** Absent: there is nothing to be full of. */
  percent?: number;
  /** In place of `percent` in words, where it is more than full. */
  percentText?: string;
  tone?: Tone;
  /** What deserves to be read first: "high", "slowed down 12% of the time". */
  state?: string;
  /** What kind of limit it is, and what else belongs here; one line each. */
  notes?: readonly string[];
};

/** The last hour of it. */
export type GaugeHistory = {
  series: Series;
  step: number;
  unit: SeriesUnit;
  most?: number;
};

/** A label, the figures, a bar, the last hour, and what it means in words. */
export function Gauge(props: {
  words: GaugeWords;
  history?: GaugeHistory;
  trans: TranslationBundle;
  children?: React.ReactNode;
}): JSX.Element {
  const { words, history, trans } = props;
  const { label, value, percent, state, tone } = words;
  const percentText =
    words.percentText ??
    (percent === undefined ? undefined : percentWords(trans, percent));
  return (
    <div className={`jp-Commons-Gauge jp-mod-${tone ?? 'ok'}`}>
      <p className="jp-Commons-Gauge-head">
        <span className="jp-Commons-Gauge-label">{label}</span>{' '}
        {value === undefined ? null : (
          <span className="jp-Commons-Gauge-value">{value} </span>
        )}
        {percentText === undefined ? null : (
          <span className="jp-Commons-Gauge-percent">{percentText}</span>
        )}
      </p>
      {percent === undefined ? null : (
        <Meter
          label={label}
          text={[value, percentText, state].filter(Boolean).join(', ')}
          percent={percent}
          tone={tone}
        />
      )}
      {history === undefined || history.series.length === 0 ? null : (
        <Sparkline label={label} {...history} trans={trans} />
      )}
      {state === undefined ? null : (
        <p className="jp-Commons-Gauge-state">{state}</p>
      )}
      {(words.notes ?? []).map(note => (
        <p key={note} className="jp-Commons-Gauge-note">
          {note}
        </p>
      ))}
      {props.children}
    </div>
  );
}

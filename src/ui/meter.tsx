import '../../style/figures.css';
import * as React from 'react';

export type Tone = 'ok' | 'high' | 'full';

/** A bar that is full at its limit. `text` says the same in words. */
export const Meter = React.memo(function Meter(props: {
  label: string;
  text: string;
  percent: number;
  tone?: Tone;
}): JSX.Element {
  const { label, text, percent, tone = 'ok' } = props;
  return (
    <div
      className={`jp-Commons-Meter jp-mod-${tone}`}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={text}
    >
      <div className="jp-Commons-Meter-bar" style={{ width: `${percent}%` }} />
    </div>
  );
});

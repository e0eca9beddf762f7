import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from './disclosure';
import { highestParts, type Series } from './sparkline';
import { clock } from './time';
import { notReported, seriesWords, type SeriesUnit } from './units';

const MINUTES = 5;

export type FiguresColumn = {
  label: string;
  series: Series;
  unit: SeriesUnit;
};

type FiguresProps = {
  columns: readonly FiguresColumn[];
  /** The moment of the last number of each series. */
  end: number;
  /** Seconds between two numbers. */
  step: number;
  trans: TranslationBundle;
};

/** The charts of the last hour as a table: the same figures for those who read them. */
export function FiguresTable(props: FiguresProps): JSX.Element {
  return (
    <Disclosure summary={props.trans.__('Figures of the last hour')}>
      {() => <Table {...props} />}
    </Disclosure>
  );
}

function Table({ columns, end, step, trans }: FiguresProps): JSX.Element {
  const length = Math.max(0, ...columns.map(({ series }) => series.length));
  const rows = Math.ceil((length * step) / (MINUTES * 60));
  const parts = columns.map(({ series }) => highestParts(series, rows));
  return (
    <table className="jp-Commons-Figures">
      <caption>{trans.__('Highest of each 5 minutes')}</caption>
      <thead>
        <tr>
          <th scope="col">{trans.__('Until')}</th>
          {columns.map(({ label }) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: rows }, (_, back) => (
          <tr key={back}>
            <th scope="row">{clock(end - back * MINUTES * 60_000)}</th>
            {columns.map(({ label, unit }, column) => {
              const value = parts[column]?.at(-1 - back) ?? null;
              return (
                <td key={label}>
                  {value === null
                    ? notReported(trans)
                    : seriesWords(trans, unit, value)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

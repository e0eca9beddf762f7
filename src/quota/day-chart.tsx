import type { UsedDay } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { Disclosure } from '../ui/disclosure';
import {
  amountNumber,
  amountWords,
  dayKeyWords,
  dayResources,
  type DayKey
} from './amount-words';
import { dayWords } from './moment-words';
import { everyDay, sumOf, usedKeys } from './sums';

const BAR = 10;
const HEIGHT = 60;
/** What was used at all is seen. */
const LEAST_HEIGHT = 2;

/** What was used each day, of one resource as bars and of all as a table. */
export function DayChart(props: {
  days: readonly UsedDay[];
  trans: TranslationBundle;
}): JSX.Element {
  const { trans } = props;
  const days = React.useMemo(() => everyDay(props.days), [props.days]);
  const keys = usedKeys(days);
  const [chosen, choose] = React.useState<DayKey | null>(null);
  const id = React.useId();
  const key = chosen !== null && keys.includes(chosen) ? chosen : keys[0];
  if (key === undefined) {
    return (
      <p className="jp-Commons-Quota-line">
        {trans.__('Nothing was used in the last 31 days.')}
      </p>
    );
  }
  return (
    <>
      <p className="jp-Commons-Quota-line">
        <label htmlFor={id}>{trans.__('Show')}</label>{' '}
        <select
          id={id}
          className="jp-Commons-select"
          value={key}
          onChange={event => choose(event.currentTarget.value as DayKey)}
        >
          {keys.map(each => (
            <option key={each} value={each}>
              {dayKeyWords(trans, each)}
            </option>
          ))}
        </select>
      </p>
      <Bars days={days} of={key} trans={trans} />
      <Disclosure summary={trans.__('Figures of each day')}>
        {() => <DayTable days={days} keys={keys} trans={trans} />}
      </Disclosure>
    </>
  );
}

type BarsProps = {
  days: readonly UsedDay[];
  of: DayKey;
  trans: TranslationBundle;
};

/** "GPU hours by day, 3 Nov to 10 Nov: 34 in all, highest 12 on 5 Nov". */
export function barsWords({ days, of, trans }: BarsProps): string {
  const highest = days.reduce((one, day) => (day[of] > one[of] ? day : one));
  return trans.__(
    '%1 by day, %2 to %3: %4 in all, highest %5 on %6',
    dayKeyWords(trans, of),
    dayWords(days[0]!.day),
    dayWords(days.at(-1)!.day),
    amountNumber(sumOf(days, of)),
    amountNumber(highest[of]),
    dayWords(highest.day)
  );
}

function Bars(props: BarsProps): JSX.Element {
  const { days, of, trans } = props;
  const most = Math.max(...days.map(day => day[of]));
  const words = barsWords(props);
  return (
    <figure className="jp-Commons-Quota-figure">
      <svg
        className="jp-Commons-Quota-bars"
        role="img"
        aria-label={words}
        viewBox={`0 0 ${days.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        focusable="false"
      >
        {days.map((day, index) => {
          const height = heightOf(day[of], most);
          return (
            <rect
              key={day.day}
              x={index * BAR + 1}
              y={HEIGHT - height}
              width={BAR - 2}
              height={height}
            >
              <title>
                {`${dayWords(day.day)}: ${amountWords(trans, day[of], {
                  resource: dayResources[of]
                })}`}
              </title>
            </rect>
          );
        })}
      </svg>
      <figcaption aria-hidden="true">{words}</figcaption>
    </figure>
  );
}

const heightOf = (value: number, most: number): number =>
  value <= 0
    ? 0
    : Math.max(LEAST_HEIGHT, Math.round((value / most) * HEIGHT * 10) / 10);

function DayTable(props: {
  days: readonly UsedDay[];
  keys: readonly DayKey[];
  trans: TranslationBundle;
}): JSX.Element {
  const { days, keys, trans } = props;
  return (
    <div
      className="jp-Commons-Quota-scroll"
      tabIndex={0}
      role="group"
      aria-label={trans.__('Figures of each day')}
    >
      <table className="jp-Commons-Figures">
        <caption>{trans.__('What counts, newest first')}</caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Day')}</th>
            {keys.map(key => (
              <th key={key} scope="col">
                {dayKeyWords(trans, key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...days].reverse().map(day => (
            <tr key={day.day}>
              <th scope="row">{dayWords(day.day)}</th>
              {keys.map(key => (
                <td key={key}>{amountNumber(day[key])}</td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{trans.__('Sum')}</th>
            {keys.map(key => (
              <td key={key}>{amountNumber(sumOf(days, key))}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

import type { TranslationBundle } from '@jupyterlab/translation';
import {
  closeIcon,
  refreshIcon,
  stopIcon,
  type LabIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { HiddenText } from '../ui/hidden-text';
import { sameSeries, Sparkline, type Series } from '../ui/sparkline';
import type { UsageVerb } from '../ui/usage-widget';
import { verbsOf, type ConsumerWords } from './consumer-words';

/** Enough for the width of a cell. */
const SPARK_POINTS = 40;
/** Fewer are a mark that says nothing. */
const LEAST_POINTS = 4;

export type ConsumerRowProps = {
  id: string;
  words: ConsumerWords;
  /** Memory in the last hour, as far as it is known. */
  series: Series | undefined;
  step: number;
  run: (verb: UsageVerb, key: string) => void;
  trans: TranslationBundle;
};

const sameWords = (one: ConsumerWords, other: ConsumerWords) =>
  Object.keys({ ...one, ...other }).every(
    key => one[key as keyof ConsumerWords] === other[key as keyof ConsumerWords]
  );

/** One kernel, terminal or the like. Drawn again only when it says something else. */
export const ConsumerRow = React.memo(
  function ConsumerRow(props: ConsumerRowProps): JSX.Element {
    const { id, words, run, trans } = props;
    const { kind, name, state, isIdle, isMeasured } = words;
    return (
      <tr role="row" className={`jp-Commons-Consumer jp-mod-${kind}`}>
        <th role="rowheader" scope="row" title={words.title}>
          {words.canOpen ? (
            <button
              type="button"
              className="jp-Commons-Consumer-name"
              aria-label={trans.__('Open %1', name)}
              onClick={() => run('open', id)}
            >
              {name}
            </button>
          ) : (
            <span className="jp-Commons-Consumer-name">{name}</span>
          )}
          <span className="jp-Commons-Consumer-facts">{words.facts}</span>
        </th>
        <MemoryCell {...props} />
        <td
          role="cell"
          className={`jp-mod-cpu${isMeasured ? '' : ' jp-mod-absent'}`}
        >
          {words.cpu}
          {isMeasured ? <Label text={trans.__('CPU')} /> : null}
        </td>
        <GpuCell {...props} />
        <td
          role="cell"
          className={`jp-mod-state jp-mod-${state === undefined ? 'none' : isIdle ? 'idle' : 'busy'}`}
        >
          {state ?? <None text={trans.__('does not idle')} />}
        </td>
        <td role="cell" className="jp-mod-verbs">
          <Verbs {...props} />
        </td>
      </tr>
    );
  },
  (one, other) =>
    one.id === other.id &&
    one.step === other.step &&
    one.run === other.run &&
    sameWords(one.words, other.words) &&
    sameSeries(one.series, other.series)
);

/** What stands over a column where there are columns. */
function Label(props: { text: string }): JSX.Element {
  return (
    <span aria-hidden="true" className="jp-Commons-Consumer-label">
      {props.text}{' '}
    </span>
  );
}

function GpuCell({ words, trans }: ConsumerRowProps): JSX.Element | null {
  const { gpu } = words;
  if (gpu === undefined) {
    return null;
  }
  const isNone = gpu === '';
  return (
    <td
      role="cell"
      className={`jp-mod-gpu${isNone ? ' jp-mod-none' : words.isGpuKnown ? '' : ' jp-mod-unknown'}`}
    >
      {isNone ? (
        <None text={trans.__('none')} />
      ) : (
        <>
          <Label text={trans.__('GPU')} />
          {gpu}
        </>
      )}
    </td>
  );
}

function MemoryCell(props: ConsumerRowProps): JSX.Element {
  const { words, series, step, trans } = props;
  return (
    <td role="cell" className="jp-mod-memory">
      <span>{words.memory}</span>
      {series === undefined || series.length < LEAST_POINTS ? null : (
        <Sparkline
          label={trans.__('Memory of %1', words.name)}
          series={series}
          step={step}
          unit="memory"
          points={SPARK_POINTS}
          trans={trans}
        />
      )}
      <span
        className="jp-Commons-Consumer-share"
        style={{ width: `${words.share}%` }}
      />
    </td>
  );
}

/** Nothing to see, and a word for those who do not see it. */
function None(props: { text: string }): JSX.Element {
  return (
    <>
      <span aria-hidden="true" className="jp-Commons-Consumer-none">
        –
      </span>
      <HiddenText>{props.text}</HiddenText>
    </>
  );
}

function Verbs({ id, words, run, trans }: ConsumerRowProps): JSX.Element {
  const verbs = verbsOf(words.kind);
  return verbs.length === 0 ? (
    <HiddenText>{trans.__('nothing to do')}</HiddenText>
  ) : (
    <span className="jp-Commons-Consumer-verbs">
      {verbs.map(verb => {
        const [icon, label] = verbLook(trans, verb, words.name);
        return (
          <button
            key={verb}
            type="button"
            className="jp-Commons-iconButton"
            aria-label={label}
            title={label}
            onClick={() => run(verb, id)}
          >
            <icon.react tag="span" aria-hidden="true" />
          </button>
        );
      })}
    </span>
  );
}

function verbLook(
  trans: TranslationBundle,
  verb: UsageVerb,
  name: string
): [LabIcon, string] {
  switch (verb) {
    case 'interrupt':
      return [stopIcon, trans.__('Interrupt %1', name)];
    case 'restart':
      return [refreshIcon, trans.__('Restart the kernel of %1', name)];
    case 'open':
    case 'shut-down':
      return [closeIcon, trans.__('Shut down %1', name)];
  }
}

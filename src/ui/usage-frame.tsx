import '../../style/figures.css';
import type {
  UsageHistory,
  UsageProblem,
  UsageSample
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { UsageState } from '../tokens';
import { Banner } from './banner';
import { durationWords } from './units';
import { usageProblemWords } from './usage-problem-words';
import { errorWords } from './problem-words';
import { sampleOf } from './sample-of';

/** Older figures say their age. */
const OLD_MS = 10_000;

/** What a state of the stream looks like around its figures, the last ones if it failed. */
export function StateFrame(props: {
  state: UsageState;
  age: number;
  trans: TranslationBundle;
  children: (
    sample: UsageSample,
    history: UsageHistory | null
  ) => React.ReactNode;
}): JSX.Element {
  const { state, age, trans, children } = props;
  const sample = sampleOf(state);
  return state.kind === 'connecting' ? (
    <Waiting trans={trans} />
  ) : (
    <>
      <Freshness {...{ state, age, trans }} />
      {sample === null ? null : children(sample, state.history)}
    </>
  );
}

/** Nothing has come yet: the shape of what will, without motion. */
function Waiting(props: { trans: TranslationBundle }): JSX.Element {
  return (
    <div className="jp-Commons-Waiting" aria-busy="true">
      <p>{props.trans.__('Waiting for the first figures…')}</p>
      <div aria-hidden="true">
        {['80%', '55%', '65%'].map(width => (
          <div key={width} className="jp-Commons-Waiting-bar">
            <div style={{ width }} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Says that the stream is down, or that the figures are old; nothing while all is well. */
function Freshness(props: {
  state: UsageState;
  age: number;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { state, age, trans } = props;
  const ago = durationWords(trans, age / 1000);
  switch (state.kind) {
    case 'connecting':
      return null;
    case 'ready':
      return age < OLD_MS ? null : <MeasuredAgo {...{ age, trans }} />;
    case 'failed':
      return (
        <>
          <div role="alert">
            <Banner tone="warn" text={errorWords(trans, state.error)} />
          </div>
          <p className="jp-Commons-Old">
            {state.last === null
              ? trans.__('It is tried again by itself.')
              : trans.__(
                  'These figures are %1 old. It is tried again by itself.',
                  ago
                )}
          </p>
        </>
      );
  }
}

/** Some figures of a sample are older than it is: those of `at`, in its milliseconds. */
export function OlderFigures(props: {
  sample: UsageSample;
  at: number | undefined;
  time: number;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { sample, at = sample.at, time, trans } = props;
  return sample.at - at < OLD_MS ? null : (
    <MeasuredAgo age={time - at} trans={trans} />
  );
}

function MeasuredAgo(props: {
  age: number;
  trans: TranslationBundle;
}): JSX.Element {
  const ago = durationWords(props.trans, props.age / 1000);
  return (
    <p className="jp-Commons-Old">{props.trans.__('Measured %1 ago.', ago)}</p>
  );
}

/** What the server does not know: one quiet line each. */
export function ProblemLines(props: {
  problems: readonly UsageProblem[];
  trans: TranslationBundle;
}): JSX.Element | null {
  const { problems, trans } = props;
  return problems.length === 0 ? null : (
    <ul className="jp-Commons-Problems">
      {problems.map(problem => (
        <li key={problem}>{usageProblemWords(trans, problem)}</li>
      ))}
    </ul>
  );
}

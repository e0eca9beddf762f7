import '../../style/gpu.css';
import type {
  UsageHistory,
  UsageProblem,
  UsageSample
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { EmptyState } from '../ui/empty-state';
import { gpuOrder } from '../ui/gpu-words';
import { bytesOfWords, numberWords } from '../ui/units';
import { OlderFigures, ProblemLines, StateFrame } from '../ui/usage-frame';
import {
  UsageWidget,
  type UsagePanelOptions,
  type UsageViewProps
} from '../ui/usage-widget';
import { GpuCard } from './gpu-card';

/** So many cards have their details open from the start. */
const FEW = 2;

/** The GPUs of this server, a card each. */
export class GpuPanel extends UsageWidget {
  constructor(options: UsagePanelOptions) {
    super(options);
    this.addClass('jp-Commons-Usage');
    this.addClass('jp-Commons-Gpus');
  }

  protected override render(): JSX.Element {
    return <GpuView {...this.viewProps} />;
  }
}

export function GpuView(props: UsageViewProps): JSX.Element {
  return (
    <StateFrame {...props}>
      {(sample, history) => <Gpus {...props} {...{ sample, history }} />}
    </StateFrame>
  );
}

type GpusProps = UsageViewProps & {
  sample: UsageSample;
  history: UsageHistory | null;
};

function Gpus(props: GpusProps): JSX.Element {
  const { sample, history, time, trans, run } = props;
  const problems = sample.problems.filter(each => each.startsWith('GPU_'));
  const keys = gpuOrder(sample.gpus).filter(
    key => !Object.hasOwn(sample.gpus, sample.gpus[key]!.partOf ?? '')
  );
  if (keys.length === 0) {
    return <NoGpu {...{ problems, trans }} />;
  }
  return (
    <>
      <Summary {...{ sample, keys, time, trans }} />
      <ul className="jp-Commons-GpuCards">
        {keys.map(id => (
          <GpuCard
            key={id}
            isOpen={keys.length <= FEW}
            {...{ id, sample, history, time, trans, run }}
          />
        ))}
      </ul>
      <ProblemLines {...{ problems, trans }} />
    </>
  );
}

/** Most servers have none, which is no error; a GPU that cannot be seen is one. */
function NoGpu(props: {
  problems: readonly UsageProblem[];
  trans: TranslationBundle;
}): JSX.Element {
  const { problems, trans } = props;
  return problems.length === 0 ? (
    <EmptyState title={trans.__('No GPU in this server')}>
      <p>
        {trans.__(
          'No GPU was given to this server, so code runs on the CPU alone. If your hub offers servers with a GPU, stop this one and choose such a profile when you start it again.'
        )}
      </p>
    </EmptyState>
  ) : (
    <EmptyState title={trans.__('No GPU can be seen in this server')}>
      <ProblemLines {...{ problems, trans }} />
    </EmptyState>
  );
}

/** All GPUs in one line: how many are at work, how full they are together. */
function Summary(props: {
  sample: UsageSample;
  keys: readonly string[];
  time: number;
  trans: TranslationBundle;
}): JSX.Element {
  const { sample, keys, time, trans } = props;
  const gpus = keys.map(key => sample.gpus[key]!);
  const known = gpus.filter(
    ({ memoryUsed, memoryTotal }) =>
      memoryUsed !== undefined && memoryTotal !== undefined
  );
  const sum = (pick: 'memoryUsed' | 'memoryTotal') =>
    known.reduce((total, gpu) => total + (gpu[pick] ?? 0), 0);
  const reporting = gpus.filter(({ busy }) => busy !== undefined);
  const working = reporting.filter(({ busy = 0 }) => busy >= 1).length;
  const words = [
    trans._n('%1 GPU', '%1 GPUs', gpus.length),
    reporting.length === 0
      ? undefined
      : trans.__('%1 at work', numberWords(working)),
    known.length === 0
      ? undefined
      : trans.__(
          '%1 of memory',
          bytesOfWords(trans, sum('memoryUsed'), sum('memoryTotal'))
        )
  ];
  return (
    <>
      <p className="jp-Commons-Usage-summary">
        {words.filter(each => each !== undefined).join(' · ')}
      </p>
      <OlderFigures at={sample.gpusAt} {...{ sample, time, trans }} />
    </>
  );
}

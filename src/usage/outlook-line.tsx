import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { gpuWords } from '../ui/gpu-words';
import { durationWords } from '../ui/units';
import { outlook, type Outlook } from './outlook';

const GPU = 'gpu:';

/** What will hit a limit first, and when; nothing where nothing will soon. */
export function OutlookLine(props: {
  sample: UsageSample;
  history: UsageHistory | null;
  trans: TranslationBundle;
}): JSX.Element | null {
  const { sample, history, trans } = props;
  const next = React.useMemo(() => outlook(sample, history), [sample, history]);
  return next === null ? null : (
    <p className="jp-Commons-Outlook">{outlookWords(trans, next, sample)}</p>
  );
}

export function outlookWords(
  trans: TranslationBundle,
  { what, inSeconds }: Outlook,
  { gpus }: Pick<UsageSample, 'gpus'>
): string {
  const when =
    inSeconds < 60
      ? trans.__('less than a minute')
      : trans.__('about %1', durationWords(trans, inSeconds));
  if (what === 'memory') {
    return trans.__('At this pace memory reaches its limit in %1.', when);
  }
  if (what === 'disk') {
    return trans.__('At this pace your home folder is full in %1.', when);
  }
  return trans.__(
    'At this pace the memory of %1 is full in %2.',
    gpuWords(trans, gpus, what.slice(GPU.length)),
    when
  );
}

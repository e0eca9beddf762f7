import type { RunningServer } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { amountNumber } from './amount-words';
import { coresWords, durationWords, numberWords } from '../ui/units';
import { shortName } from '../ui/words';

const MOST = 1e9;

/** A server of this person as they know it; `own` is the one of this page. */
export function serverWords(
  trans: TranslationBundle,
  server: string,
  own: string | null
): string {
  const name =
    server === ''
      ? trans.__('Default server')
      : trans.__('Server “%1”', shortName(server));
  return server === own ? trans.__('%1 (this one)', name) : name;
}

/** What it takes while it runs: "for 3 h 12 min; 8 cores, 64 GB, 2 × A100". */
export function runningWords(
  trans: TranslationBundle,
  server: RunningServer,
  now: number
): string {
  const { cpu, memoryGib, gpus, gpuModel, creditsPerHour, startedAt } = server;
  const model = gpuModel === undefined ? trans.__('GPU') : shortName(gpuModel);
  const takes = [
    cpu > 0 ? coresWords(trans, Math.min(cpu, MOST)) : '',
    memoryGib > 0 ? trans.__('%1 GB', amountNumber(memoryGib)) : '',
    gpus > 0
      ? trans.__('%1 × %2', numberWords(Math.min(gpus, MOST)), model)
      : '',
    creditsPerHour > 0
      ? trans._n(
          '%2 credit an hour',
          '%2 credits an hour',
          creditsPerHour,
          amountNumber(creditsPerHour)
        )
      : ''
  ].filter(Boolean);
  const since = trans.__(
    'running for %1',
    durationWords(trans, (now - startedAt) / 1000)
  );
  return takes.length === 0
    ? since
    : trans.__('%1; takes %2', since, takes.join(', '));
}

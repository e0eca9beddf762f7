import type { Allowance, PlannedStop } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { oneLine, shortName } from '../ui/words';
import { titleOf } from './allowance-words';
import { usedOfWords } from './amount-words';
import { momentWords } from './moment-words';
import type { SaveResult } from './save-all';

/** So many files are named. */
const NAMED = 8;

/** Which server is stopped, when and why; how much time is left is said beside it. */
export function stopWords(
  trans: TranslationBundle,
  stop: PlannedStop,
  known: {
    own: string | null;
    allowances: readonly Allowance[];
    now: number;
  }
): string {
  const when = momentWords(trans, stop.stopAt, known.now);
  const what =
    stop.server === known.own
      ? trans.__('This server will be stopped %1', when)
      : stop.server === ''
        ? trans.__('Your default server will be stopped %1', when)
        : trans.__(
            'Your server “%1” will be stopped %2',
            shortName(stop.server),
            when
          );
  const why = reasonWords(trans, stop, known.allowances);
  const message = oneLine(stop.message).trim();
  return message === '' || stop.because === 'policy'
    ? trans.__('%1: %2.', what, why)
    : trans.__('%1: %2. “%3”', what, why, message);
}

function reasonWords(
  trans: TranslationBundle,
  { because, by, policy }: PlannedStop,
  allowances: readonly Allowance[]
): string {
  if (because === 'admin') {
    return by === undefined || by === ''
      ? trans.__('an admin decided so')
      : trans.__('%1 decided so', shortName(by));
  }
  const known = allowances.find(each => each.policy === policy);
  if (known === undefined) {
    return policy === undefined
      ? trans.__('a limit is used up')
      : trans.__('“%1” is used up', shortName(policy));
  }
  // Not each stop waits for the whole of it.
  return trans.__(
    '%2 of “%1” are used',
    titleOf(known),
    usedOfWords(trans, known.used, known.limit, known)
  );
}

/** What became of saving everything; a screen reader says it. */
export function savedWords(
  trans: TranslationBundle,
  { saved, failed }: SaveResult
): string {
  const done =
    saved > 0
      ? trans._n('%1 document saved.', '%1 documents saved.', saved)
      : failed.length === 0
        ? trans.__('Everything is saved.')
        : '';
  if (failed.length === 0) {
    return done;
  }
  const names = failed
    .slice(0, NAMED)
    .map(({ name, reason }) => trans.__('%1 (%2)', name, reason))
    .join(', ');
  const more = failed.length - NAMED;
  const listed =
    more > 0
      ? trans._n('%2 and %1 more', '%2 and %1 more', more, names)
      : names;
  return trans.__('%1 Not saved: %2.', done, listed).trim();
}

import type { Allowance, DeclinedRequest } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { noticeName } from '../ui/notice-name';
import { percentWords } from '../ui/units';
import { oneLine } from '../ui/words';
import { ENDLESS, amountWords, usedOfWords } from './amount-words';
import {
  forecastNote,
  fullness,
  isExempt,
  isRefused,
  policyTitle,
  refusedNote,
  titleOf,
  toneOf
} from './allowance-words';

/** JupyterLab cuts notifications after so many characters. */
const MOST_CHARS = 140;
/** A space and two quotation marks. */
const LINKED_CHARS = 3;

const name = (allowance: Allowance) => noticeName(titleOf(allowance));

/** The first sentence, and as many of the others as there is room for. */
const fitting = (first: string, ...others: (string | null)[]): string =>
  others.reduce<string>((text, other) => {
    const longer = `${text} ${other ?? ''}`.trim();
    return longer.length <= MOST_CHARS ? longer : text;
  }, first);

/** A threshold was reached: how much is used, and what follows. */
export function noticeWords(
  trans: TranslationBundle,
  allowance: Allowance,
  now: number
): string {
  const { used, limit } = allowance;
  const amount = usedOfWords(trans, used, limit, allowance);
  if (toneOf(allowance) === 'full') {
    return fitting(
      isRefused(allowance)
        ? trans.__('%1: used up (%2).', name(allowance), amount)
        : trans.__('%1: at its limit (%2).', name(allowance), amount),
      refusedNote(trans, allowance, now)
    );
  }
  return fitting(
    trans.__(
      '%1: %2 used (%3).',
      name(allowance),
      percentWords(trans, fullness(allowance)),
      amount
    ),
    forecastNote(trans, allowance, now)
  );
}

/** More was given. */
export function grantedWords(
  trans: TranslationBundle,
  allowance: Allowance | undefined
): string {
  if (allowance === undefined) {
    return trans.__('You were granted more.');
  }
  return allowance.limit >= ENDLESS || isExempt(allowance)
    ? trans.__(
        'You were granted more: %1 does not limit you now.',
        name(allowance)
      )
    : trans.__(
        'You were granted more: %1, now %2.',
        name(allowance),
        amountWords(trans, allowance.limit, allowance)
      );
}

/** What they asked for was not given; a long reason is read whole on the page. */
export function declinedWords(
  trans: TranslationBundle,
  { policy, by, reason }: DeclinedRequest,
  allowances: readonly Allowance[]
): string {
  const first = trans.__(
    '%1 declined your request for more of %2.',
    noticeName(by),
    noticeName(policyTitle(policy, allowances))
  );
  const line = oneLine(reason).trim();
  if (line === '') {
    return first;
  }
  const room = MOST_CHARS - first.length - LINKED_CHARS;
  return `${first} ${trans.__(
    '“%1”',
    line.length <= room ? line : `${line.slice(0, room - 1)}…`
  )}`;
}

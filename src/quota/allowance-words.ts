import type { Allowance, QuotaThreshold } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { GaugeWords } from '../ui/gauge';
import type { Tone } from '../ui/meter';
import { durationWords, percentOf, percentWords } from '../ui/units';
import { oneLine, shortName } from '../ui/words';
import { ENDLESS, amountWords, usedOfWords } from './amount-words';
import { momentWords } from './moment-words';

const HIGH_PERCENT = 80;
/** More than this is said as this. */
const MOST_PERCENT = 9999;
export const HUB = 'hub';

/** How full it is, in whole percent, also above 100; a limit of nothing is full. */
export function fullness({ used, limit }: Allowance): number {
  if (limit <= 0) {
    return 100;
  }
  return Math.min(MOST_PERCENT, Math.floor((100 * used) / limit + 1e-6));
}

export const isRefused = ({ freeAt }: Allowance): boolean =>
  freeAt !== undefined;

/** Nothing follows from it, whatever is used. */
export const isExempt = ({ exempt = false }: Allowance): boolean => exempt;

export function toneOf(allowance: Allowance): Tone {
  if (isExempt(allowance)) {
    return 'ok';
  }
  const percent = fullness(allowance);
  return percent >= 100 || isRefused(allowance)
    ? 'full'
    : percent >= HIGH_PERCENT
      ? 'high'
      : 'ok';
}

/** Those nearest to their limit first; the order of the policy file where they are equal. */
export function byNearness(allowances: readonly Allowance[]): Allowance[] {
  return [...allowances].sort(
    (one, other) =>
      Number(isExempt(one)) - Number(isExempt(other)) ||
      Number(isRefused(other)) - Number(isRefused(one)) ||
      fullness(other) - fullness(one)
  );
}

/** "today", "this month", "in the last 30 days"; empty for what is there now. */
export function windowWords(
  trans: TranslationBundle,
  { kind, every, seconds = 0 }: Allowance['window']
): string {
  switch (kind) {
    case 'calendar':
      return every === 'day'
        ? trans.__('today')
        : every === 'week'
          ? trans.__('this week')
          : trans.__('this month');
    case 'rolling':
      return trans.__('in the last %1', durationWords(trans, seconds));
    case 'balance':
      return trans.__('of your balance');
    case 'now':
      return '';
  }
}

/** All that is said of one allowance. */
export function allowanceGauge(
  trans: TranslationBundle,
  allowance: Allowance,
  now: number
): GaugeWords {
  const { used, limit, window } = allowance;
  const percent = fullness(allowance);
  const value = usedOfWords(trans, used, limit, allowance);
  const when = windowWords(trans, window);
  return {
    label: titleOf(allowance),
    value: when === '' ? value : trans.__('%1 %2', value, when),
    ...(limit >= ENDLESS
      ? {}
      : {
          percent: percentOf(percent, 100),
          percentText: percentWords(trans, percent)
        }),
    tone: toneOf(allowance),
    state: stateWords(trans, allowance),
    notes: [
      isExempt(allowance)
        ? trans.__('You are exempt: nothing happens at this limit.')
        : null,
      refusedNote(trans, allowance, now),
      forecastNote(trans, allowance, now),
      resetNote(trans, allowance, now),
      scopeNote(trans, allowance),
      overrideNote(trans, allowance, now),
      sourceNote(trans, allowance, now)
    ].filter(note => note !== null)
  };
}

/** As the admin calls it. */
export const titleOf = ({ title, policy }: Allowance): string =>
  shortName(title).trim() || shortName(policy);

/** What a policy is called; its name where the person has no such limit (any more). */
export function policyTitle(
  policy: string,
  allowances: readonly Allowance[]
): string {
  const known = allowances.find(each => each.policy === policy);
  return known === undefined ? shortName(policy) : titleOf(known);
}

function stateWords(
  trans: TranslationBundle,
  allowance: Allowance
): string | undefined {
  const isStorage = allowance.resource === 'storage-gib';
  switch (toneOf(allowance)) {
    case 'full':
      return isStorage ? trans.__('full') : trans.__('used up');
    case 'high':
      return isStorage ? trans.__('nearly full') : trans.__('nearly used up');
    case 'ok':
      return undefined;
  }
}

/** When a server may be started again; null where starting is not refused. */
export function refusedNote(
  trans: TranslationBundle,
  { freeAt, resource }: Allowance,
  now: number
): string | null {
  if (freeAt === undefined) {
    return null;
  }
  if (freeAt !== null) {
    return trans.__(
      'No server can be started before %1, and only if nothing more is used.',
      momentWords(trans, freeAt, now)
    );
  }
  return resource === 'storage-gib'
    ? trans.__('No server can be started until files are deleted.')
    : trans.__('No server can be started until you are granted more.');
}

export function forecastNote(
  trans: TranslationBundle,
  allowance: Allowance,
  now: number
): string | null {
  const { endsAt = null } = allowance;
  const isOver = isExempt(allowance) || fullness(allowance) >= 100;
  return endsAt === null || endsAt <= now || isOver
    ? null
    : trans.__('At this rate used up %1.', momentWords(trans, endsAt, now));
}

function resetNote(
  trans: TranslationBundle,
  { window }: Allowance,
  now: number
): string | null {
  if (window.kind === 'rolling') {
    return trans.__('What is older counts no more, so it frees up bit by bit.');
  }
  if (window.to === null) {
    return null;
  }
  const zone = zoneOf(window.zone);
  const when = momentWords(trans, window.to, now);
  const moment =
    zone === null ? when : trans.__('%1 (midnight in %2)', when, zone);
  return window.kind === 'balance'
    ? trans.__('Refilled %1.', moment)
    : trans.__('Begins anew %1.', moment);
}

/** The zone that counts, where it is not the one of this browser. */
function zoneOf(zone: string | undefined): string | null {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return zone === undefined || zone === timeZone ? null : shortName(zone);
}

function scopeNote(
  trans: TranslationBundle,
  allowance: Allowance
): string | null {
  const { pool, scope, own } = allowance;
  const name = shortName(scope.name);
  if (pool === 'shared') {
    const mine = amountWords(trans, own, allowance);
    return scope.kind === 'group'
      ? trans.__('Shared with everybody in %1; %2 of it by you.', name, mine)
      : trans.__('Shared with everybody on this hub; %1 of it by you.', mine);
  }
  switch (scope.kind) {
    case 'group':
      return trans.__('For each member of %1.', name);
    case 'user':
      return trans.__('For you alone.');
    case 'everyone':
      return null;
  }
}

function overrideNote(
  trans: TranslationBundle,
  { override }: Allowance,
  now: number
): string | null {
  if (override === undefined) {
    return null;
  }
  const { by, until, reason } = override;
  const changed =
    until === null
      ? trans.__('Changed by %1', shortName(by))
      : trans.__(
          'Changed by %1 until %2',
          shortName(by),
          momentWords(trans, until, now)
        );
  return reason === ''
    ? trans.__('%1.', changed)
    : trans.__('%1: “%2”', changed, oneLine(reason));
}

function sourceNote(
  trans: TranslationBundle,
  { source, measuredAt }: Allowance,
  now: number
): string | null {
  if (source === HUB) {
    return null;
  }
  const meter = shortName(source);
  return measuredAt === undefined || measuredAt === null
    ? trans.__('To be measured by %1, which has not answered yet.', meter)
    : trans.__(
        'Measured by %1, %2 ago.',
        meter,
        durationWords(trans, (now - measuredAt) / 1000)
      );
}

/** What happens at each threshold, the lowest first. */
export function thresholdWords(
  trans: TranslationBundle,
  thresholds: readonly QuotaThreshold[]
): string[] {
  return thresholds.flatMap(({ percent, actions, graceSeconds }) => {
    const at = percentWords(trans, percent);
    const grace = durationWords(trans, graceSeconds);
    const words = {
      notice: trans.__('At %1 you are told.', at),
      'refuse-start': trans.__('At %1 no server can be started.', at),
      stop: trans.__(
        'At %1 running servers are stopped, %2 after a warning.',
        at,
        grace
      )
    };
    return [...new Set(actions)].map(action => words[action]);
  });
}

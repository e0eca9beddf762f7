import type { Incident } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { language } from '../ui/language';
import { shortName } from '../ui/words';
import { amount, number } from './amounts';
import { noticeName } from '../ui/notice-name';

/** With less free than this, memory is the likely reason. */
const FULL_PERCENT = 90;

/** What ended, in the same words wherever it is told. */
export type IncidentWords = {
  title: string;
  /** What it used, what the limit was, what is lost and what to do. */
  body: string;
  /** All that matters on the one line of a notification. */
  notice: string;
};

export function incidentWords(
  trans: TranslationBundle,
  incident: Incident
): IncidentWords {
  const facts = [usedWords(trans, incident), wholeWords(trans, incident)];
  return {
    title: titleOf(trans, incident, shortName),
    body: [...facts, adviceWords(trans, incident)].filter(Boolean).join(' '),
    notice: [
      trans.__(
        '%1: %2.',
        clock(incident.at),
        titleOf(trans, incident, noticeName)
      ),
      facts.find(Boolean)
    ]
      .filter(Boolean)
      .join(' ')
  };
}

function titleOf(
  trans: TranslationBundle,
  { kind, name }: Incident,
  fit: (name: string) => string
): string {
  const who = fit(name ?? '');
  switch (kind) {
    case 'out-of-memory':
      return who === ''
        ? trans.__('A process was ended for lack of memory')
        : trans.__('%1 was ended for lack of memory', who);
    case 'kernel-died':
      return who === ''
        ? trans.__('A kernel ended by itself')
        : trans.__('The kernel of %1 ended by itself', who);
    case 'server-lost':
      return trans.__('Your server ended unexpectedly');
  }
}

/** What it used itself. */
function usedWords(
  trans: TranslationBundle,
  { kind, memory, peak, largest }: Incident
): string {
  if (kind === 'server-lost') {
    const [most] = largest;
    return most?.memory === undefined
      ? ''
      : trans.__(
          '%1 used most, %2.',
          noticeName(most.name),
          amount(most.memory)
        );
  }
  if (memory === undefined) {
    return peak === undefined
      ? ''
      : trans.__('It had used up to %1.', amount(peak));
  }
  return peak === undefined || peak <= memory
    ? trans.__('It used %1.', amount(memory))
    : trans.__('It used %1, at most %2.', amount(memory), amount(peak));
}

/** What the whole server used. */
function wholeWords(
  trans: TranslationBundle,
  { used, limit }: Incident
): string {
  return used === undefined
    ? ''
    : trans.__(
        'Just before, the whole server used %1 of memory.',
        limit === undefined
          ? amount(used)
          : trans.__('%1 of %2', number(used, limit), amount(limit))
      );
}

function adviceWords(
  trans: TranslationBundle,
  { kind, used, limit }: Incident
): string {
  switch (kind) {
    case 'out-of-memory':
      return trans.__(
        'What it had in memory is lost, files are not. Shut down what you do not need, load less at a time, or start a server with more memory.'
      );
    case 'kernel-died':
      return trans.__(
        'What it had in memory is lost, files are not. Lack of memory was not the reason as far as is known; its own output may say more.'
      );
    case 'server-lost':
      return used !== undefined &&
        limit !== undefined &&
        100 * used >= FULL_PERCENT * limit
        ? trans.__('Lack of memory is the likely reason.')
        : trans.__(
            'The reason is not known from inside. An admin of the hub may see it in its log.'
          );
  }
}

const clock = (at: number) =>
  new Intl.DateTimeFormat(language(), { timeStyle: 'short' }).format(at);

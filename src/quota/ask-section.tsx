import type { QuotaReport } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { oneLine, shortName } from '../ui/words';
import { policyTitle } from './allowance-words';
import { momentWords } from './moment-words';

/** What has been asked and not been answered; null for nothing. */
export function askedWords(
  trans: TranslationBundle,
  { asked, allowances }: QuotaReport,
  now: number
): string | null {
  if (asked === null) {
    return null;
  }
  const title = policyTitle(asked.policy, allowances);
  const when = momentWords(trans, asked.at, now);
  return asked.message === ''
    ? trans.__(
        'You asked for more of %1 (%2). It has not been answered yet.',
        title,
        when
      )
    : trans.__(
        'You asked for more of %1 (%2): “%3” It has not been answered yet.',
        title,
        when,
        oneLine(asked.message)
      );
}

/** What was declined of late; null for nothing. */
export function declinedLine(
  trans: TranslationBundle,
  { declined, allowances }: QuotaReport,
  now: number
): string | null {
  if (declined === undefined) {
    return null;
  }
  const { policy, by, at, reason } = declined;
  const who = shortName(by);
  const title = policyTitle(policy, allowances);
  const when = momentWords(trans, at, now);
  return reason === ''
    ? trans.__(
        '%1 declined your request for more of %2 (%3).',
        who,
        title,
        when
      )
    : trans.__(
        '%1 declined your request for more of %2 (%3): “%4”',
        who,
        title,
        when,
        oneLine(reason)
      );
}

/** Whom to ask, what has been asked, and the way to ask. */
export function AskSection(props: {
  report: QuotaReport;
  now: number;
  ask: () => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { report, now, ask, trans } = props;
  const asked = askedWords(trans, report, now);
  const declined = declinedLine(trans, report, now);
  return (
    <>
      {asked === null ? null : <p className="jp-Commons-Quota-line">{asked}</p>}
      {declined === null ? null : (
        <p className="jp-Commons-Quota-line">{declined}</p>
      )}
      {report.contact === '' ? null : (
        <p className="jp-Commons-Quota-line">
          {trans.__('Whom to ask: %1', oneLine(report.contact))}
        </p>
      )}
      {report.allowances.length === 0 ? (
        <p className="jp-Commons-Quota-line">
          {trans.__('There is no limit that you could ask more of.')}
        </p>
      ) : (
        <p className="jp-Commons-Quota-line">
          <button
            type="button"
            className="jp-Commons-button"
            onClick={() => ask()}
          >
            {asked === null
              ? trans.__('Ask for more…')
              : trans.__('Ask again…')}
          </button>
        </p>
      )}
    </>
  );
}

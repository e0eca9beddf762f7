import type { QuotaReport } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

/** What is not known just now, and what that means for the figures. */
export function quotaProblemWords(
  trans: TranslationBundle,
  problem: QuotaReport['problems'][number]
): string {
  switch (problem) {
    case 'hub-away':
      return trans.__(
        'The hub does not answer just now. The figures are those of its last answer; what is missing is counted when it is back.'
      );
    case 'meter-away':
      return trans.__(
        'A meter does not answer just now. Its figures are the last that it gave.'
      );
    case 'policy-file-broken':
      return trans.__(
        'The newest version of the limits cannot be read, so the limits before it hold. The admin of the hub is told where it is wrong.'
      );
    case 'not-reported':
      return trans.__(
        'Not all of your servers report what their notebooks use. What counts is known all the same.'
      );
  }
}

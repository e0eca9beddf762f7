import type { CommonsError, QuotaReport } from '@jupyterlab-commons/protocol';

/**
 * What the page knows of the person's quota.
 * - `loading`: nothing has come yet.
 * - `absent`: there is no companion, or one that counts nothing.
 * - `failed`: the last question was not answered; `last` is what was known.
 */
export type QuotaState =
  | { kind: 'loading' }
  | { kind: 'absent'; reason: string | null }
  | { kind: 'ready'; report: QuotaReport }
  | { kind: 'failed'; error: CommonsError; last: QuotaReport | null };

/** The newest report that is known. */
export function reportOf(state: QuotaState): QuotaReport | null {
  switch (state.kind) {
    case 'ready':
      return state.report;
    case 'failed':
      return state.last;
    case 'loading':
    case 'absent':
      return null;
  }
}

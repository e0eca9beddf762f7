import { errors, type CommonsError } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { shortName } from './words';

/** What went wrong, in words that say what to do, and whether trying again can help. */
export type Problem = { text: string; retry: boolean };

/** The table's sentence for this error, with its detail. */
export function errorWords(
  trans: TranslationBundle,
  error: CommonsError
): string {
  const text = trans.__(errors[error.code].text);
  return error.detail === undefined
    ? text
    : `${text} (${shortName(error.detail)})`;
}

/** Duck-typed, because an error may come from another bundled copy of the protocol. */
export function isCommonsError(error: unknown): error is CommonsError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(errors, error.code)
  );
}

/** Any failure as something that can be shown. */
export function problemOf(trans: TranslationBundle, error: unknown): Problem {
  if (isCommonsError(error)) {
    return { text: errorWords(trans, error), retry: errors[error.code].retry };
  }
  const reason = error instanceof Error ? error.message : String(error);
  return { text: shortName(reason), retry: true };
}

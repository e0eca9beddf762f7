import {
  errors,
  type CommonsError,
  type Person,
  type Role
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The longest name that is worth its place in a sentence. */
const NAME_CHARS = 80;

/** What went wrong, in words that say what to do, and whether trying again can help. */
export type Problem = { text: string; retry: boolean };

/**
 * A name chosen by somebody else, made fit for a sentence: one line, without
 * invisible marks that turn the text around, and capped.
 */
export function shortName(name: string): string {
  const line = name.replace(
    // Control characters, and those which reorder or hide what stands beside them.
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g,
    ' '
  );
  return line.length > NAME_CHARS ? `${line.slice(0, NAME_CHARS - 1)}…` : line;
}

/** A person's name, fit for a sentence; the user name where there is no other. */
export function personName({ displayName, user }: Person): string {
  return shortName(displayName || user);
}

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

/** What a role allows, as it stands in lists and menus. */
export function roleWords(trans: TranslationBundle, role: Role): string {
  switch (role) {
    case 'owner':
      return trans.__('Owner');
    case 'edit':
      return trans.__('Can edit');
    case 'view':
      return trans.__('Can view');
  }
}

import type { Person, Role } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

/** The longest name that is worth its place in a sentence. */
const NAME_CHARS = 80;

/**
 * A text of somebody else on one line, without invisible marks that turn the
 * text around.
 */
export function oneLine(text: string): string {
  return text.replace(
    // More than `showUnprintable` finds, as a run that reads as one gap: also what hides.
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g,
    ' '
  );
}

/** A name chosen by somebody else, made fit for a sentence: on one line and capped. */
export function shortName(name: string): string {
  const line = oneLine(name);
  return line.length > NAME_CHARS ? `${line.slice(0, NAME_CHARS - 1)}…` : line;
}

/** A person's name, fit for a sentence; the user name where there is no other. */
export function personName({ displayName, user }: Person): string {
  return shortName(displayName || user);
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

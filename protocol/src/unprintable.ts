/**
 * What breaks a line in two or makes a text look like another one: C0, DEL, C1,
 * line and paragraph separators, and the marks that turn text around. Joiners
 * are none of them: many languages are not written without.
 */
const UNPRINTABLE =
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text from outside with what `shown` says in place of each such character. */
export const showUnprintable = (
  text: string,
  shown: (character: string) => string
) => text.replace(UNPRINTABLE, shown);

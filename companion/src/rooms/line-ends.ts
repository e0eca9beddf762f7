/**
 * Editors count a line end as one character, so in a document it is one: "\n".
 * A text file keeps its own.
 */
export type LineEnd = '\n' | '\r\n' | '\r';

const ANY = /\r\n?/g;

export function evenLines(text: string): string {
  return text.includes('\r') ? text.replace(ANY, '\n') : text;
}

/** The one that a file has most of. */
export function lineEndOf(text: string): LineEnd {
  const count = { '\n': 0, '\r\n': 0, '\r': 0 };
  for (const [end] of text.matchAll(/\r\n?|\n/g)) {
    count[end as LineEnd]++;
  }
  const most = Math.max(...Object.values(count));
  return count['\n'] === most ? '\n' : count['\r\n'] === most ? '\r\n' : '\r';
}

export function withLineEnd(text: string, end: LineEnd): string {
  const even = evenLines(text);
  return end === '\n' ? even : even.replaceAll('\n', end);
}

/** What ends a line in any program, and every other control character, becomes a space. */
export function onOneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ').trim();
}

/** Without the byte order mark that some systems put in front of every text; JSON has none. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

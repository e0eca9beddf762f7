import {
  CommonsError,
  isErrorCode,
  type Decoder
} from '@jupyterlab-commons/protocol';
import { decoded } from './decoded';

/** A line longer than this is none of ours. */
const LINE_CHARS = 4_000_000;

/**
 * Reads JSON lines as they come. `take` gets the lines of one piece of the
 * network together, so that a page of rows is drawn once and not fifty times.
 */
export async function readJsonLines<T>(
  body: ReadableStream<Uint8Array>,
  line: Decoder<T>,
  take: (lines: T[]) => void
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const texts = rest.split('\n');
      rest = done ? '' : texts.pop()!;
      if (rest.length > LINE_CHARS) {
        throw new CommonsError('PAGE_TOO_OLD', 'a line without an end');
      }
      const lines = texts
        .filter(text => text !== '')
        .map(text => decoded(text, line));
      if (lines.length > 0) {
        take(lines);
      }
      if (done) {
        return;
      }
    }
  } finally {
    // Who stops reading tells the server; a stream that is over does not mind.
    void reader.cancel().catch(() => undefined);
  }
}

/** What a line may be beside rows: the end of all, or why it is none. */
type LastLine = { end?: object; error?: { code: string; detail?: string } };

/**
 * The same, to the end that the server says. Rejects with what it says instead,
 * or where the answer is cut off; what came before has been taken.
 */
export async function readToEnd<L extends LastLine>(
  body: ReadableStream<Uint8Array>,
  line: Decoder<L>,
  take: (lines: L[]) => void
): Promise<NonNullable<L['end']>> {
  let end: L['end'] | undefined;
  await readJsonLines(body, line, lines => {
    take(lines);
    for (const { end: last, error } of lines) {
      if (error !== undefined) {
        const code = isErrorCode(error.code) ? error.code : 'INTERNAL';
        throw new CommonsError(code, error.detail);
      }
      end ??= last;
    }
  });
  if (end === undefined) {
    throw new CommonsError('GIT_FAILED', 'the answer was cut off');
  }
  return end;
}

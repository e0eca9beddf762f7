import { CommonsError, type Decoder } from '@jupyterlab-commons/protocol';

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
      const lines = texts.filter(text => text !== '').map(decodeWith(line));
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

function decodeWith<T>(line: Decoder<T>): (text: string) => T {
  return text => {
    try {
      return line(JSON.parse(text));
    } catch (error) {
      throw new CommonsError(
        'PAGE_TOO_OLD',
        error instanceof CommonsError ? error.detail : undefined
      );
    }
  };
}

import { CommonsError, type Decoder } from '@jupyterlab-commons/protocol';

/** What a JSON text of the own server says; PAGE_TOO_OLD where the two sides speak different versions. */
export function decoded<T>(text: string, decode: Decoder<T>): T {
  try {
    return decode(JSON.parse(text));
  } catch (error) {
    throw new CommonsError(
      'PAGE_TOO_OLD',
      error instanceof CommonsError ? error.detail : undefined
    );
  }
}

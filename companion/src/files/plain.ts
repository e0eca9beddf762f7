import { createHash } from 'node:crypto';
import { CommonsError } from '@jupyterlab-commons/protocol';

/** What the owner's server calls the hash of a file that holds `text`. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Any exception as one of our own. */
export function refusalOf(error: unknown): CommonsError {
  return error instanceof CommonsError ? error : new CommonsError('INTERNAL');
}

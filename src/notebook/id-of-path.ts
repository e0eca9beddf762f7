import { DOCUMENT_ID } from '@jupyterlab-commons/protocol';
import { DRIVE } from './paths';

/** The id in a path with or without the drive's name; null for any other path. */
export function idOfPath(path: string): string | null {
  const local = path.startsWith(`${DRIVE}:`)
    ? path.slice(DRIVE.length + 1)
    : path;
  const [id = ''] = local.replace(/^\/+/, '').split('/');
  return DOCUMENT_ID.test(id) ? id : null;
}

import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { LIVE_DRIVE } from '../tokens';

/** The short name that the files of this folder use. */
export { LIVE_DRIVE as DRIVE };

/**
 * `live:<id>/<name>`. The id says which document it is; the name is what people
 * read and what JupyterLab chooses an editor by, so it gets the ending that goes
 * with the document's type.
 */
export function pathOfDocument({
  id,
  name,
  type
}: Pick<DocumentInfo, 'id' | 'name' | 'type'>): string {
  return `${LIVE_DRIVE}:${localPathOf(id, name, type)}`;
}

export function localPathOf(
  id: string,
  name: string,
  type: DocumentInfo['type']
): string {
  return `${id}/${fileName(name, type)}`;
}

/** One segment of a path, whatever somebody has called the document. */
function fileName(name: string, type: DocumentInfo['type']): string {
  const plain = name.replace(/[/\\\u0000-\u001f]/g, '_').trim();
  const safe = /^\.*$/.test(plain) ? 'untitled' : plain;
  const isNotebook = safe.toLowerCase().endsWith('.ipynb');
  if (type === 'notebook') {
    return isNotebook ? safe : `${safe}.ipynb`;
  }
  return isNotebook ? `${safe}.txt` : safe;
}

/** Whether a full path belongs to the live drive. */
export function isLivePath(path: string): boolean {
  return path.startsWith(`${LIVE_DRIVE}:`);
}

/** The last segment of a path. */
export function nameOfPath(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether an address such as `/lab/tree/live%3A…` opens a live document. */
export function namesLivePath(address: string): boolean {
  return new RegExp(`/${LIVE_DRIVE}(:|%3A)`, 'i').test(address);
}

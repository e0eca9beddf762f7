import {
  CommonsError,
  isErrorCode,
  type Person
} from '@jupyterlab-commons/protocol';
import type { ILiveEntry } from '../tokens';

/** States of the file that its owner should know of. */
export type FileTrouble = 'away' | 'changed-outside' | 'missing' | 'failed';

/** What a banner above a live document is about; the first that applies. */
export type BannerCase =
  | { kind: 'none' }
  | { kind: 'ended'; error: CommonsError; isOwner: boolean }
  | { kind: 'offline'; kept: boolean }
  | { kind: 'view'; owner: Person }
  | { kind: 'paused'; error: CommonsError }
  | { kind: 'file'; trouble: FileTrouble; detail: string | null };

const TROUBLES: readonly string[] = [
  'away',
  'changed-outside',
  'missing',
  'failed'
] satisfies FileTrouble[];

export function bannerCase(
  entry: Pick<ILiveEntry, 'info' | 'role' | 'saveState' | 'status'>
): BannerCase {
  const { info, role, saveState, status } = entry;
  if (saveState.kind === 'ended') {
    return { kind: 'ended', error: saveState.error, isOwner: role === 'owner' };
  }
  if (saveState.kind === 'offline') {
    return { kind: 'offline', kept: saveState.kept };
  }
  if (role === 'view') {
    return { kind: 'view', owner: info.owner };
  }
  if (saveState.kind === 'readonly') {
    return { kind: 'paused', error: saveState.error };
  }
  if (status?.writable === false) {
    const { reason } = status;
    const code = isErrorCode(reason) ? reason : 'STORE_BUSY';
    return { kind: 'paused', error: new CommonsError(code) };
  }
  const fileState = status?.fileState ?? info.fileState;
  return role === 'owner' && isTrouble(fileState)
    ? { kind: 'file', trouble: fileState, detail: status?.fileDetail ?? null }
    : { kind: 'none' };
}

function isTrouble(state: string): state is FileTrouble {
  return TROUBLES.includes(state);
}

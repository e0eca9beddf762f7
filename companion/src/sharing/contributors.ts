import {
  CommonsError,
  CONTRIBUTORS_MOST,
  type Contributors
} from '@jupyterlab-commons/protocol';
import type { DocumentStore, StoredDocument } from '../storage/store.ts';
import type { LiveRooms } from './live-rooms.ts';

/** `since` of a query, in milliseconds since 1970; none: ever. */
function momentOf(given: string | null): number {
  if (given === null || given === '') {
    return 0;
  }
  const since = Number(given);
  if (!/^\d+$/.test(given) || !Number.isSafeInteger(since)) {
    throw new CommonsError(
      'BAD_REQUEST',
      'since must be milliseconds since 1970'
    );
  }
  return since;
}

/** Who has really edited a document (rule J4), for whoever may read it. */
export async function contributorsOf(
  { store, rooms }: { store: DocumentStore; rooms: Pick<LiveRooms, 'present'> },
  document: StoredDocument,
  given: string | null
): Promise<Contributors> {
  const { id, owner, ownerDisplayName } = document;
  const found = await store.contributions(
    id,
    momentOf(given),
    CONTRIBUTORS_MOST
  );
  const names = new Map<string, string>();
  for (const { kind, name, displayName } of await store.shares(id)) {
    if (kind === 'users') {
      names.set(name, displayName);
    }
  }
  names.set(owner, ownerDisplayName);
  for (const { user, displayName } of rooms.present(id)) {
    names.set(user, displayName);
  }
  return {
    contributors: found.map(({ user, changes, at }) => ({
      user,
      displayName: names.get(user) ?? user,
      changes,
      at: new Date(at).toISOString()
    }))
  };
}

/** Documents in one SQLite file, written by a thread of its own. */
import type { DocumentStore, JournalRow } from '../store.ts';
import type { Method } from './messages.ts';
import { startThread, type ThreadOptions } from './store-thread.ts';

export type SqliteOptions = ThreadOptions;

/** Only the bytes of the update: a message between threads copies the whole buffer below it. */
function trimmed(update: Uint8Array): Uint8Array {
  return update.byteLength === update.buffer.byteLength
    ? update
    : update.slice();
}

function trimmedRow(row: JournalRow): JournalRow {
  return { ...row, update: trimmed(row.update) };
}

/** Opens or creates the store in a folder of its own. Rejects with one sentence where it cannot. */
export async function openSqliteStore(
  directory: string,
  options: SqliteOptions = {}
): Promise<DocumentStore> {
  const data = { directory, kind: 'documents' as const, check: false };
  const store = await startThread(data, options);
  // Each method answers what the same call answered in the worker.
  const call =
    <M extends Method>(method: M) =>
    (...args: Parameters<DocumentStore[M]>) =>
      store.call(method, args) as ReturnType<DocumentStore[M]>;
  return {
    load: call('load'),
    append: (id, rows, owners) =>
      call('append')(id, rows.map(trimmedRow), owners),
    compact: (id, seq, state) => call('compact')(id, seq, trimmed(state)),
    contributions: call('contributions'),
    createDocument: (document, seed) =>
      call('createDocument')(document, trimmedRow(seed)),
    putAside: call('putAside'),
    aside: call('aside'),
    asides: call('asides'),
    document: call('document'),
    documentOfFile: call('documentOfFile'),
    documentsFor: call('documentsFor'),
    documentsOfServer: call('documentsOfServer'),
    updateDocument: call('updateDocument'),
    shares: call('shares'),
    putShare: call('putShare'),
    deleteShare: call('deleteShare'),
    expireShares: call('expireShares'),
    joinByLink: call('joinByLink'),
    setLeft: call('setLeft'),
    hasLeft: call('hasLeft'),
    audit: call('audit'),
    auditOf: call('auditOf'),
    healthy: () => store.healthy(),
    close: () => store.close()
  };
}

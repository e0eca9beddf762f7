import { MemoryStore } from './memory.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/sqlite-store.ts';
import type { DocumentStore } from './store.ts';

/** The store behind `COMMONS_STORE`: `memory:` keeps nothing, anything else is a folder. */
export async function openStore(
  url: string,
  options: SqliteOptions = {}
): Promise<DocumentStore> {
  return url === 'memory:' ? new MemoryStore() : openSqliteStore(url, options);
}

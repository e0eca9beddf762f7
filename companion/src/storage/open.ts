import { MemoryLedgerStore } from './ledger-memory.ts';
import type { LedgerStore } from './ledger-store.ts';
import { MemoryStore } from './memory.ts';
import {
  openSqliteLedger,
  type LedgerOptions
} from './sqlite/sqlite-ledger.ts';
import { openSqliteStore, type SqliteOptions } from './sqlite/sqlite-store.ts';
import type { DocumentStore } from './store.ts';

/** The store behind `COMMONS_STORE`: `memory:` keeps nothing, anything else is a folder. */
export async function openStore(
  url: string,
  options: SqliteOptions = {}
): Promise<DocumentStore> {
  return url === 'memory:' ? new MemoryStore() : openSqliteStore(url, options);
}

/** The ledger's store behind `COMMONS_STORE`, in a file of its own beside the documents'. */
export async function openLedgerStore(
  url: string,
  options: LedgerOptions = {}
): Promise<LedgerStore> {
  return url === 'memory:'
    ? new MemoryLedgerStore()
    : openSqliteLedger(url, options);
}

/** The thread that owns a database: `DatabaseSync` blocks, and a flush takes milliseconds. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { documentGroup } from './document-group.ts';
import { isDamage, sqliteCode, type GroupCommit } from './group-commit.ts';
import { ledgerGroup } from './ledger-calls.ts';
import { prepareLedgerSchema } from './ledger-schema.ts';
import type { AnyCall, FromWorker, ThreadData, ToWorker } from './messages.ts';
import { prepareSchema } from './schema.ts';

const kinds = {
  documents: {
    file: 'commons.sqlite',
    prepare: prepareSchema,
    group: documentGroup
  },
  ledger: {
    file: 'ledger.sqlite',
    prepare: prepareLedgerSchema,
    group: ledgerGroup
  }
} as const;

/** A file that was found damaged; the same as SQLite would say of it. */
class Damaged extends Error {
  readonly errcode = 11;
}

function openDatabase({ directory, kind, check }: ThreadData): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, kinds[kind].file);
  // SQLite would create it readable for all; its -wal file takes the mode of this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;'
    );
    kinds[kind].prepare(db);
    const found = check ? db.prepare('PRAGMA quick_check(1)').get() : null;
    if (found && Object.values(found)[0] !== 'ok') {
      throw new Damaged('the file is damaged');
    }
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function listen(db: DatabaseSync, kind: ThreadData['kind']): void {
  // The messages of a thread are of its kind.
  const group = kinds[kind].group(db, tell) as GroupCommit<AnyCall>;
  parentPort?.on('message', (message: ToWorker) => {
    if ('close' in message) {
      group.close();
      db.close();
      tell({ closed: true });
      parentPort?.close();
    } else {
      group.add(message);
    }
  });
  tell({ ready: true });
}

try {
  const data = workerData as ThreadData;
  listen(openDatabase(data), data.kind);
} catch (error) {
  const code = sqliteCode(error);
  tell({
    unusable: error instanceof Error ? error.message : String(error),
    damaged: isDamage(code),
    canPass: code !== null || isSystemError(error)
  });
  parentPort?.close();
}

/** Of the file system: it may be full, or not there yet. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

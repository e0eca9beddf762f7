/** The thread that owns the database: `DatabaseSync` blocks, and a flush takes milliseconds. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { GroupCommit } from './group-commit.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { prepareSchema } from './schema.ts';

const FILE = 'commons.sqlite';

function openDatabase(directory: string): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, FILE);
  // SQLite would create it readable for all; its -wal file takes the mode of this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: 0 });
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;'
  );
  prepareSchema(db);
  return db;
}

function tell(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function listen(db: DatabaseSync): void {
  const group = new GroupCommit(db, tell);
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
  const { directory } = workerData as { directory: string };
  listen(openDatabase(directory));
} catch (error) {
  tell({ unusable: error instanceof Error ? error.message : String(error) });
  parentPort?.close();
}

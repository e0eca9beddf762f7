import type { DatabaseSync } from 'node:sqlite';
import { bringUpToDate } from './schema.ts';

const tables = `
-- Seconds of \`steady\` are by the ledger's own clock, which never jumps.
CREATE TABLE runs (
  user TEXT NOT NULL,
  server TEXT NOT NULL,
  started INTEGER NOT NULL,
  piece INTEGER NOT NULL,
  profile TEXT NOT NULL,
  cpu REAL NOT NULL,
  memory_bytes REAL NOT NULL,
  gpus REAL NOT NULL,
  gpu_model TEXT,
  credits_per_hour REAL NOT NULL,
  from_at INTEGER NOT NULL,
  to_at INTEGER NOT NULL,
  seconds REAL NOT NULL,
  is_open INTEGER NOT NULL,
  steady REAL NOT NULL,
  PRIMARY KEY (user, server, started, piece)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  at INTEGER NOT NULL,
  steady REAL NOT NULL
) STRICT;

CREATE TABLE users (
  user TEXT PRIMARY KEY,
  display_name TEXT NOT NULL,
  groups TEXT NOT NULL,
  is_admin INTEGER NOT NULL,
  is_gone INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE corrections (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  resource TEXT NOT NULL,
  gpu TEXT,
  amount REAL NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE metered (
  meter TEXT NOT NULL,
  resource TEXT NOT NULL,
  from_at INTEGER NOT NULL,
  user TEXT NOT NULL,
  gpu TEXT NOT NULL,
  to_at INTEGER NOT NULL,
  amount REAL NOT NULL,
  PRIMARY KEY (meter, resource, from_at, user, gpu)
) STRICT, WITHOUT ROWID;

-- By day first: what is written together lies together.
CREATE TABLE reported (
  day INTEGER NOT NULL,
  user TEXT NOT NULL,
  hour INTEGER NOT NULL,
  server TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  cpu_seconds REAL NOT NULL,
  memory_byte_seconds REAL NOT NULL,
  gpu_busy_seconds REAL NOT NULL,
  gpu_held_seconds REAL NOT NULL,
  PRIMARY KEY (day, user, hour, server, kind, name, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE lives (
  user TEXT NOT NULL,
  server TEXT NOT NULL,
  boot TEXT NOT NULL,
  at INTEGER NOT NULL,
  counted TEXT NOT NULL,
  consumers TEXT NOT NULL,
  PRIMARY KEY (user, server)
) STRICT, WITHOUT ROWID;

CREATE TABLE overrides (
  id TEXT PRIMARY KEY,
  override TEXT NOT NULL
) STRICT;

CREATE TABLE notices (
  user TEXT NOT NULL,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE stops (
  user TEXT NOT NULL,
  server TEXT NOT NULL,
  stop TEXT NOT NULL,
  PRIMARY KEY (user, server)
) STRICT, WITHOUT ROWID;

CREATE TABLE requests (
  user TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  policy TEXT NOT NULL,
  message TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  user TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_user ON audit (user, id);

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Calls that add: one that is made again is known here.
CREATE TABLE added (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  call TEXT NOT NULL UNIQUE
) STRICT;
`;

const declined = `
-- JSON of who declined it, when and why; empty for nobody.
ALTER TABLE requests ADD COLUMN declined TEXT NOT NULL DEFAULT '';
`;

/** What made each format from the one before it. Rows of a release are never changed, only added. */
const steps = [tables, declined];

/** Makes the tables of a ledger or brings them up to date. */
export function prepareLedgerSchema(db: DatabaseSync): void {
  bringUpToDate(db, steps);
}

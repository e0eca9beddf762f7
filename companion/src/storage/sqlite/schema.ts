import type { DatabaseSync } from 'node:sqlite';

const tables = `
CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  epoch TEXT NOT NULL,
  owner TEXT NOT NULL,
  owner_display_name TEXT NOT NULL,
  path TEXT,
  server TEXT,
  created_at INTEGER NOT NULL,
  changed_at INTEGER,
  closed_at INTEGER,
  file_state TEXT NOT NULL,
  file_detail TEXT,
  file_hash TEXT,
  file_seq INTEGER NOT NULL,
  head INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_by_file ON documents (owner, server, path)
  WHERE path IS NOT NULL AND closed_at IS NULL;
CREATE INDEX documents_by_owner ON documents (owner);

-- Not WITHOUT ROWID: rows can be large.
CREATE TABLE journal (
  document TEXT NOT NULL,
  seq INTEGER NOT NULL,
  user TEXT NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL,
  sum BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_by_document ON journal (document, seq);

CREATE TABLE snapshots (
  document TEXT NOT NULL,
  seq INTEGER NOT NULL,
  data BLOB NOT NULL,
  sum BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX snapshots_by_document ON snapshots (document, seq);

CREATE TABLE owners (
  document TEXT NOT NULL,
  client INTEGER NOT NULL,
  user TEXT NOT NULL,
  PRIMARY KEY (document, client)
) STRICT, WITHOUT ROWID;

CREATE TABLE shares (
  document TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  role TEXT NOT NULL,
  expires_at INTEGER,
  granted_at INTEGER NOT NULL,
  granted_by TEXT NOT NULL,
  PRIMARY KEY (document, kind, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX shares_by_name ON shares (kind, name);
CREATE INDEX shares_by_end ON shares (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE visitors (
  document TEXT NOT NULL,
  user TEXT NOT NULL,
  joined_at INTEGER,
  has_left INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (document, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX visitors_by_user ON visitors (user);

CREATE TABLE audit (
  number INTEGER PRIMARY KEY,
  document TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_document ON audit (document, number);
`;

/** What made each format from the one before it. Rows of a release are never changed, only added. */
const steps = [
  tables,
  'ALTER TABLE documents ADD COLUMN file_sent TEXT;',
  `ALTER TABLE journal ADD COLUMN mark TEXT;
   CREATE TABLE asides (
     document TEXT NOT NULL,
     name TEXT NOT NULL,
     data BLOB NOT NULL,
     sum BLOB NOT NULL
   ) STRICT;
   CREATE UNIQUE INDEX asides_by_document ON asides (document, name);`,
  `CREATE TABLE contributions (
     document TEXT NOT NULL,
     user TEXT NOT NULL,
     hour INTEGER NOT NULL,
     changes INTEGER NOT NULL,
     last_at INTEGER NOT NULL,
     PRIMARY KEY (document, user, hour)
   ) STRICT, WITHOUT ROWID;
   -- Of the time before there are only the rows that no snapshot has replaced.
   INSERT INTO contributions
     SELECT document, user, at / 3600000, COUNT(*), MAX(at) FROM journal
     WHERE user <> '' AND mark IS NULL GROUP BY 1, 2, 3;`
];

/** Makes the tables of documents or brings them up to date. */
export function prepareSchema(db: DatabaseSync): void {
  bringUpToDate(db, steps);
}

/** Takes the steps that are missing; throws one sentence for a store that a newer companion wrote. */
export function bringUpToDate(
  db: DatabaseSync,
  steps: readonly string[]
): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version > steps.length) {
    throw new Error(
      `The store was written by a newer companion (format ${version}, this one knows ${steps.length}): update the companion, or start it with another data folder.`
    );
  }
  if (version < steps.length) {
    const missing = steps.slice(version).join('\n');
    db.exec(
      `BEGIN IMMEDIATE; ${missing} PRAGMA user_version = ${steps.length}; COMMIT;`
    );
  }
}

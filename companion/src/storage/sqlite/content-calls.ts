/** The calls about what documents hold: journal, snapshots, owners of client ids. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  CONTRIBUTION_MS,
  type Contribution,
  type JournalRow,
  type Millis,
  type StoredContent
} from '../store.ts';
import { Refused } from './refused.ts';
import {
  asideOf,
  contributionOf,
  journalRowOf,
  snapshotOf,
  sumOf,
  whoOf
} from './rows.ts';

export class ContentCalls {
  readonly #head: StatementSync;
  readonly #setHead: StatementSync;
  readonly #insertRow: StatementSync;
  readonly #rowsAfter: StatementSync;
  readonly #dropRows: StatementSync;
  readonly #count: StatementSync;
  readonly #contributions: StatementSync;
  readonly #insertSnapshot: StatementSync;
  readonly #snapshots: StatementSync;
  readonly #dropSnapshots: StatementSync;
  readonly #insertOwner: StatementSync;
  readonly #owners: StatementSync;
  readonly #putAside: StatementSync;
  readonly #dropAside: StatementSync;
  readonly #aside: StatementSync;
  readonly #asides: StatementSync;

  constructor(db: DatabaseSync) {
    this.#head = db.prepare('SELECT head FROM documents WHERE id = ?');
    this.#setHead = db.prepare('UPDATE documents SET head = ? WHERE id = ?');
    this.#insertRow = db.prepare(
      'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)'
    );
    this.#rowsAfter = db.prepare(
      'SELECT * FROM journal WHERE document = ? AND seq > ? ORDER BY seq'
    );
    this.#dropRows = db.prepare(
      'DELETE FROM journal WHERE document = ? AND seq <= ?'
    );
    this.#count = db.prepare(
      `INSERT INTO contributions VALUES (?, ?, ?, 1, ?) ON CONFLICT DO UPDATE
       SET changes = changes + 1, last_at = MAX(last_at, excluded.last_at)`
    );
    this.#contributions = db.prepare(
      `SELECT user, SUM(changes) AS changes, MAX(last_at) AS at
       FROM contributions WHERE document = ? AND last_at >= ?
       GROUP BY user ORDER BY changes DESC, at DESC, user LIMIT ?`
    );
    this.#insertSnapshot = db.prepare(
      'INSERT INTO snapshots VALUES (?, ?, ?, ?)'
    );
    this.#snapshots = db.prepare(
      'SELECT * FROM snapshots WHERE document = ? ORDER BY seq DESC'
    );
    this.#dropSnapshots = db.prepare(
      'DELETE FROM snapshots WHERE document = ? AND seq < ?'
    );
    this.#insertOwner = db.prepare(
      'INSERT OR IGNORE INTO owners VALUES (?, ?, ?)'
    );
    this.#owners = db.prepare(
      'SELECT client, user FROM owners WHERE document = ?'
    );
    this.#putAside = db.prepare(
      'INSERT OR REPLACE INTO asides VALUES (?, ?, ?, ?)'
    );
    this.#dropAside = db.prepare(
      'DELETE FROM asides WHERE document = ? AND name = ?'
    );
    this.#aside = db.prepare(
      'SELECT * FROM asides WHERE document = ? AND name = ?'
    );
    this.#asides = db.prepare(
      'SELECT name FROM asides WHERE document = ? ORDER BY name'
    );
  }

  load(id: string): StoredContent {
    const head = this.#headOf(id);
    // A damaged snapshot loses nothing: the one before it and all rows since then are there.
    const found = this.#snapshots.all(id);
    const snapshot =
      found.map(row => snapshotOf(id, row)).find(each => each !== null) ?? null;
    const rows: JournalRow[] = [];
    let next = (snapshot?.seq ?? 0) + 1;
    for (const row of this.#rowsAfter.iterate(id, next - 1)) {
      const whole = journalRowOf(id, row);
      if (whole === null || whole.seq !== next) {
        throw new Refused('INTERNAL', `row ${next} of the document is damaged`);
      }
      rows.push(whole);
      next++;
    }
    if (next !== head + 1) {
      throw new Refused(
        'INTERNAL',
        `rows ${next} to ${head} of the document are missing`
      );
    }
    const owners = new Map(
      this.#owners
        .all(id)
        .map(row => [Number(row.client), String(row.user)] as const)
    );
    return { snapshot, rows, owners };
  }

  append(id: string, rows: JournalRow[], owners: [number, string][]): void {
    let head = this.#headOf(id);
    for (const row of rows) {
      if (row.seq !== head + 1) {
        throw new Refused('INTERNAL', `row ${row.seq} does not follow ${head}`);
      }
      this.insertRow(id, row);
      this.#countRow(id, row);
      head++;
    }
    this.#setHead.run(head, id);
    for (const [client, user] of owners) {
      this.#insertOwner.run(id, client, user);
    }
  }

  contributions(id: string, since: Millis, limit: number): Contribution[] {
    this.#headOf(id);
    return this.#contributions.all(id, since, limit).map(contributionOf);
  }

  insertRow(id: string, { seq, user, at, update, mark }: JournalRow): void {
    this.#insertRow.run(
      id,
      seq,
      user,
      at,
      update,
      sumOf(id, seq, update, whoOf({ user, at, mark })),
      mark ?? null
    );
  }

  compact(id: string, seq: number, state: Uint8Array): void {
    const head = this.#headOf(id);
    const found = this.#snapshots.all(id);
    if (seq > head || found.some(row => Number(row.seq) >= seq)) {
      throw new Refused('INTERNAL', `a snapshot at ${seq} does not fit`);
    }
    this.#insertSnapshot.run(id, seq, state, sumOf(id, seq, state));
    // A damaged snapshot is no ground to stand on: rows go only below a whole one.
    const before = found
      .map(row => snapshotOf(id, row))
      .find(each => each !== null);
    if (before !== undefined && before !== null) {
      this.#dropSnapshots.run(id, before.seq);
      this.#dropRows.run(id, before.seq);
    }
  }

  putAside(id: string, changes: Record<string, Uint8Array | null>): void {
    this.#headOf(id);
    for (const [name, data] of Object.entries(changes)) {
      if (data === null) {
        this.#dropAside.run(id, name);
      } else {
        this.#putAside.run(id, name, data, sumOf(id, 0, data, name));
      }
    }
  }

  aside(id: string, name: string): Uint8Array | null {
    const row = this.#aside.get(id, name);
    return row === undefined ? null : asideOf(id, row);
  }

  asides(id: string): string[] {
    return this.#asides.all(id).map(row => String(row.name));
  }

  #countRow(id: string, { user, at, mark }: JournalRow): void {
    if (user !== '' && mark === undefined) {
      this.#count.run(id, user, Math.floor(at / CONTRIBUTION_MS), at);
    }
  }

  #headOf(id: string): number {
    const row = this.#head.get(id);
    if (row === undefined) {
      throw new Refused('NOT_FOUND');
    }
    return Number(row.head);
  }
}

import type { DatabaseSync } from 'node:sqlite';
import type { Override } from '@jupyterlab-commons/protocol';
import type { Millis } from '../../ledger/types.ts';
import type {
  QuotaAudit,
  StoredRequest,
  StoredStop,
  ToldNotice
} from '../ledger-store.ts';
import { GroupCommit } from './group-commit.ts';
import { auditsOf, overrideOf, requestOf, stopOf } from './ledger-rows.ts';
import { LedgerUseCalls } from './ledger-use-calls.ts';
import {
  ledgerReads,
  type FromWorker,
  type LedgerAdd,
  type LedgerCall,
  type LedgerMethod
} from './messages.ts';

/** Names of calls that are remembered; those that are made again follow one another closely. */
const CALLS_KEPT = 10_000;

/** What was decided: overrides, notices, stops, wishes, and the log of it. */
class LedgerCalls extends LedgerUseCalls {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    super(db);
    this.#db = db;
  }

  overrides(): Override[] {
    return this.#all('SELECT * FROM overrides ORDER BY rowid').map(overrideOf);
  }

  putOverride(override: Override): void {
    this.#run(
      `INSERT INTO overrides VALUES (?, ?)
       ON CONFLICT DO UPDATE SET override = excluded.override`,
      override.id,
      JSON.stringify(override)
    );
  }

  deleteOverride(id: string): void {
    this.#run('DELETE FROM overrides WHERE id = ?', id);
  }

  notices(): ToldNotice[] {
    return this.#all('SELECT * FROM notices').map(row => ({
      user: String(row.user),
      key: String(row.key),
      at: Number(row.at)
    }));
  }

  putNotices(notices: readonly ToldNotice[]): void {
    for (const { user, key, at } of notices) {
      this.#run('REPLACE INTO notices VALUES (?, ?, ?)', user, key, at);
    }
  }

  stops(): StoredStop[] {
    return this.#all('SELECT * FROM stops').map(stopOf);
  }

  putStop(stop: StoredStop): void {
    const { user, server } = stop;
    const json = JSON.stringify(stop);
    this.#run('REPLACE INTO stops VALUES (?, ?, ?)', user, server, json);
  }

  deleteStop(user: string, server: string): void {
    this.#run('DELETE FROM stops WHERE user = ? AND server = ?', user, server);
  }

  requests(): StoredRequest[] {
    return this.#all('SELECT * FROM requests').map(requestOf);
  }

  putRequest({ user, at, policy, message, declined }: StoredRequest): void {
    const sql = 'REPLACE INTO requests VALUES (?, ?, ?, ?, ?)';
    const json = declined === undefined ? '' : JSON.stringify(declined);
    this.#run(sql, user, at, policy, message, json);
  }

  deleteRequest(user: string): void {
    this.#run('DELETE FROM requests WHERE user = ?', user);
  }

  addAudit({ at, actor, action, user, detail }: Omit<QuotaAudit, 'id'>): void {
    const sql = 'INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?)';
    this.#run(sql, at, actor, action, user, detail);
  }

  audited(
    before: number | null,
    most: number,
    users: readonly string[] | null
  ): QuotaAudit[] {
    const rows = this.#all(
      `SELECT * FROM audit WHERE id < ?
         AND (? IS NULL OR user IN (SELECT value FROM json_each(?)))
       ORDER BY id DESC LIMIT ?`,
      before ?? Number.MAX_SAFE_INTEGER,
      ...Array<string | null>(2).fill(users && JSON.stringify(users)),
      most
    );
    return auditsOf(rows);
  }

  meta(): Record<string, string> {
    return Object.fromEntries(
      this.#all('SELECT * FROM meta').map(({ key, value }) => [
        String(key),
        String(value)
      ])
    );
  }

  putMeta(key: string, value: string): void {
    this.#run('REPLACE INTO meta VALUES (?, ?)', key, value);
  }

  override prune(before: Millis): void {
    super.prune(before);
    this.#run('DELETE FROM notices WHERE at < ?', before);
    this.#run('DELETE FROM audit WHERE at < ?', before);
    this.#run(
      `DELETE FROM added
       WHERE number <= (SELECT max(number) FROM added) - ${CALLS_KEPT}`
    );
  }

  /** Whether a call of that name was not carried out before; it is taken for done from now on. */
  isNew(call: string): boolean {
    const sql = 'INSERT OR IGNORE INTO added (call) VALUES (?)';
    return Number(this.#db.prepare(sql).run(call).changes) === 1;
  }

  #run(sql: string, ...values: (string | number)[]): void {
    this.#db.prepare(sql).run(...values);
  }

  #all(sql: string, ...values: (string | number | null)[]) {
    return this.#db.prepare(sql).all(...values);
  }
}

type Direct = Exclude<LedgerMethod | LedgerAdd, LedgerAdd>;

function perform(calls: LedgerCalls, call: LedgerCall): unknown {
  switch (call.method) {
    case 'putReported': {
      const [name, hours, lives] = call.args;
      return calls.isNew(name) ? calls.addReported(hours, lives) : undefined;
    }
    case 'audit': {
      const [name, entry] = call.args;
      return calls.isNew(name) ? calls.addAudit(entry) : undefined;
    }
    default: {
      // What a call carries are the arguments of its own method.
      const method = calls[call.method satisfies Direct] as (
        ...args: unknown[]
      ) => unknown;
      return method.apply(calls, call.args);
    }
  }
}

const reads: readonly string[] = ledgerReads;

/** Carries out the calls of a ledger's store. */
export function ledgerGroup(
  db: DatabaseSync,
  tell: (message: FromWorker) => void
): GroupCommit<LedgerCall> {
  const calls = new LedgerCalls(db);
  return new GroupCommit<LedgerCall>(db, tell, {
    perform: call => perform(calls, call),
    isRead: method => reads.includes(method),
    waits: () => false,
    damageIsFatal: true
  });
}

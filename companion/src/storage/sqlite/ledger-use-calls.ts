import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type {
  LedgerUser,
  Correction,
  Metered,
  Millis
} from '../../ledger/types.ts';
import type {
  PollNews,
  ReportedHour,
  ReportedLife,
  ReportedSum,
  Seen,
  StoredRun
} from '../ledger-store.ts';
import {
  consumersJson,
  correctionOf,
  lifeOf,
  meteredOf,
  reportedSumOf,
  runOf,
  userOf
} from './ledger-rows.ts';

/** More at once would hold up the thread that takes them in. */
const PAGE_RUNS = 500;
const DAY = 86_400_000;

/** `(?, ?, …)` for so many values. */
const places = (count: number) => `(${Array(count).fill('?').join(', ')})`;
const dayOf = (at: Millis) => Math.floor(at / DAY);

type Cursor = [user: string, server: string, started: number, piece: number];
const FIRST: Cursor = ['', '', Number.MIN_SAFE_INTEGER, 0];

/** Runs, users, corrections, meters and reports: what people used. */
export class LedgerUseCalls {
  readonly #statements = new Map<string, StatementSync>();
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  runs(
    from: Millis,
    after: string | null
  ): { runs: StoredRun[]; next: string | null } {
    const cursor = after === null ? FIRST : (JSON.parse(after) as Cursor);
    const runs = this.#on(
      `SELECT * FROM runs
       WHERE (user, server, started, piece) > (?, ?, ?, ?)
         AND (is_open = 1 OR to_at > ?)
       ORDER BY user, server, started, piece LIMIT ${PAGE_RUNS}`
    )
      .all(...cursor, from)
      .map(runOf);
    const last = runs.at(-1);
    const next =
      last !== undefined && runs.length === PAGE_RUNS
        ? JSON.stringify([last.user, last.server, last.started, last.piece])
        : null;
    return { runs, next };
  }

  seen(): Seen | null {
    const row = this.#on('SELECT at, steady FROM seen').get();
    return row === undefined
      ? null
      : { at: Number(row.at), steady: Number(row.steady) };
  }

  users(): LedgerUser[] {
    return this.#on('SELECT * FROM users').all().map(userOf);
  }

  putPoll({ runs, seen, users }: PollNews): void {
    for (const run of runs) {
      this.#putRun(run);
    }
    const putUser = this.#on(`REPLACE INTO users VALUES ${places(5)}`);
    for (const { user, displayName, groups, admin, gone } of users) {
      const flags = [Number(admin), Number(gone)] as const;
      putUser.run(user, displayName, JSON.stringify(groups), ...flags);
    }
    if (seen !== null) {
      const put = this.#on('REPLACE INTO seen VALUES (1, ?, ?)');
      put.run(seen.at, seen.steady);
    }
  }

  corrections(): Correction[] {
    return this.#on('SELECT * FROM corrections ORDER BY rowid')
      .all()
      .map(correctionOf);
  }

  putCorrection(each: Correction): void {
    const { id, user, resource, gpu, amount, at, by, madeAt, reason } = each;
    this.#on(`INSERT OR IGNORE INTO corrections VALUES ${places(9)}`).run(
      ...[id, user, resource, gpu, amount, at, by, madeAt, reason]
    );
  }

  metered(from: Millis): Metered[] {
    return this.#on(
      `SELECT * FROM metered WHERE to_at > ? OR resource = 'storage-gib'`
    )
      .all(from)
      .map(meteredOf);
  }

  putMetered(metered: readonly Metered[]): void {
    const put = this.#on(`REPLACE INTO metered VALUES ${places(7)}`);
    for (const each of metered) {
      const { meter, resource, from, user, gpu, to, amount } = each;
      put.run(meter, resource, from, user, gpu ?? '', to, amount);
    }
  }

  reported(user: string, from: Millis, to: Millis): ReportedSum[] {
    const days = [];
    for (let day = dayOf(from); day <= dayOf(to); day++) {
      days.push(day);
    }
    return this.#on(
      `SELECT server, kind, name, path,
         sum(cpu_seconds) AS cpu_seconds,
         sum(memory_byte_seconds) AS memory_byte_seconds,
         sum(gpu_busy_seconds) AS gpu_busy_seconds,
         sum(gpu_held_seconds) AS gpu_held_seconds
       FROM reported
       WHERE day IN (SELECT value FROM json_each(?))
         AND user = ? AND hour >= ? AND hour < ?
       GROUP BY server, kind, name, path`
    )
      .all(JSON.stringify(days), user, from, to)
      .map(reportedSumOf);
  }

  lives(): ReportedLife[] {
    return this.#on('SELECT * FROM lives').all().map(lifeOf);
  }

  addReported(
    hours: readonly ReportedHour[],
    lives: readonly ReportedLife[]
  ): void {
    const add = this.#on(
      `INSERT INTO reported VALUES ${places(11)} ON CONFLICT DO UPDATE SET
         cpu_seconds = cpu_seconds + excluded.cpu_seconds,
         memory_byte_seconds = memory_byte_seconds + excluded.memory_byte_seconds,
         gpu_busy_seconds = gpu_busy_seconds + excluded.gpu_busy_seconds,
         gpu_held_seconds = gpu_held_seconds + excluded.gpu_held_seconds`
    );
    for (const each of hours) {
      const { user, hour, server, kind, name, path } = each;
      add.run(
        ...[dayOf(hour), user, hour, server, kind, name, path],
        ...[each.cpuSeconds, each.memoryByteSeconds],
        ...[each.gpuBusySeconds, each.gpuHeldSeconds]
      );
    }
    const put = this.#on(`REPLACE INTO lives VALUES ${places(6)}`);
    for (const { user, server, boot, at, counted, consumers } of lives) {
      const json = [JSON.stringify(counted), consumersJson(consumers)];
      put.run(user, server, boot, at, ...json);
    }
  }

  prune(before: Millis): void {
    this.#on('DELETE FROM runs WHERE is_open = 0 AND to_at < ?').run(before);
    this.#on(
      `DELETE FROM metered WHERE to_at < ? AND resource <> 'storage-gib'`
    ).run(before);
    this.#on('DELETE FROM reported WHERE day <= ? AND hour < ?').run(
      dayOf(before),
      before
    );
    this.#on('DELETE FROM lives WHERE at < ?').run(before);
  }

  #putRun(run: StoredRun): void {
    const { user, server, started, piece, profile, rates } = run;
    const { cpu, memoryBytes, gpus, gpuModel, creditsPerHour } = rates;
    this.#on(`REPLACE INTO runs VALUES ${places(15)}`).run(
      ...[user, server, started, piece, profile],
      ...[cpu, memoryBytes, gpus, gpuModel, creditsPerHour],
      ...[run.from, run.to, run.seconds, Number(run.open), run.steady]
    );
  }

  #on(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      return known;
    }
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

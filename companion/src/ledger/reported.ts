import type { LinkSample } from '@jupyterlab-commons/protocol';
import { every } from '../clock.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import {
  sumOf,
  type LedgerStore,
  type ReportedHour,
  type ReportedLife,
  type ReportedSum
} from '../storage/ledger-store.ts';
import type { UsedDelta } from '../usage/delta.ts';
import {
  addTo,
  countedLife,
  countReport,
  hoursOf,
  newLife,
  nothing,
  reportedLife,
  REST,
  type CountedLife,
  type Name,
  type Part
} from './report-lives.ts';
import type { Millis } from './types.ts';

/** Counters are cumulative: what a crash takes is told again. */
const WRITE_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Names of one person that are told apart in a day; the others are the rest. */
const MOST_NAMES = 200;
const MOST_ROWS = 500;
/** Reports that come before the ledger is read are kept until it is. */
const MOST_EARLY = 20_000;

type Rows = Map<string, ReportedHour>;

export type ReportedOptions = {
  store: Pick<LedgerStore, 'lives' | 'putReported' | 'reported'>;
  clock: Clock;
  log: Log;
};

/**
 * U8 to U12, Q1: what servers report of themselves, by hour and notebook. It
 * is a claim of the user: shown, marked so, and never decided on. A restart
 * counts nothing twice, since what was counted of each life is written together
 * with the hours.
 */
export class Reported {
  readonly #options: ReportedOptions;
  readonly #lives = new Map<string, CountedLife>();
  /** By user: what has not been written yet. */
  #hours = new Map<string, Rows>();
  readonly #changed = new Set<string>();
  /** Being written now; by user as well. */
  #leaving: Map<string, Rows> | null = null;
  readonly #names = new Map<string, { day: number; known: Set<string> }>();
  #early: (() => void)[] | null = [];
  #stop: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ReportedOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { store, clock } = this.#options;
    for (const life of await store.lives()) {
      this.#lives.set(keyOf(life.user, life.server), countedLife(life));
    }
    const early = this.#early ?? [];
    this.#early = null;
    early.forEach(count => count());
    this.#stop = every(
      clock,
      () => WRITE_MS,
      () => void this.flush()
    );
  }

  /** Writes what there is. */
  async close(): Promise<void> {
    this.#stop();
    await this.flush();
  }

  used(
    user: string,
    server: string,
    delta: UsedDelta,
    sample: LinkSample
  ): void {
    const count = () => this.#count(user, server, delta, sample);
    if (this.#early === null) {
      count();
    } else if (this.#early.length < MOST_EARLY) {
      this.#early.push(count);
    }
  }

  /** What the notebooks of a user used in the hours that begin in `[from, to)`, the newest included. */
  async reported(
    user: string,
    from: Millis,
    to: Millis
  ): Promise<ReportedSum[]> {
    const sums = new Map<string, ReportedSum>();
    const add = (sum: ReportedSum) => {
      const key = nameKeyOf(sum, sum.server);
      const known = sums.get(key);
      if (known === undefined) {
        sums.set(key, { ...sum });
      } else {
        addTo(known, sum);
      }
    };
    (await this.#options.store.reported(user, from, to)).forEach(add);
    for (const hours of [this.#hours, this.#leaving]) {
      for (const row of hours?.get(user)?.values() ?? []) {
        if (row.hour >= from && row.hour < to) {
          add(sumOf(row));
        }
      }
    }
    return [...sums.values()];
  }

  /** Writes what has not been written; one write at a time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #count(
    user: string,
    server: string,
    delta: UsedDelta,
    sample: LinkSample
  ): void {
    const key = keyOf(user, server);
    const known = this.#lives.get(key);
    const life =
      known?.boot === delta.boot
        ? known
        : newLife(user, server, delta.boot, delta.to - sample.seconds * 1000);
    const from = delta.from ?? life.at;
    const parts = countReport(life, delta, sample);
    if (life !== known) {
      this.#lives.set(key, life);
    }
    this.#changed.add(key);
    for (const { hour, share } of hoursOf(from, delta.to)) {
      parts.forEach(part => this.#add(user, server, hour, share, part));
    }
  }

  #add(
    user: string,
    server: string,
    hour: Millis,
    share: number,
    part: Part
  ): void {
    const { name: of, key: nameKey } = this.#bounded(user, server, hour, part);
    const { kind, name, path } = of;
    const key = `${hour} ${nameKey}`;
    let row = this.#rowsOf(user).get(key);
    if (row === undefined) {
      row = { user, server, hour, kind, name, path, ...nothing };
      this.#rowsOf(user).set(key, row);
    }
    addTo(row, part, share);
  }

  #rowsOf(user: string): Rows {
    let rows = this.#hours.get(user);
    if (rows === undefined) {
      rows = new Map();
      this.#hours.set(user, rows);
    }
    return rows;
  }

  /** A person who makes up names has their use counted with the rest. */
  #bounded(
    user: string,
    server: string,
    at: Millis,
    name: Name
  ): { name: Name; key: string } {
    const day = Math.floor(at / DAY_MS);
    let today = this.#names.get(user);
    if (today?.day !== day) {
      today = { day, known: new Set() };
      this.#names.set(user, today);
    }
    const key = nameKeyOf(name, server);
    if (!today.known.has(key) && today.known.size >= MOST_NAMES) {
      return { name: REST, key: nameKeyOf(REST, server) };
    }
    today.known.add(key);
    return { name, key };
  }

  async #write(): Promise<void> {
    if (this.#changed.size === 0) {
      return;
    }
    const leaving = this.#hours;
    this.#leaving = leaving;
    this.#hours = new Map();
    const changed = new Set(this.#changed);
    this.#changed.clear();
    try {
      for (const { hours, lives, users } of this.#batches(leaving, changed)) {
        await this.#options.store.putReported(hours, lives);
        users.forEach(user => leaving.delete(user));
        lives.forEach(life => changed.delete(keyOf(life.user, life.server)));
      }
    } catch (error) {
      this.#options.log.warn('reported use was not written', {
        reason: reasonOf(error)
      });
      changed.forEach(key => this.#changed.add(key));
      this.#takeBack(leaving);
    } finally {
      this.#leaving = null;
    }
  }

  /** All of one person goes together: hours, and what was counted with them. */
  *#batches(leaving: Map<string, Rows>, changed: ReadonlySet<string>) {
    const lives = new Map<string, ReportedLife[]>();
    for (const key of changed) {
      const life = this.#lives.get(key)!;
      lives.set(life.user, [
        ...(lives.get(life.user) ?? []),
        reportedLife(life)
      ]);
    }
    let batch = newBatch();
    for (const [user, own] of lives) {
      batch.users.push(user);
      batch.lives.push(...own);
      batch.hours.push(...(leaving.get(user)?.values() ?? []));
      if (batch.hours.length + batch.lives.length >= MOST_ROWS) {
        yield batch;
        batch = newBatch();
      }
    }
    if (batch.users.length > 0) {
      yield batch;
    }
  }

  #takeBack(leaving: Map<string, Rows>): void {
    for (const [user, rows] of leaving) {
      const own = this.#rowsOf(user);
      for (const [key, row] of rows) {
        const newer = own.get(key);
        if (newer === undefined) {
          // The store may still hold the row, and this one is counted on.
          own.set(key, { ...row });
        } else {
          addTo(newer, row);
        }
      }
    }
  }
}

function newBatch() {
  return {
    users: [] as string[],
    hours: [] as ReportedHour[],
    lives: [] as ReportedLife[]
  };
}

/** User names hold no slash, so no two pairs have the same key. */
function keyOf(user: string, server: string): string {
  return `${user}/${server}`;
}

function nameKeyOf({ kind, name, path }: Name, server: string): string {
  return JSON.stringify([kind, name, path, server]);
}

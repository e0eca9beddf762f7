import type { Override } from '@jupyterlab-commons/protocol';
import { inSlices, othersTurn } from '../clock.ts';
import type { LedgerUser, Millis } from '../ledger/types.ts';
import { SharedLists, rowOf, type Row, type ServersNow } from './admin-row.ts';
import { freshFor } from './freshness.ts';
import type { Quota } from './quota.ts';
import { REPORT_DAYS } from './report.ts';
import type { PolicySet } from './types.ts';
import { daysUntil, noUse, type Day, type Used } from './use.ts';

/** A table of so many people is made within a moment, and waited for. */
const FEW = 500;
/** How long it is not made anew, of few. */
const FRESH_FEW_MS = 1_000;
/** An older one, or one so many times as old as it may be, is not shown while the next one is made. */
const OLD_MS = 120_000;
const OLD_TIMES = 3;

/** Everybody at one moment; nothing in it changes. */
export type Table = {
  at: Millis;
  /** By user name. */
  rows: readonly Row[];
  days: readonly Day[];
  /** Use of all people together, by day. */
  total: readonly Used[];
  /** How long making it took. */
  tookMs: number;
  /** What it was made from. */
  set: PolicySet;
  overrides: readonly Override[];
};

export type AdminTableOptions = {
  quota: Quota;
  serversNow: ServersNow;
};

/**
 * A row for everybody, for the pages of admins. It is made only when somebody
 * asks, in slices, and then kept, so that thousands of people hold up nobody
 * and a page of it costs the same however many there are.
 */
export class AdminTable {
  readonly #options: AdminTableOptions;
  #table: Table | null = null;
  #making: Promise<Table> | null = null;

  constructor(options: AdminTableOptions) {
    this.#options = options;
  }

  /** What was granted and which policies hold shows at once, use within seconds. */
  async get(): Promise<Table> {
    const table = this.#table;
    const { set, overrides, now } = this.#options.quota.situation();
    if (table?.set !== set || table.overrides !== overrides) {
      return this.#make();
    }
    const age = now - table.at;
    const few = table.rows.length <= FEW;
    const fresh = few ? FRESH_FEW_MS : freshFor(table.tookMs);
    if (age >= 0 && age < fresh) {
      return table;
    }
    const next = this.#make();
    if (few || age < 0 || age >= Math.max(OLD_MS, OLD_TIMES * fresh)) {
      return next;
    }
    next.catch(() => undefined);
    return table;
  }

  /** One at a time; who comes while one is made may have changed something and waits for the next. */
  #make(): Promise<Table> {
    const next = (this.#making ?? Promise.resolve(null))
      .catch(() => null)
      .then(made =>
        made !== null && this.#isCurrent(made) ? made : this.#once()
      );
    this.#making = next;
    const done = () => {
      if (this.#making === next) {
        this.#making = null;
      }
    };
    next.then(done, done);
    return next;
  }

  #isCurrent(table: Table): boolean {
    const { set, overrides, now } = this.#options.quota.situation();
    return (
      table.set === set && table.overrides === overrides && table.at === now
    );
  }

  async #once(): Promise<Table> {
    const { quota, serversNow } = this.#options;
    const { set, overrides, now, ledger } = quota.situation();
    const begun = performance.now();
    const days = daysUntil(set.zone, now, REPORT_DAYS);
    const total = days.map(noUse);
    const rows: Row[] = [];
    const options = { days, total, lists: new SharedLists(), serversNow };
    await inSlices(await byUser(ledger.users()), user => {
      const row = rowOf(quota, user, options);
      if (!row.gone || row.user.serverHours > 0) {
        rows.push(row);
      }
    });
    const tookMs = performance.now() - begun;
    this.#table = { at: now, rows, days, total, tookMs, set, overrides };
    return this.#table;
  }
}

/** Sorting thousands at once holds up others; the parts of one after the other are put together quickly. */
async function byUser(users: Iterable<LedgerUser>): Promise<LedgerUser[]> {
  const all = [...users];
  const before = (a: LedgerUser, b: LedgerUser) => (a.user < b.user ? -1 : 1);
  const parts = Array.from({ length: Math.ceil(all.length / FEW) }, (_, part) =>
    all.slice(part * FEW, (part + 1) * FEW)
  );
  await inSlices(parts, part => void part.sort(before));
  await othersTurn();
  return parts.flat().sort(before);
}

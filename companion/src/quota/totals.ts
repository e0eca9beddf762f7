import { inSlices } from '../clock.ts';
import type { Millis } from '../ledger/types.ts';
import type { ServersNow } from './admin-row.ts';
import { freshFor } from './freshness.ts';
import type { Quota } from './quota.ts';
import { standingOf } from './standing.ts';
import type { Situation } from './types.ts';

/** How the people of the hub stand with one policy. */
export type PolicyTotals = {
  policy: string;
  people: number;
  near: number;
  over: number;
};

/** All people of the hub together. */
export type Totals = {
  people: number;
  /** Of the servers that run: those with a link, and those without. */
  linked: number;
  silent: number;
  memoryBytes: number;
  policies: readonly PolicyTotals[];
};

type Made = Pick<Situation, 'set' | 'overrides'> & {
  at: Millis;
  tookMs: number;
  totals: Totals;
};

/**
 * Sums over everybody, for metrics. They are made when somebody asks, in
 * slices, and nothing is kept of anybody: with thousands of people a table of
 * rows would be long in the way of the garbage collector.
 */
export class PeopleTotals {
  readonly #quota: Quota;
  readonly #serversNow: ServersNow;
  #made: Made | null = null;
  #making: Promise<Totals> | null = null;

  constructor(options: { quota: Quota; serversNow: ServersNow }) {
    this.#quota = options.quota;
    this.#serversNow = options.serversNow;
  }

  /** At most as old as `freshFor` says; other policies and what was granted show at once. */
  get(): Promise<Totals> {
    const made = this.#made;
    const { set, overrides, now } = this.#quota.situation();
    if (made?.set === set && made.overrides === overrides) {
      const age = now - made.at;
      if (age >= 0 && age < freshFor(made.tookMs)) {
        return Promise.resolve(made.totals);
      }
    }
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  async #make(): Promise<Totals> {
    const { set, overrides, now } = this.#quota.situation();
    const begun = performance.now();
    const totals = await this.#add();
    const tookMs = performance.now() - begun;
    this.#made = { at: now, tookMs, totals, set, overrides };
    return totals;
  }

  async #add(): Promise<Totals> {
    const { ledger, set } = this.#quota;
    const sums = { people: 0, linked: 0, silent: 0, memoryBytes: 0 };
    const policies = new Map(
      set.policies.map(({ name }): [string, PolicyTotals] => [
        name,
        { policy: name, people: 0, near: 0, over: 0 }
      ])
    );
    await inSlices(ledger.users(), ({ user, groups, gone }) => {
      for (const { server } of ledger.running(user)) {
        const { linked, memoryBytes = 0 } = this.#serversNow(user, server);
        sums.linked += Number(linked);
        sums.silent += Number(!linked);
        sums.memoryBytes += memoryBytes;
      }
      if (gone) {
        return;
      }
      sums.people++;
      for (const allowance of this.#quota.allowances(user, groups)) {
        const policy = policies.get(allowance.policy);
        const standing = standingOf(allowance);
        if (policy !== undefined) {
          policy.people++;
          policy.near += Number(standing === 'near');
          policy.over += Number(standing === 'over');
        }
      }
    });
    return { ...sums, policies: [...policies.values()] };
  }
}

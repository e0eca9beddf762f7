import type { Allowance } from '@jupyterlab-commons/protocol';
import type { LedgerView, Rates } from '../ledger/types.ts';
import type { Clock } from '../rooms/types.ts';
import { evaluate } from './evaluate.ts';
import type { Overrides } from './overrides.ts';
import { profileOf } from './policy-file.ts';
import { PoolSums } from './pool-sums.ts';
import type { PolicySource } from './policy-source.ts';
import type { PolicySet, Situation } from './types.ts';

/** Limits as they hold now, for everybody who asks. */
export class Quota {
  readonly ledger: LedgerView;
  readonly #source: Pick<PolicySource, 'set'>;
  readonly #overrides: Pick<Overrides, 'all'>;
  readonly #clock: Clock;
  readonly #pools = new PoolSums();

  constructor(options: {
    ledger: LedgerView;
    source: Pick<PolicySource, 'set'>;
    overrides: Pick<Overrides, 'all'>;
    clock: Clock;
  }) {
    this.ledger = options.ledger;
    this.#source = options.source;
    this.#overrides = options.overrides;
    this.#clock = options.clock;
  }

  get set(): PolicySet {
    return this.#source.set;
  }

  get zone(): string {
    return this.set.zone;
  }

  get contact(): string {
    return this.set.contact;
  }

  situation(set = this.set): Situation {
    return {
      set,
      ledger: this.ledger,
      overrides: this.#overrides.all,
      now: this.#clock.now(),
      pools: this.#pools
    };
  }

  /** Adds up shared pools of many people anew, in slices. */
  async refresh(set = this.set): Promise<void> {
    const { ledger } = this;
    await this.#pools.refresh(set, ledger, () => this.#clock.now());
  }

  /** What holds for somebody now, without a forecast: all that decisions need. */
  allowances(user: string, groups?: readonly string[]): Allowance[] {
    return this.#allowances(user, groups, false);
  }

  /** The same, and when each limit will be reached. */
  foretold(user: string, groups?: readonly string[]): Allowance[] {
    return this.#allowances(user, groups, true);
  }

  /** One limit, and when it will be reached; null where it does not hold. */
  foretoldOne(user: string, policy: string): Allowance | null {
    const all = this.#allowances(user, undefined, policy);
    return all.find(each => each.policy === policy) ?? null;
  }

  #allowances(
    user: string,
    groups: readonly string[] | undefined,
    forecast: boolean | string
  ): Allowance[] {
    return evaluate(
      { ...this.situation(), forecast },
      { user, groups: groups ?? this.ledger.user(user)?.groups ?? [] }
    );
  }

  ratesOf(options: Readonly<Record<string, string>>): Rates | null {
    return profileOf(this.set.profiles, options);
  }
}

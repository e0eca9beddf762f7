import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { Book } from '../../src/ledger/book.ts';
import { NO_RATES } from '../../src/ledger/rates.ts';
import type {
  LedgerUser,
  Metered,
  Millis,
  Rates
} from '../../src/ledger/types.ts';

const HOUR = 3_600_000;

/** A run in few words: of `user`, from `from`, for so many hours. */
export type ShortRun = Partial<Rates> & {
  user: string;
  server?: string;
  profile?: string;
  from: Millis;
  hours: number;
  /** Whether it still runs. */
  open?: boolean;
};

export type ShortLedger = {
  runs?: ShortRun[];
  /** Groups by user; users of runs are there without. */
  users?: Record<string, string[] | Partial<LedgerUser>>;
  corrections?: {
    user: string;
    resource: QuotaResource;
    gpu?: string;
    amount: number;
    at: Millis;
  }[];
  metered?: Metered[];
  since?: Millis;
  polledAt?: Millis | null;
};

/** A ledger with the sums of the real one, filled by hand. */
export class TestLedger extends Book {
  addRun(short: ShortRun): void {
    const { user, server = '', profile = 'default', open = false } = short;
    const { cpu, memoryBytes, gpus, gpuModel, creditsPerHour } = {
      ...NO_RATES,
      ...short
    };
    if (this.user(user) === null) {
      this.addUser(user);
    }
    const run = {
      ...{ user, server, profile, open },
      rates: { cpu, memoryBytes, gpus, gpuModel, creditsPerHour },
      started: short.from,
      piece: 0,
      from: short.from,
      to: short.from + short.hours * HOUR,
      seconds: short.hours * 3600,
      steady: 0
    };
    this.runsOf(user)[open ? 'setOpen' : 'end'](run);
    this.touch();
  }

  /** Groups, or whatever else of the user is to change. */
  addUser(user: string, change: string[] | Partial<LedgerUser> = []): void {
    this.putUser({
      ...{ user, displayName: user, groups: [], admin: false, gone: false },
      ...this.user(user),
      ...(Array.isArray(change) ? { groups: change } : change)
    });
  }

  measure(...metered: Metered[]): void {
    metered.forEach(each => this.putMetered(each.meter, each.to, [each]));
  }
}

/**
 * A ledger from a short list:
 * `testLedger({ runs: [{ user: 'ada', from: noon, hours: 2, gpus: 1 }] })`.
 */
export function testLedger(short: ShortLedger = {}): TestLedger {
  const ledger = new TestLedger(short.since ?? 0);
  ledger.polledAt = short.polledAt ?? null;
  Object.entries(short.users ?? {}).forEach(([user, change]) =>
    ledger.addUser(user, change)
  );
  short.runs?.forEach(run => ledger.addRun(run));
  short.corrections?.forEach((each, index) =>
    ledger.addCorrection({
      gpu: null,
      id: `c${index}`,
      by: 'root',
      madeAt: each.at,
      reason: 'a test',
      ...each
    })
  );
  ledger.measure(...(short.metered ?? []));
  return ledger;
}

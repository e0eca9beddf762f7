import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { Book } from '../../src/ledger/book.ts';
import { NO_RATES } from '../../src/ledger/rates.ts';
import type {
  Correction,
  LedgerUser,
  LedgerView,
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

/** What tests may do with a ledger that was put together by hand. */
export type TestLedger = LedgerView & {
  addRun(run: ShortRun): void;
  putUser(user: string, change: string[] | Partial<LedgerUser>): void;
  addCorrection(correction: Correction): void;
  putMetered(metered: Metered[]): void;
  polledAt: Millis | null;
};

/**
 * A ledger view from a short list, with the sums of the real one:
 * `testLedger({ runs: [{ user: 'ada', from: noon, hours: 2, gpus: 1 }] })`.
 */
export function testLedger(short: ShortLedger = {}): TestLedger {
  const book = new Book(short.since ?? 0);
  book.polledAt = short.polledAt ?? null;
  const ledger = Object.assign(book, {
    addRun: (run: ShortRun) => addRun(book, run),
    putUser: (user: string, change: string[] | Partial<LedgerUser>) =>
      putUser(book, user, change),
    putMetered: (metered: Metered[]) => putMetered(book, metered)
  });
  Object.entries(short.users ?? {}).forEach(([user, change]) =>
    ledger.putUser(user, change)
  );
  short.runs?.forEach(ledger.addRun);
  short.corrections?.forEach((each, index) =>
    book.addCorrection({
      gpu: null,
      id: `c${index}`,
      by: 'root',
      madeAt: each.at,
      reason: 'a test',
      ...each
    })
  );
  ledger.putMetered(short.metered ?? []);
  return ledger;
}

function addRun(book: Book, short: ShortRun): void {
  const { user, server = '', profile = 'default', open = false } = short;
  const { cpu, memoryBytes, gpus, gpuModel, creditsPerHour } = {
    ...NO_RATES,
    ...short
  };
  if (book.user(user) === null) {
    putUser(book, user, []);
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
  book.runsOf(user)[open ? 'setOpen' : 'end'](run);
  book.touch();
}

function putUser(
  book: Book,
  user: string,
  change: string[] | Partial<LedgerUser>
): void {
  book.putUser({
    user,
    displayName: user,
    groups: [],
    admin: false,
    gone: false,
    ...book.user(user),
    ...(Array.isArray(change) ? { groups: change } : change)
  });
}

function putMetered(book: Book, metered: Metered[]): void {
  for (const each of metered) {
    Book.prototype.putMetered.call(book, each.meter, each.to, [each]);
  }
}

import { perHour } from '../ledger/rates.ts';
import { inSlices, othersTurn } from '../clock.ts';
import type { LedgerView, Millis } from '../ledger/types.ts';
import { balanceLevel, periodStarts, usedByPeriod } from './balance.ts';
import { isBelow, piecesOf, thinned, within, type Piece } from './course.ts';
import { endsAt, freeAt, usedNow, windowAt, type Counted } from './measure.ts';
import { refusesStart } from './standing.ts';
import type { Policy, PolicySet } from './types.ts';

/** Fewer people than this are added up when somebody asks. */
export const MANY = 100;
/** What has ended seldom changes; it is read again after this time. */
const REREAD_MS = 10 * 60_000;
/** Older sums are not answered with. */
const OLD_MS = 5 * 60_000;

/** What the people of a shared pool used together, as it was a moment ago. */
export type PoolNow = {
  counted: Counted;
  used: number;
  at: Millis;
  from: Millis | null;
  to: Millis | null;
  /** Moments that were worked out for a level. */
  times: Map<string, Millis | null>;
};

/** What was read of runs that have ended, all of a window at a time. */
type Past = {
  at: Millis;
  to: Millis | null;
  /** Of a moving window. */
  pieces: readonly Piece[];
  /** Of a balance, by refill. */
  periods: number[];
};

/**
 * Sums of shared pools with many people. Adding them up takes long, so it is
 * done in slices after each change, and whoever asks is answered at once.
 */
export class PoolSums {
  readonly #now = new WeakMap<Policy, PoolNow>();
  readonly #past = new WeakMap<Policy, Past>();

  /** The sums of a pool; null where nothing that holds is known. */
  get(policy: Policy, now: Millis): PoolNow | null {
    const known = this.#now.get(policy);
    if (known === undefined || now < known.at || now - known.at > OLD_MS) {
      return null;
    }
    const { from, to } = windowAt(policy.window, now);
    const same =
      known.to === to &&
      (policy.window.kind === 'rolling' || known.from === from);
    return same ? known : null;
  }

  /** Adds up anew; `clock` is asked again for each pool, since time passes meanwhile. */
  async refresh(
    { policies }: PolicySet,
    ledger: LedgerView,
    clock: () => Millis
  ): Promise<void> {
    for (const policy of policies) {
      const users = policy.pool === 'shared' ? peopleOf(ledger, policy) : [];
      if (users.length > MANY) {
        const counted = { ledger, policy, users, now: clock() };
        const pool = await this.#add(counted);
        await foretell(pool);
        this.#now.set(policy, pool);
      }
    }
  }

  async #add(counted: Counted): Promise<PoolNow> {
    const { ledger, policy, users, now } = counted;
    const { from, to } = windowAt(policy.window, now);
    const past = await this.#pastOf(counted, to);
    const used =
      policy.window.kind === 'balance'
        ? await this.#balance(counted, past)
        : await sumOf(users, user => usedNow({ ...counted, users: [user] }));
    const sums = {
      pieces: upToNow(past.pieces, used, from ?? now, now),
      perHour: await rateOf(ledger, policy, users)
    };
    return {
      counted: { ...counted, sums },
      ...{ used, from, to, at: now, times: new Map() }
    };
  }

  /** Only the newest period is added up each time. */
  async #balance(counted: Counted, { periods }: Past): Promise<number> {
    const { window } = counted.policy;
    if (window.kind !== 'balance') {
      return 0;
    }
    const start = periodStarts(counted, window).at(-1) ?? counted.now;
    const newest = await sumOf(
      counted.users,
      user => usedByPeriod({ ...counted, users: [user] }, [start])[0] ?? 0
    );
    return balanceLevel([...periods.slice(0, -1), newest], window);
  }

  async #pastOf(counted: Counted, to: Millis | null): Promise<Past> {
    const { ledger, policy, users, now } = counted;
    const known = this.#past.get(policy);
    if (
      known !== undefined &&
      known.to === to &&
      now >= known.at &&
      now - known.at < REREAD_MS
    ) {
      return known;
    }
    const { window, source } = policy;
    let pieces: Piece[] = [];
    let periods: number[] = [];
    if (window.kind === 'balance') {
      const starts = periodStarts(counted, window);
      periods = new Array<number>(starts.length).fill(0);
      await inSlices(users, user => {
        const own = usedByPeriod({ ...counted, users: [user] }, starts);
        own.forEach((each, index) => (periods[index]! += each));
      });
    } else if (window.kind === 'rolling' && source === 'hub') {
      const from = now - window.seconds * 1000;
      await inSlices(users, user => {
        // One by one: a call takes only so many arguments.
        for (const piece of piecesOf(ledger, [user], policy, from)) {
          pieces.push(piece);
        }
        if (pieces.length > 50_000) {
          pieces = [...thinned(pieces, from, now)];
        }
      });
      pieces = [...thinned(pieces, from, now)];
    }
    const past = { at: now, to, pieces, periods };
    this.#past.set(policy, past);
    return past;
  }
}

/** When the limit is reached, or the pool is free again: what the first who asks would wait for. */
async function foretell({ counted, used, times }: PoolNow): Promise<void> {
  const { limit, thresholds } = counted.policy;
  await othersTurn();
  if (isBelow(used, limit)) {
    times.set(`ends ${limit}`, endsAt(counted, used, limit));
  }
  const refusing = thresholds
    .filter(refusesStart)
    .map(({ percent }) => (limit * percent) / 100)
    .filter(level => !isBelow(used, level));
  if (refusing.length > 0) {
    await othersTurn();
    const level = Math.min(...refusing);
    times.set(`free ${level}`, freeAt(counted, used, level));
  }
  await othersTurn();
}

/** Whose use a shared pool adds up: those who are in its scope now. */
export function peopleOf(ledger: LedgerView, { scope }: Policy): string[] {
  if (scope.kind === 'user') {
    return [scope.name];
  }
  const people =
    scope.kind === 'group' ? ledger.members(scope.name) : ledger.users();
  return [...new Set(Array.from(people, ({ user }) => user))].sort();
}

async function sumOf(
  users: readonly string[],
  usedBy: (user: string) => number
): Promise<number> {
  let sum = 0;
  await inSlices(users, user => {
    sum += usedBy(user);
  });
  return sum;
}

/** The pieces that were read, and what has been used since as one more. */
function upToNow(
  pieces: readonly Piece[],
  used: number,
  from: Millis,
  now: Millis
): Piece[] {
  const known = pieces.reduce(
    (sum, piece) => sum + within(piece, from, now + 1),
    0
  );
  const last = pieces.reduce((at, { to }) => Math.max(at, to), from);
  const amount = used - known;
  return amount > 0
    ? [...pieces, { from: Math.min(last, now), to: now, amount }]
    : [...pieces];
}

/** What the servers of these people that run now use in an hour. */
async function rateOf(
  ledger: LedgerView,
  { source, resource, gpu }: Policy,
  users: readonly string[]
): Promise<number> {
  if (source !== 'hub') {
    return 0;
  }
  const members = new Set(users);
  let rate = 0;
  await inSlices(ledger.running(), ({ user, rates }) => {
    rate += members.has(user) ? perHour(rates, resource, gpu) : 0;
  });
  return rate;
}

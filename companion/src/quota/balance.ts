import type { LedgerView, Millis } from '../ledger/types.ts';
import { eachPiece, isBelow, within, type Piece } from './course.ts';
import type { Policy, WindowRule } from './types.ts';
import { periodAt } from './zones.ts';

const HOUR_MS = 3_600_000;
/** So many refills are looked back on, and foretold. */
const MOST_REFILLS = 400;

export type BalanceRule = Extract<WindowRule, { kind: 'balance' }>;

/** Whose use counts against a policy. */
export type Counted = {
  ledger: LedgerView;
  policy: Policy;
  users: readonly string[];
  now: Millis;
  /** Of very many people, what was worked out before: their use in the window, and what runs now. */
  sums?: { pieces: readonly Piece[]; perHour: number };
};

/**
 * What was used and no refill has made good yet: it grows with use, each refill
 * takes its amount off, and it is never below nothing. The balance that is left
 * is the limit minus this, so what is granted on top is there at once.
 */
export function usedOfBalance(counted: Counted, rule: BalanceRule): number {
  const starts = periodStarts(counted, rule);
  return balanceLevel(usedByPeriod(counted, starts), rule);
}

/** What of the use by period no refill has made good. */
export function balanceLevel(
  sums: readonly number[],
  rule: BalanceRule
): number {
  let level = 0;
  for (const [index, used] of sums.entries()) {
    level = Math.max(0, level - (index === 0 ? 0 : rule.amount)) + used;
    level = Math.max(0, level);
  }
  return level;
}

type Starts = { origin: Millis; newest: Millis; starts: readonly Millis[] };
/** The same for everybody, until the next refill. */
const startsOf = new WeakMap<BalanceRule, Starts>();

/** Where the count begins, then each refill until now. */
export function periodStarts(
  { ledger, now }: Counted,
  rule: BalanceRule
): readonly Millis[] {
  const origin = Math.min(now, rule.since ?? ledger.since);
  const newest = periodAt(rule.zone, rule.every, now).from;
  const known = startsOf.get(rule);
  if (known?.origin === origin && known.newest === newest) {
    return known.starts;
  }
  const starts = startsSince(origin, rule, now);
  startsOf.set(rule, { origin, newest, starts });
  return starts;
}

function startsSince(
  origin: Millis,
  { zone, every }: BalanceRule,
  now: Millis
): Millis[] {
  const starts: Millis[] = [];
  for (let back = 0; back < MOST_REFILLS; back++) {
    const { from } = periodAt(zone, every, now, -back);
    if (from <= origin) {
      starts.push(origin);
      break;
    }
    starts.push(from);
  }
  return starts.reverse();
}

/** What was used from each start to the next, and from the last one until now. */
export function usedByPeriod(
  { ledger, policy, users, now }: Counted,
  starts: readonly Millis[]
): number[] {
  const { source, resource, gpu } = policy;
  if (source !== 'hub') {
    return starts.map((from, index) =>
      users.reduce((sum, user) => {
        const end = starts[index + 1] ?? now;
        const told = ledger.metered(source, user, resource, from, end);
        return sum + (told?.amount ?? 0);
      }, 0)
    );
  }
  const sums = new Array<number>(starts.length).fill(0);
  const from = starts[0] ?? now;
  eachPiece(ledger, users, { resource, gpu, from }, piece => {
    for (
      let index = lastBefore(starts, piece.from);
      index < sums.length;
      index++
    ) {
      if (starts[index]! > Math.max(piece.from, piece.to)) {
        break;
      }
      // The last period holds what is booked for this very moment too.
      const end = starts[index + 1] ?? Infinity;
      sums[index]! += within(piece, starts[index]!, end);
    }
  });
  return sums;
}

/** The last start that is not after the moment; 0 when all are. */
function lastBefore(starts: readonly Millis[], at: Millis): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= at) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/** When refills alone bring it below the level; null: not foreseeable. */
export function balanceFreeAt(
  rule: BalanceRule,
  state: { now: Millis; used: number; level: number }
): Millis | null {
  let { used } = state;
  if (!isBelow(0, state.level)) {
    return null;
  }
  for (let refill = 1; refill <= MOST_REFILLS; refill++) {
    used = Math.max(0, used - rule.amount);
    if (isBelow(used, state.level)) {
      return periodAt(rule.zone, rule.every, state.now, refill).from;
    }
  }
  return null;
}

/** When it reaches the level if so much is used in each hour; null: refills keep up with it. */
export function balanceEndsAt(
  rule: BalanceRule,
  state: { now: Millis; used: number; level: number; perHour: number }
): Millis | null {
  let { used } = state;
  let at = state.now;
  for (let refill = 1; refill <= MOST_REFILLS; refill++) {
    const next = periodAt(rule.zone, rule.every, state.now, refill).from;
    const reached = at + ((state.level - used) / state.perHour) * HOUR_MS;
    if (reached < next) {
      return Math.ceil(reached);
    }
    used += ((next - at) / HOUR_MS) * state.perHour;
    used = Math.max(0, used - rule.amount);
    at = next;
  }
  return null;
}

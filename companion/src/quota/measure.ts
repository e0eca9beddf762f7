import type { Allowance } from '@jupyterlab-commons/protocol';
import { perHour } from '../ledger/rates.ts';
import type { Millis } from '../ledger/types.ts';
import {
  balanceEndsAt,
  balanceFreeAt,
  usedOfBalance,
  type Counted
} from './balance.ts';
import { firstTime, isBelow, piecesOf } from './course.ts';
import type { WindowRule } from './types.ts';
import { periodAt } from './zones.ts';

export type { Counted };

const HOUR_MS = 3_600_000;
/** Steps of a search by halves: a year to a fraction of a millisecond. */
const HALVINGS = 40;

/** The window as it is told: where it begins, and where it ends or is refilled. */
export function windowAt(rule: WindowRule, now: Millis): Allowance['window'] {
  switch (rule.kind) {
    case 'rolling': {
      const { kind, seconds } = rule;
      return { kind, from: now - seconds * 1000, to: null, seconds };
    }
    case 'calendar': {
      const { kind, every, zone } = rule;
      return { kind, ...periodAt(zone, every, now), every, zone };
    }
    case 'balance': {
      const { kind, every, zone } = rule;
      const { to } = periodAt(zone, every, now);
      return { kind, from: null, to, every, zone };
    }
    case 'now':
      return { kind: 'now', from: null, to: null };
  }
}

/** The use that counts now. */
export function usedNow(counted: Counted): number {
  const { ledger, policy, users, now } = counted;
  const { window, source, resource, gpu } = policy;
  if (window.kind === 'balance') {
    return usedOfBalance(counted, window);
  }
  const from = Math.max(0, windowAt(window, now).from ?? now);
  // What is booked for this very moment counts at once.
  const to = now + 1;
  return users.reduce(
    (sum, user) =>
      sum +
      (source === 'hub'
        ? ledger.used(user, resource, gpu, from, to)
        : (ledger.metered(source, user, resource, from, to)?.amount ?? 0)),
    0
  );
}

/** When the use is below `level` if nothing more is used; null: not by itself, or nobody can say. */
export function freeAt(
  counted: Counted,
  used: number,
  level: number
): Millis | null {
  const { policy, now } = counted;
  const { window } = policy;
  if (!isBelow(0, level)) {
    return null;
  }
  switch (window.kind) {
    case 'now':
      return null;
    case 'calendar':
      return periodAt(window.zone, window.every, now).to;
    case 'balance':
      return balanceFreeAt(window, { now, used, level });
    case 'rolling':
      return policy.source === 'hub'
        ? firstTime(rollingCourse(counted, window.seconds, 0), 'below', level)
        : meteredFreeAt(counted, window.seconds * 1000, level);
  }
}

/** When the use reaches `level` if the servers that run now go on; null: not within the window. */
export function endsAt(
  counted: Counted,
  used: number,
  level: number
): Millis | null {
  const { policy, now } = counted;
  const { window } = policy;
  const rate = hourlyRate(counted);
  if (rate <= 0 || window.kind === 'now') {
    return null;
  }
  switch (window.kind) {
    case 'calendar': {
      const at = now + ((level - used) / rate) * HOUR_MS;
      return at < periodAt(window.zone, window.every, now).to
        ? Math.ceil(at)
        : null;
    }
    case 'balance':
      return balanceEndsAt(window, { now, used, level, perHour: rate });
    case 'rolling':
      return firstTime(
        rollingCourse(counted, window.seconds, rate),
        'reaches',
        level
      );
  }
}

/** What the servers that run now use in an hour; 0 where a meter decides, which knows no servers. */
function hourlyRate({ ledger, policy, users, sums }: Counted): number {
  if (sums !== undefined || policy.source !== 'hub') {
    return sums?.perHour ?? 0;
  }
  const running =
    users.length === 1
      ? ledger.running(users[0])
      : runningOf(ledger.running(), new Set(users));
  return running.reduce(
    (sum, run) => sum + perHour(run.rates, policy.resource, policy.gpu),
    0
  );
}

function runningOf<T extends { user: string }>(
  running: readonly T[],
  users: ReadonlySet<string>
): T[] {
  return running.filter(({ user }) => users.has(user));
}

function rollingCourse(
  { ledger, policy, users, now, sums }: Counted,
  seconds: number,
  rate: number
) {
  const windowMs = seconds * 1000;
  const pieces =
    sums?.pieces ?? piecesOf(ledger, users, policy, now - windowMs);
  return { now, windowMs, pieces, perHour: rate };
}

/** A meter tells sums only, which never grow as the window moves away from them. */
function meteredFreeAt(
  counted: Counted,
  windowMs: number,
  level: number
): Millis | null {
  const { ledger, policy, users, now } = counted;
  const usedFrom = (from: Millis) =>
    users.reduce(
      (sum, user) =>
        sum +
        (ledger.metered(policy.source, user, policy.resource, from, now)
          ?.amount ?? 0),
      0
    );
  let low = now - windowMs;
  let high = now;
  for (let step = 0; step < HALVINGS && high - low > 1; step++) {
    const middle = Math.floor((low + high) / 2);
    if (isBelow(usedFrom(middle), level)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high + windowMs;
}

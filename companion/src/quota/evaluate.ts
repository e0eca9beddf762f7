import type { Allowance } from '@jupyterlab-commons/protocol';
import type { LedgerView, Millis } from '../ledger/types.ts';
import { isBelow } from './course.ts';
import { limitsOf, type Limit } from './limits.ts';
import { endsAt, freeAt, usedNow, windowAt, type Counted } from './measure.ts';
import { peopleOf, type PoolNow } from './pool-sums.ts';
import { refusesStart } from './standing.ts';
import type { Evaluate, Policy, Situation } from './types.ts';

/** For so long a moving window over many people is not added up again while the ledger stands still. */
const POOL_MS = 30_000;

/** What the people of a shared pool used together, kept while it holds. */
type Pool = PoolNow & { version: number };
const pools = new WeakMap<LedgerView, WeakMap<Policy, Pool>>();

/**
 * What holds for one person: limit, use, when it frees up, when it ends. It
 * depends on nothing but what it is given; the order of policies and overrides
 * changes nothing. Sums of shared pools are kept per ledger until it changes,
 * so that they are added up once for all their people.
 */
export const evaluate: Evaluate = (situation, person) => {
  const { set, overrides, now } = situation;
  return limitsOf(set.policies, overrides, person, now).map(limit =>
    allowanceOf(situation, person.user, limit)
  );
};

function allowanceOf(
  situation: Situation,
  user: string,
  held: Limit
): Allowance {
  const { ledger, now, forecast = true } = situation;
  const { policy, limit, exempt, override } = held;
  const { name, title, resource, gpu, pool, scope, source } = policy;
  const mine: Counted = { ledger, policy, users: [user], now };
  const own = usedNow(mine);
  const together =
    pool === 'shared'
      ? (situation.pools?.get(policy, now) ?? poolOf(situation, policy))
      : null;
  const used = together?.used ?? own;
  return {
    policy: name,
    title,
    resource,
    ...(gpu === null ? {} : { gpu }),
    limit,
    used,
    window: windowAt(policy.window, now),
    pool,
    scope,
    own,
    source,
    ...measuredAt(mine),
    thresholds: exempt ? [] : [...policy.thresholds],
    ...standing(held, {
      counted: together?.counted ?? mine,
      times: together?.times ?? null,
      used,
      forecast
    }),
    ...(exempt ? { exempt } : {}),
    ...(override === null
      ? {}
      : {
          override: {
            by: override.by,
            until: override.until,
            reason: override.reason
          }
        })
  };
}

/** Of a meter: when it last answered for this person. */
function measuredAt({ ledger, policy, users, now }: Counted) {
  if (policy.source === 'hub') {
    return {};
  }
  const { from } = windowAt(policy.window, now);
  const told = ledger.metered(
    policy.source,
    users[0]!,
    policy.resource,
    from ?? 0,
    now
  );
  return { measuredAt: told?.measuredAt ?? null };
}

/** What has been reached, and what time will bring. */
function standing(
  { policy, limit, exempt }: Limit,
  {
    counted,
    used,
    times,
    forecast
  }: {
    counted: Counted;
    used: number;
    times: Pool['times'] | null;
    forecast: boolean;
  }
): Pick<Allowance, 'reached' | 'freeAt' | 'endsAt'> {
  if (exempt) {
    return { reached: 0 };
  }
  const reached = policy.thresholds.filter(
    ({ percent }) => !isBelow(used, (limit * percent) / 100)
  );
  const refusing = reached
    .filter(refusesStart)
    .map(({ percent }) => (limit * percent) / 100);
  const kept = (key: string, find: () => Millis | null) => {
    const known = times?.get(key);
    const found = known === undefined ? find() : known;
    times?.set(key, found);
    return found;
  };
  return {
    reached: Math.max(0, ...reached.map(({ percent }) => percent)),
    ...(refusing.length === 0
      ? {}
      : { freeAt: freedAt(Math.min(...refusing)) }),
    ...(forecast && isBelow(used, limit)
      ? { endsAt: kept(`ends ${limit}`, () => endsAt(counted, used, limit)) }
      : {})
  };

  function freedAt(level: number): Millis | null {
    return kept(`free ${level}`, () => freeAt(counted, used, level));
  }
}

function poolOf({ ledger, now }: Situation, policy: Policy): Pool {
  let kept = pools.get(ledger);
  if (kept === undefined) {
    kept = new WeakMap();
    pools.set(ledger, kept);
  }
  const { from, to } = windowAt(policy.window, now);
  const known = kept.get(policy);
  if (
    known !== undefined &&
    known.version === ledger.version &&
    known.to === to &&
    (policy.window.kind === 'rolling' || known.from === from) &&
    now >= known.at &&
    now - known.at < POOL_MS
  ) {
    return known;
  }
  const counted = { ledger, policy, users: peopleOf(ledger, policy), now };
  const pool: Pool = {
    version: ledger.version,
    at: now,
    from,
    to,
    counted,
    used: usedNow(counted),
    times: new Map()
  };
  kept.set(policy, pool);
  return pool;
}

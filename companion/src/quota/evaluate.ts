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
  const mine: Counted = { ledger, policy, users: [user], now };
  const own = usedNow(mine);
  const together =
    policy.pool === 'shared'
      ? (situation.pools?.get(policy, now) ?? poolOf(situation, policy))
      : null;
  const allowance: Allowance = {
    policy: policy.name,
    title: policy.title,
    resource: policy.resource,
    limit,
    used: together?.used ?? own,
    window: windowAt(policy.window, now),
    pool: policy.pool,
    scope: policy.scope,
    own,
    source: policy.source,
    thresholds: exempt ? [] : [...policy.thresholds],
    reached: 0
  };
  // Put in one by one: everybody's limits are looked at all the time.
  if (policy.gpu !== null) {
    allowance.gpu = policy.gpu;
  }
  if (policy.source !== 'hub') {
    allowance.measuredAt = measuredAt(mine, allowance.window.from);
  }
  if (exempt) {
    allowance.exempt = true;
  } else {
    const isAsked = forecast === true || forecast === policy.name;
    putStanding(allowance, together ?? { counted: mine }, isAsked);
  }
  if (override !== null) {
    const { by, until, reason } = override;
    allowance.override = { by, until, reason };
  }
  return allowance;
}

/** What has been reached, and what time will bring. */
function putStanding(
  allowance: Allowance,
  pool: Pick<PoolNow, 'counted'> & Partial<PoolNow>,
  forecast: boolean
): void {
  const { used, limit } = allowance;
  const { counted, times } = pool;
  let refusing = Infinity;
  for (const threshold of counted.policy.thresholds) {
    const level = (limit * threshold.percent) / 100;
    if (!isBelow(used, level)) {
      allowance.reached = Math.max(allowance.reached, threshold.percent);
      if (refusesStart(threshold)) {
        refusing = Math.min(refusing, level);
      }
    }
  }
  if (refusing < Infinity) {
    allowance.freeAt = kept(times, `free ${refusing}`, () =>
      freeAt(counted, used, refusing)
    );
  }
  if (forecast && isBelow(used, limit)) {
    allowance.endsAt = kept(times, `ends ${limit}`, () =>
      endsAt(counted, used, limit)
    );
  }
}

/** What is known of a pool is not worked out again. */
function kept(
  times: PoolNow['times'] | undefined,
  key: string,
  find: () => Millis | null
): Millis | null {
  const known = times?.get(key);
  const found = known === undefined ? find() : known;
  times?.set(key, found);
  return found;
}

/** Of a meter: when it last answered for this person. */
function measuredAt(
  { ledger, policy, users, now }: Counted,
  from: Millis | null
): Millis | null {
  const { source, resource } = policy;
  const told = ledger.metered(source, users[0]!, resource, from ?? 0, now);
  return told?.measuredAt ?? null;
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

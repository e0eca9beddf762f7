import type { Override } from '@jupyterlab-commons/protocol';
import type { Millis } from '../ledger/types.ts';
import type { Policy } from './types.ts';

export type PersonNamed = { user: string; groups: readonly string[] };

/** One limit as it holds for somebody, after overrides and combination. */
export type Limit = {
  /** The policy that gives name, title and thresholds. */
  policy: Policy;
  limit: number;
  exempt: boolean;
  /** The override that tells most; null: none. */
  override: Override | null;
};

/** By name: the order of a file or a list changes nothing. */
export function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export function holdsFor(policy: Policy, person: PersonNamed): boolean {
  const { kind, name } = policy.scope;
  return (
    kind === 'everyone' ||
    (kind === 'user' ? name === person.user : person.groups.includes(name))
  );
}

/** The limits of somebody, by the name of their policy. */
export function limitsOf(
  policies: readonly Policy[],
  overrides: readonly Override[],
  person: PersonNamed,
  now: Millis
): Limit[] {
  const own =
    overrides.length === 0
      ? []
      : overrides.filter(
          ({ scope, until }) =>
            (until === null || until > now) &&
            (scope.kind === 'user'
              ? scope.name === person.user
              : person.groups.includes(scope.name))
        );
  const sets = new Map<string, Limit[]>();
  for (const policy of policies) {
    if (holdsFor(policy, person)) {
      const key = setOf(policy);
      const limit = overridden(
        policy,
        own.filter(each => each.policy === policy.name)
      );
      const set = sets.get(key);
      if (set === undefined) {
        sets.set(key, [limit]);
      } else {
        set.push(limit);
      }
    }
  }
  return [...sets.values()]
    .map(combined)
    .sort((a, b) => byName(a.policy, b.policy));
}

const setNames = new WeakMap<Policy, string>();

/** What a limit comes together with; its own name where it stands alone. */
function setOf(policy: Policy): string {
  let name = setNames.get(policy);
  if (name === undefined) {
    name = setNameOf(policy);
    setNames.set(policy, name);
  }
  return name;
}

function setNameOf(policy: Policy): string {
  const { combine, pool, name, resource, gpu, source, window } = policy;
  if (combine === 'each' || pool === 'shared') {
    return JSON.stringify([name]);
  }
  const kind =
    window.kind === 'balance'
      ? [window.kind, window.every, window.zone]
      : Object.values(window);
  return JSON.stringify([combine, resource, gpu, source, ...kind]);
}

/** A limit for the person goes before one for a group, the newest before older ones; what is granted on top adds up. */
function overridden(policy: Policy, overrides: readonly Override[]): Limit {
  if (overrides.length === 0) {
    return { policy, limit: policy.limit, exempt: false, override: null };
  }
  const sorted = [...overrides].sort(
    (a, b) =>
      Number(b.scope.kind === 'user') - Number(a.scope.kind === 'user') ||
      b.at - a.at ||
      (a.id < b.id ? 1 : -1)
  );
  const exempt = sorted.find(each => each.exempt === true);
  const fixed = sorted.find(each => each.limit !== undefined);
  const extra = sorted.reduce((sum, each) => sum + (each.extra ?? 0), 0);
  return {
    policy,
    limit: (fixed?.limit ?? policy.limit) + extra,
    exempt: exempt !== undefined,
    override: exempt ?? fixed ?? sorted[0] ?? null
  };
}

/** The largest speaks for all; among equals the first by name. */
function combined(limits: readonly Limit[]): Limit {
  if (limits.length === 1) {
    return limits[0]!;
  }
  const [first, ...others] = [...limits].sort(
    (a, b) =>
      Number(b.exempt) - Number(a.exempt) ||
      b.limit - a.limit ||
      byName(a.policy, b.policy)
  );
  if (first!.policy.combine !== 'sum') {
    return first!;
  }
  const all = [first!, ...others];
  return {
    ...first!,
    policy: { ...first!.policy, window: summedWindow(all) },
    limit: all.reduce((sum, each) => sum + each.limit, 0),
    override: all.find(each => each.override !== null)?.override ?? null
  };
}

/** Balances that are added up are refilled by all amounts, and count from the earliest. */
function summedWindow(limits: readonly Limit[]): Policy['window'] {
  const windows = limits.map(({ policy }) => policy.window);
  const [first] = windows;
  if (first?.kind !== 'balance') {
    return first!;
  }
  const balances = windows.filter(each => each.kind === 'balance');
  const since = balances.map(each => each.since ?? -Infinity);
  const earliest = Math.min(...since);
  return {
    ...first,
    amount: balances.reduce((sum, each) => sum + each.amount, 0),
    since: Number.isFinite(earliest) ? earliest : null
  };
}

import type { QuotaResource } from '@jupyterlab-commons/protocol';
import type { LedgerUser } from '../ledger/types.ts';
import { holdsFor, type PersonNamed } from './limits.ts';
import type { Policy } from './types.ts';

/** What somebody may see: everything, or the members of some groups. */
export type Sight =
  | { all: true; groups: readonly string[] }
  | { all: false; groups: readonly string[] };

/** Somebody as far as rights go. */
export type Looker = {
  user: string;
  groups: readonly string[];
  admin: boolean;
};

/** Hub group -> the people, or `@group`s of people, who look after it. */
export type GroupAdmins = ReadonlyMap<string, readonly string[]>;

/** Q5: what the hub's word and the table give somebody to see; null for nothing. */
export function sightOf(table: GroupAdmins, looker: Looker): Sight | null {
  if (looker.admin) {
    return { all: true, groups: [] };
  }
  const groups = [...table]
    .filter(([, admins]) =>
      admins.some(each =>
        each.startsWith('@')
          ? looker.groups.includes(each.slice(1))
          : each === looker.user
      )
    )
    .map(([group]) => group)
    .sort();
  return groups.length === 0 ? null : { all: false, groups };
}

export function seesGroup(sight: Sight, group: string): boolean {
  return sight.all || sight.groups.includes(group);
}

/** Whether they may see a person whom the hub put into these groups. */
export function seesUser(
  sight: Sight,
  user: Pick<LedgerUser, 'groups'> | null
): boolean {
  return (
    sight.all ||
    (user?.groups.some(group => sight.groups.includes(group)) ?? false)
  );
}

/** Whether what somebody uses under this policy is only taken from people whom they see: a shared pool is, where they see all of it. */
export function staysWithin(
  sight: Sight,
  { pool, scope }: Pick<Policy, 'pool' | 'scope'>,
  userOf: (name: string) => Pick<LedgerUser, 'groups'> | null
): boolean {
  if (sight.all || pool === 'member') {
    return true;
  }
  return scope.kind === 'group'
    ? seesGroup(sight, scope.name)
    : scope.kind === 'user' && seesUser(sight, userOf(scope.name));
}

/** The shared pool that both draw on and in which this use counts; null where there is none. */
export function poolOfBoth(
  policies: readonly Policy[],
  { resource, gpu }: { resource: QuotaResource; gpu: string | null },
  one: PersonNamed,
  other: PersonNamed
): Policy | null {
  const found = policies.find(
    policy =>
      policy.pool === 'shared' &&
      policy.source === 'hub' &&
      policy.resource === resource &&
      (policy.gpu === null || policy.gpu === gpu) &&
      holdsFor(policy, one) &&
      holdsFor(policy, other)
  );
  return found ?? null;
}

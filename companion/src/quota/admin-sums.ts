import type {
  AdminOverview,
  AdminPolicies,
  UsedDay
} from '@jupyterlab-commons/protocol';
import { inSlices } from '../clock.ts';
import type { Row } from './admin-row.ts';
import type { Table } from './admin-table.ts';
import { seesGroup, seesUser, type Sight } from './group-admins.ts';
import { byName } from './limits.ts';
import { windowAt } from './measure.ts';
import type { Quota } from './quota.ts';
import type { Requests } from './requests.ts';
import type { Policy, Stops } from './types.ts';
import { addUse, noUse, usedByDay, usedDay } from './use.ts';

/** The rows of those whom somebody may see. */
export function rowsFor(table: Table, sight: Sight): readonly Row[] {
  return sight.all
    ? table.rows
    : table.rows.filter(({ allGroups }) =>
        seesUser(sight, { groups: allGroups })
      );
}

/** Sums over people; what is not of people is for admins of the hub. */
export type OverviewSums = Omit<
  AdminOverview,
  'liveDocuments' | 'hubAwaySince' | 'policyFile'
>;

export async function overviewSums(
  quota: Quota,
  table: Table,
  options: {
    sight: Sight;
    stops: Pick<Stops, 'users' | 'failing'>;
    requests: Pick<Requests, 'has'>;
  }
): Promise<OverviewSums> {
  const { sight, stops, requests } = options;
  const rows = rowsFor(table, sight);
  const stopping = stops.users();
  const sums = { ...nobody };
  await inSlices(rows, row => {
    const { user, worst } = row;
    sums.people += Number(!row.gone);
    sums.running += user.running;
    sums.linked += row.linked;
    sums.silent += row.silent;
    sums.near += Number(worst === 'near');
    sums.over += Number(worst === 'over');
    sums.stopping += Number(stopping.has(user.user));
    sums.asked += Number(requests.has(user.user));
    sums.gpusHeld += row.gpusHeld;
    sums.gpusIdle += row.gpusIdle;
    sums.memoryBytes += user.memoryBytes ?? 0;
    sums.cpuCores += user.cpuCores ?? 0;
  });
  return {
    at: table.at,
    sees: { all: sight.all, groups: sight.groups.slice(0, 1000) },
    ...sums,
    days: sight.all
      ? table.days.map((day, index) => usedDay(day, table.total[index]!))
      : await daysOf(quota, table, rows)
  };
}

const nobody = {
  ...{ people: 0, running: 0, linked: 0, silent: 0 },
  ...{ near: 0, over: 0, stopping: 0, asked: 0 },
  ...{ gpusHeld: 0, gpusIdle: 0, memoryBytes: 0, cpuCores: 0 }
};

async function daysOf(
  quota: Quota,
  { days }: Table,
  rows: readonly Row[]
): Promise<UsedDay[]> {
  const total = days.map(noUse);
  await inSlices(rows, ({ user }) =>
    usedByDay(quota.ledger, user.user, days).forEach((used, index) =>
      addUse(total[index]!, used)
    )
  );
  return days.map((day, index) => usedDay(day, total[index]!));
}

type PolicyCounts = { people: number; near: number; over: number };

/**
 * The policies that can matter to those whom somebody sees. `people` are those
 * for whom it is the one that holds: one that a larger limit stands in for
 * counts nobody.
 */
export async function policiesFor(
  quota: Quota,
  table: Table,
  sight: Sight
): Promise<AdminPolicies['policies']> {
  const { set, now } = quota.situation();
  const counts = new Map(
    set.policies.map(({ name }): [string, PolicyCounts] => [
      name,
      { people: 0, near: 0, over: 0 }
    ])
  );
  const count = (names: readonly string[], what: keyof PolicyCounts) => {
    for (const name of names) {
      const known = counts.get(name);
      if (known !== undefined) {
        known[what]++;
      }
    }
  };
  await inSlices(rowsFor(table, sight), ({ policies, near, over, gone }) => {
    if (!gone) {
      count(policies, 'people');
      count(near, 'near');
      count(over, 'over');
    }
  });
  return [...set.policies]
    .filter(policy => seesPolicy(quota, sight, policy))
    .sort(byName)
    .map(policy => {
      const { name, title, resource, gpu, limit, pool, scope } = policy;
      return {
        policy: name,
        ...{ title, resource, limit, pool, scope },
        ...(gpu === null ? {} : { gpu }),
        window: windowAt(policy.window, now),
        thresholds: [...policy.thresholds],
        ...counts.get(name)!
      };
    });
}

function seesPolicy(
  { ledger }: Quota,
  sight: Sight,
  { scope }: Policy
): boolean {
  switch (scope.kind) {
    case 'everyone':
      return true;
    case 'group':
      return seesGroup(sight, scope.name);
    case 'user':
      return seesUser(sight, ledger.user(scope.name));
  }
}

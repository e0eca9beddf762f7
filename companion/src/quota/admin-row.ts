import type { AdminUser } from '@jupyterlab-commons/protocol';
import type { LedgerUser, Millis, Run } from '../ledger/types.ts';
import type { GpuWork } from './gpu-work.ts';
import type { Quota } from './quota.ts';
import { nearestOf, ratioOf, standingOf, type Standing } from './standing.ts';
import { addUse, noUse, usedByDay, type Day, type Used } from './use.ts';

/** The days whose use stands in a row. */
const ROW_DAYS = 30;
const MOST_GROUPS = 100;
const MOST_PROFILES = 20;

/** What a server says of itself now. */
export type ServerNow = {
  /** It has a link and has reported within two minutes. */
  linked: boolean;
  memoryBytes?: number;
  cpuCores?: number;
  gpu: GpuWork | null;
};
/** The same list for the same names, so that thousands of rows need not have one each. */
export class SharedLists {
  readonly #lists = new Map<string, readonly string[]>();

  get(names: readonly string[]): readonly string[] {
    const key = names.join('\n');
    const known = this.#lists.get(key);
    if (known === undefined) {
      this.#lists.set(key, names);
    }
    return known ?? names;
  }
}

export type ServersNow = (user: string, server: string) => ServerNow;

/** Somebody, as the tables of admins are made of them. */
export type Row = {
  user: Omit<AdminUser, 'stopAt' | 'asked'>;
  gone: boolean;
  /** Name and display name in small letters, to be searched. */
  search: string;
  allGroups: readonly string[];
  /** The policies that hold; one list for all who have the same. */
  policies: readonly string[];
  /** Of these, those whose limit is near, and those whose limit is reached. */
  near: readonly string[];
  over: readonly string[];
  worst: Standing;
  /** Of the nearest limit; -1 for none. */
  ratio: number;
  linked: number;
  silent: number;
  gpusHeld: number;
  gpusIdle: number;
};

/** A row of somebody; their use by day is added to `total`. */
export function rowOf(
  quota: Quota,
  { user, displayName, groups, gone }: LedgerUser,
  options: {
    days: readonly Day[];
    total: Used[];
    lists: SharedLists;
    serversNow: ServersNow;
  }
): Row {
  const { days, total, lists, serversNow } = options;
  const byDay = usedByDay(quota.ledger, user, days);
  byDay.forEach((used, index) => addUse(total[index]!, used));
  const used = noUse();
  byDay.slice(-ROW_DAYS).forEach(day => addUse(used, day));
  const allowances = quota.allowances(user, groups);
  const nearest = nearestOf(allowances);
  const named = (standing: Standing) =>
    lists.get(
      allowances.flatMap(each =>
        standingOf(each) === standing ? each.policy : []
      )
    );
  const [near, over] = [named('near'), named('over')];
  const { facts, ...counts } = serversOf(
    quota.ledger.running(user),
    serversNow
  );
  return {
    user: {
      user,
      displayName: displayName.slice(0, 255),
      groups: groups.slice(0, MOST_GROUPS),
      ...facts,
      ...used,
      ...(nearest === null
        ? {}
        : {
            nearest: {
              policy: nearest.policy,
              title: nearest.title,
              used: nearest.used,
              limit: nearest.limit,
              resource: nearest.resource
            }
          })
    },
    gone,
    search: `${user}\n${displayName}`.toLowerCase(),
    allGroups: groups,
    policies: lists.get(allowances.map(({ policy }) => policy)),
    near,
    over,
    worst: over.length > 0 ? 'over' : near.length > 0 ? 'near' : 'well',
    ratio: nearest === null ? -1 : ratioOf(nearest),
    ...counts
  };
}

/** What the servers of one person take, by the hub's word and by their own. */
function serversOf(running: readonly Run[], serversNow: ServersNow) {
  const told = running.map(run => ({
    run,
    now: serversNow(run.user, run.server)
  }));
  const gpus = told.filter(({ run }) => run.rates.gpus > 0);
  const sumOf = (key: 'memoryBytes' | 'cpuCores') => {
    const known = told.flatMap(({ now }) => now[key] ?? []);
    return known.length === 0
      ? {}
      : { [key]: known.reduce((sum, each) => sum + each, 0) };
  };
  const held = gpus.reduce((sum, { run }) => sum + run.rates.gpus, 0);
  const idle = gpus.filter(({ now }) => (now.gpu?.idleSince ?? null) !== null);
  const linked = told.filter(({ now }) => now.linked).length;
  return {
    facts: {
      running: running.length,
      profiles: [...new Set(running.map(({ profile }) => profile))].slice(
        0,
        MOST_PROFILES
      ),
      ...sumOf('memoryBytes'),
      ...sumOf('cpuCores'),
      ...(gpus.length === 0 ? {} : { gpus: held, ...workOf(gpus) })
    },
    linked,
    silent: running.length - linked,
    gpusHeld: held,
    gpusIdle: idle.reduce((sum, { run }) => sum + run.rates.gpus, 0)
  };
}

/** How busy the GPUs are together, and since when the longest idle one is. */
function workOf(gpus: readonly { run: Run; now: ServerNow }[]): {
  gpuBusy?: number;
  gpuIdleSince?: Millis | null;
} {
  const known = gpus.filter(({ now }) => now.gpu !== null);
  if (known.length === 0) {
    return {};
  }
  const count = known.reduce((sum, { run }) => sum + run.rates.gpus, 0);
  const busy = known.reduce(
    (sum, { run, now }) => sum + now.gpu!.busy * run.rates.gpus,
    0
  );
  const since = known.flatMap(({ now }) => now.gpu!.idleSince ?? []);
  return {
    gpuBusy: busy / count,
    gpuIdleSince: since.length === 0 ? null : Math.min(...since)
  };
}

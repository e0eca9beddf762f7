import {
  CommonsError,
  adminSorts,
  type AdminUser,
  type AdminUsers
} from '@jupyterlab-commons/protocol';
import type { Row } from './admin-row.ts';
import type { Table } from './admin-table.ts';
import { seesGroup, seesUser, type Sight } from './group-admins.ts';
import type { Requests } from './requests.ts';
import type { Stops } from './types.ts';

export const adminFilters = [
  'running',
  'near',
  'over',
  'gpu-idle',
  'asked'
] as const;
const MOST_ROWS = 100;
const MOST_QUERY = 255;

export type PageWanted = {
  query: string;
  group: string;
  only: (typeof adminFilters)[number] | null;
  sort: (typeof adminSorts)[number];
  order: 'asc' | 'desc';
  offset: number;
  limit: number;
};

/** What a page of the table shows beside it, as it is at this moment. */
export type Moment = {
  stops: Pick<Stops, 'nextAt'>;
  requests: Pick<Requests, 'has'>;
};

/** The page that an address asks for; throws BAD_REQUEST. */
export function pageWanted(query: URLSearchParams): PageWanted {
  return {
    query: (query.get('query') ?? '').trim().toLowerCase().slice(0, MOST_QUERY),
    group: (query.get('group') ?? '').slice(0, 255),
    only: oneOf(query, 'only', adminFilters),
    sort: oneOf(query, 'sort', adminSorts) ?? 'user',
    order: oneOf(query, 'order', ['asc', 'desc']) ?? 'asc',
    offset: whole(query, 'offset', { least: 0, most: 10_000_000, without: 0 }),
    limit: whole(query, 'limit', { least: 1, most: MOST_ROWS, without: 50 })
  };
}

function oneOf<const T extends string>(
  query: URLSearchParams,
  key: string,
  words: readonly T[]
): T | null {
  const value = query.get(key) ?? '';
  const found = words.find(each => each === value) ?? null;
  if (found === null && value !== '') {
    throw new CommonsError('BAD_REQUEST', `${key}: one of ${words.join(', ')}`);
  }
  return found;
}

function whole(
  query: URLSearchParams,
  key: string,
  bounds: { least: number; most: number; without: number }
): number {
  const { least, most, without } = bounds;
  const text = query.get(key) ?? String(without);
  const value = Number(text);
  if (!/^\d{1,9}$/.test(text) || value < least || value > most) {
    throw new CommonsError('BAD_REQUEST', `${key}: from ${least} to ${most}`);
  }
  return value;
}

const sortedRows = new WeakMap<
  readonly Row[],
  Map<PageWanted['sort'], readonly Row[]>
>();

/** One page of those whom somebody may see. */
export function pageOf(
  table: Table,
  sight: Sight,
  wanted: PageWanted,
  moment: Moment
): AdminUsers {
  const { offset, limit, order } = wanted;
  const rows = sorted(table, wanted.sort).filter(
    row =>
      seesUser(sight, { groups: row.allGroups }) &&
      fits(row, wanted, { sight, ...moment })
  );
  const shown = order === 'asc' ? rows : rows.reverse();
  return {
    at: table.at,
    total: rows.length,
    users: shown
      .slice(offset, offset + limit)
      .map(row => adminUser(row, sight, moment))
  };
}

function fits(
  row: Row,
  { query, group, only }: PageWanted,
  { sight, requests }: Moment & { sight: Sight }
): boolean {
  if (
    !row.search.includes(query) ||
    (group !== '' &&
      !(row.allGroups.includes(group) && seesGroup(sight, group)))
  ) {
    return false;
  }
  switch (only) {
    case null:
      return true;
    case 'running':
      return row.user.running > 0;
    case 'near':
    case 'over':
      return row.worst === only;
    case 'gpu-idle':
      return row.gpusIdle > 0;
    case 'asked':
      return requests.has(row.user.user);
  }
}

/** Groups that the looker has no say in are not shown to them. */
function adminUser(
  { user }: Row,
  sight: Sight,
  { stops, requests }: Moment
): AdminUser {
  return {
    ...user,
    groups: user.groups.filter(group => seesGroup(sight, group)),
    stopAt: stops.nextAt(user.user),
    asked: requests.has(user.user)
  };
}

/** Kept with the table; what is not known comes first, and equals by name. */
function sorted({ rows, at }: Table, sort: PageWanted['sort']): readonly Row[] {
  if (sort === 'user') {
    return rows;
  }
  const kept =
    sortedRows.get(rows) ?? new Map<PageWanted['sort'], readonly Row[]>();
  sortedRows.set(rows, kept);
  const known = kept.get(sort);
  if (known !== undefined) {
    return known;
  }
  const values = Float64Array.from(rows, row => valueOf(row, sort, at));
  const order = Uint32Array.from(rows.keys()).sort(
    (a, b) => values[a]! - values[b]! || a - b
  );
  const made = Array.from(order, index => rows[index]!);
  kept.set(sort, made);
  return made;
}

function valueOf(row: Row, sort: PageWanted['sort'], at: number): number {
  const { user, ratio } = row;
  switch (sort) {
    case 'user':
      return 0;
    case 'nearest':
      return ratio;
    case 'memory':
      return user.memoryBytes ?? -1;
    case 'cpu':
      return user.cpuCores ?? -1;
    case 'gpuIdle':
      return (user.gpuIdleSince ?? null) === null
        ? -1
        : at - user.gpuIdleSince!;
    default:
      return user[sort];
  }
}

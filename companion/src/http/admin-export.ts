import { CommonsError } from '@jupyterlab-commons/protocol';
import type { Quota } from '../quota/quota.ts';
import type { Audit } from '../quota/types.ts';
import { usageCsv } from '../quota/usage-csv.ts';
import { daysBetween, type Day } from '../quota/use.ts';
import { dayName } from '../quota/zones.ts';
import type { AdminRights } from './admin-rights.ts';
import type { Resources } from './router.ts';

const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
const DAYS = 31;

/** `GET api/admin/usage.csv?from=2026-01-01&to=2026-01-31&by=day`: both days are in it. */
export function adminExport(options: {
  rights: AdminRights;
  quota: Quota;
  audit: Audit;
}): Pick<Resources, 'usageCsv'> {
  const { rights, quota, audit } = options;
  return {
    async usageCsv({ caller, query }) {
      const sight = rights.sight(caller);
      const by = query.get('by') ?? 'day';
      if (by !== 'day' && by !== 'run') {
        throw new CommonsError('BAD_REQUEST', 'by: day or run');
      }
      const days = daysWanted(quota, query);
      const group = query.get('group') ?? '';
      const asked = { kind: 'group' as const, name: group };
      const people = rights
        .people(sight)
        .filter(
          ({ groups }) =>
            group === '' ||
            (groups.includes(group) && rights.sees(sight, asked))
        );
      const span = `${days[0]!.day} to ${days.at(-1)!.day}`;
      audit({
        actor: caller.user,
        action: 'export',
        user: '',
        detail: `use of ${people.length} people by ${by}, ${span}`
      });
      return {
        status: 200,
        parts: usageCsv(quota.ledger, { by, days, people }),
        type: 'text/csv; charset=utf-8',
        file: `usage-${days[0]!.day}-${days.at(-1)!.day}.csv`
      };
    }
  };
}

function daysWanted(quota: Quota, query: URLSearchParams): Day[] {
  const { now, set } = quota.situation();
  const today = Date.parse(dayName(set.zone, now));
  const last = dayOf(query, 'to') ?? today;
  const first = dayOf(query, 'from') ?? last - (DAYS - 1) * DAY_MS;
  const many = (last - first) / DAY_MS + 1;
  if (first < 0 || many < 1 || many > MOST_DAYS) {
    throw new CommonsError(
      'BAD_REQUEST',
      `from and to: at most ${MOST_DAYS} days, the first one first`
    );
  }
  // Where the day of that name begins depends on the zone.
  const days = daysBetween(set.zone, first - DAY_MS, last + 2 * DAY_MS);
  return days.filter(({ day }) => day >= nameOf(first) && day <= nameOf(last));
}

function nameOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Midnight in UTC of the day that is named; null for none. */
function dayOf(query: URLSearchParams, key: string): number | null {
  const text = query.get(key);
  if (text === null || text === '') {
    return null;
  }
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at) || at < 0) {
    throw new CommonsError('BAD_REQUEST', `${key}: a day such as 2026-01-31`);
  }
  return at;
}

import type {
  AdminOverview,
  Decoded,
  adminLive
} from '@jupyterlab-commons/protocol';
import { pageOf, pageWanted } from '../quota/admin-page.ts';
import { overviewSums, policiesFor } from '../quota/admin-sums.ts';
import type { AdminTable } from '../quota/admin-table.ts';
import type { Sight } from '../quota/group-admins.ts';
import type { Overrides } from '../quota/overrides.ts';
import type { Quota } from '../quota/quota.ts';
import { quotaReport, type ReportOptions } from '../quota/report.ts';
import type { Requests } from '../quota/requests.ts';
import type { Stops } from '../quota/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { AdminRights } from './admin-rights.ts';
import type { Resources } from './router.ts';

const AUDIT_PAGE = 100;

export type LiveDocument = Decoded<typeof adminLive>['documents'][number];

export type AdminViewOptions = {
  rights: AdminRights;
  quota: Quota;
  table: AdminTable;
  overrides: Overrides;
  requests: Requests;
  stops: Stops;
  report: ReportOptions;
  store: Pick<LedgerStore, 'audited'>;
  policyFile: () => AdminOverview['policyFile'];
  hubAwaySince: () => number | null;
  /** Documents that somebody has open. */
  live: () => Promise<LiveDocument[]>;
};

type Names =
  | 'adminOverview'
  | 'adminUsers'
  | 'adminUser'
  | 'adminPolicies'
  | 'adminLive'
  | 'adminOverrides'
  | 'adminAudit';

/** What admins look at; a group's admins see the same of their people alone. */
export function adminViews(options: AdminViewOptions): Pick<Resources, Names> {
  const { rights, quota, table, overrides, requests, stops, report } = options;
  return {
    async adminOverview({ caller }) {
      const sight = rights.sight(caller);
      const sums = await overviewSums(quota, await table.get(), {
        sight,
        stops,
        requests
      });
      const live = await liveFor(options, sight);
      const json: AdminOverview = {
        ...sums,
        liveDocuments: live.length,
        hubAwaySince: options.hubAwaySince(),
        policyFile: policyFileFor(options, sight)
      };
      return { status: 200, json };
    },
    async adminUsers({ caller, query }) {
      const sight = rights.sight(caller);
      const wanted = pageWanted(query);
      const json = pageOf(await table.get(), sight, wanted, {
        stops,
        requests
      });
      return { status: 200, json };
    },
    async adminUser({ caller, parts }) {
      const { user, groups } = rights.user(caller, parts.name ?? '');
      return { status: 200, json: await quotaReport(report, user, groups) };
    },
    async adminPolicies({ caller }) {
      const sight = rights.sight(caller);
      const policies = await policiesFor(quota, await table.get(), sight);
      return { status: 200, json: { policies } };
    },
    async adminLive({ caller }) {
      const documents = await liveFor(options, rights.sight(caller));
      return { status: 200, json: { documents: documents.slice(0, 1000) } };
    },
    async adminOverrides({ caller }) {
      const sight = rights.sight(caller);
      const seen = overrides.all.filter(({ scope }) =>
        rights.sees(sight, scope)
      );
      return { status: 200, json: { overrides: seen } };
    },
    async adminAudit({ caller, query }) {
      return {
        status: 200,
        json: await auditFor(options, rights.sight(caller), query.get('before'))
      };
    }
  };
}

/** The lines of the file are for those who can change it: they may name other groups. */
function policyFileFor(
  { policyFile }: AdminViewOptions,
  { all }: Sight
): AdminOverview['policyFile'] {
  return all ? policyFile() : { ...policyFile(), problems: [] };
}

/** People outside are left out of a document that somebody inside owns. */
async function liveFor(
  { rights, live }: AdminViewOptions,
  sight: Sight
): Promise<LiveDocument[]> {
  const sees = (name: string) => rights.sees(sight, { kind: 'user', name });
  return (await live())
    .filter(({ owner }) => sees(owner))
    .map(document => ({ ...document, people: document.people.filter(sees) }));
}

async function auditFor(
  { rights, store }: AdminViewOptions,
  sight: Sight,
  before: string | null
) {
  const from = /^\d{1,15}$/.test(before ?? '') ? Number(before) : null;
  const about = sight.all
    ? null
    : [
        ...rights.people(sight).map(({ user }) => user),
        ...sight.groups.map(group => `@${group}`)
      ];
  const found = await store.audited(from, AUDIT_PAGE + 1, about);
  return {
    entries: found.slice(0, AUDIT_PAGE),
    more: found.length > AUDIT_PAGE
  };
}

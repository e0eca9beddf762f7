import type {
  QuotaReport,
  RunningServer,
  UsedNotebook
} from '@jupyterlab-commons/protocol';
import type { Run } from '../ledger/types.ts';
import type { LedgerStore, ReportedSum } from '../storage/ledger-store.ts';
import type { Quota } from './quota.ts';
import type { Requests } from './requests.ts';
import type { Stops } from './types.ts';
import { daysUntil, usedByDay, usedDay } from './use.ts';

const GIB = 1024 ** 3;
const HOUR_SECONDS = 3600;
export const REPORT_DAYS = 31;
const MOST_NOTEBOOKS = 50;
const MOST_RUNNING = 100;
/** A poll that is older than this is none. */
const AWAY_MS = 150_000;

export type ReportOptions = {
  quota: Quota;
  requests: Requests;
  stops: Pick<Stops, 'of'>;
  store: Pick<LedgerStore, 'reported'>;
  /** Whether the policy file is one that cannot be used. */
  broken: () => boolean;
  /** Whether a server that runs has reported of late. */
  reports: (user: string, server: string) => boolean;
};

/** Everything that somebody may know of their own use and limits. */
export async function quotaReport(
  options: ReportOptions,
  user: string,
  groups?: readonly string[]
): Promise<QuotaReport> {
  const { quota, requests, stops } = options;
  const { ledger, set, zone, contact } = quota;
  const { now } = quota.situation();
  const days = daysUntil(zone, now, REPORT_DAYS);
  const used = usedByDay(ledger, user, days);
  const notebooks = await reportedNotebooks(options, user, days[0]!.from, now);
  const running = ledger.running(user).slice(0, MOST_RUNNING);
  const report: Omit<QuotaReport, 'problems'> = {
    at: now,
    user,
    policies: set.policies.length,
    allowances: quota.foretold(user, groups),
    running: running.map(runningServer),
    stops: stops.of(user).slice(0, MOST_RUNNING),
    days: days.map((day, index) => usedDay(day, used[index]!)),
    notebooks: notebooks ?? [],
    since: ledger.since,
    contact,
    ...requests.of(user)
  };
  const problems = problemsOf(options, report);
  return { ...report, problems };
}

export function runningServer({
  server,
  profile,
  started,
  rates
}: Run): RunningServer {
  const { cpu, memoryBytes, gpus, gpuModel, creditsPerHour } = rates;
  return {
    server,
    profile: profile.slice(0, 255),
    startedAt: started,
    cpu,
    memoryGib: memoryBytes / GIB,
    gpus,
    ...(gpuModel === null ? {} : { gpuModel }),
    creditsPerHour
  };
}

/** What is not known just now, and shows in the figures. */
function problemsOf(
  { quota, broken, reports }: ReportOptions,
  { at, user, allowances, running }: Omit<QuotaReport, 'problems'>
): QuotaReport['problems'] {
  const { polledAt } = quota.ledger;
  const everySeconds = new Map(
    quota.set.meters.map(meter => [meter.name, meter.everySeconds])
  );
  const late = allowances.some(
    ({ source, measuredAt }) =>
      measuredAt !== undefined &&
      (measuredAt === null ||
        at - measuredAt > AWAY_MS + 2000 * (everySeconds.get(source) ?? 0))
  );
  const problems: [QuotaReport['problems'][number], boolean][] = [
    ['hub-away', polledAt === null || at - polledAt > AWAY_MS],
    ['meter-away', late],
    ['policy-file-broken', broken()],
    ['not-reported', running.some(({ server }) => !reports(user, server))]
  ];
  return problems.filter(([, holds]) => holds).map(([problem]) => problem);
}

/** By their own account; null while it cannot be read. */
async function reportedNotebooks(
  { store }: ReportOptions,
  user: string,
  from: number,
  to: number
): Promise<UsedNotebook[] | null> {
  let sums: ReportedSum[];
  try {
    sums = await store.reported(user, from, to + 1);
  } catch {
    return null;
  }
  return sums
    .map(usedNotebook)
    .sort((a, b) => b.cpuHours - a.cpuHours || b.gpuHours - a.gpuHours)
    .slice(0, MOST_NOTEBOOKS);
}

function usedNotebook(sum: ReportedSum): UsedNotebook {
  const { server, path, name, kind } = sum;
  return {
    server,
    ...(path === '' ? {} : { path }),
    name,
    kind,
    cpuHours: sum.cpuSeconds / HOUR_SECONDS,
    memoryGibHours: sum.memoryByteSeconds / GIB / HOUR_SECONDS,
    gpuHours: sum.gpuHeldSeconds / HOUR_SECONDS
  };
}

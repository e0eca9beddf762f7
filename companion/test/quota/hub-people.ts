import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  quotaReport,
  type Allowance,
  type QuotaReport,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { TestCompanion, type Answer } from '../http/test-companion.ts';

const HOUR = 3_600_000;
const GIB = 1024 ** 3;

/** The clock of tests begins here. */
export const BEGIN = Date.UTC(2026, 0, 1);

export const policyText = `
timezone: Europe/Berlin
contact: Ask help@example.org for more.
profiles:
  - {name: gpu, match: {profile: gpu}, cpu: 8, memory: 64G, gpus: 1, gpu: A100, credits: 12}
  - {name: default, cpu: 2, memory: 4G}
policies:
  - name: gpu-week
    title: GPU hours of seven days
    resource: gpu-hours
    limit: 10
    window: {rolling: 7d}
  - name: research-pool
    resource: server-hours
    limit: 100
    window: {calendar: month}
    for: {group: research}
    pool: shared
  - name: lab-month
    resource: cpu-hours
    limit: 50
    window: {calendar: month}
    for: {group: lab}
`;

export const gpuRates = {
  cpu: 8,
  memoryBytes: 64 * GIB,
  gpus: 1,
  gpuModel: 'A100',
  creditsPerHour: 12
};

const usual: Record<string, string[]> = {
  alice: ['research', 'physics'],
  bert: ['lab'],
  carol: [],
  lena: ['leads'],
  root: [],
  dora: []
};

type CallOptions = {
  parts?: Record<string, string>;
  body?: unknown;
  query?: string;
};

export type HubPeople = {
  commons: TestCompanion;
  /** The path of the file of policies. */
  file: string;
  ask(user: string, route: RouteName, options?: CallOptions): Promise<Answer>;
  report(user: string): Promise<QuotaReport>;
  stop(): Promise<void>;
};

/**
 * A companion with a ledger of six people: alice (research; her GPU server has
 * run for six hours), bert (lab), carol who looks after research, lena who
 * looks after the lab as one of the leads, root, and dora; `change`: others' groups.
 */
export async function companionWithPeople(
  text = policyText,
  env: Record<string, string> = {},
  change: Record<string, string[]> = {}
): Promise<HubPeople> {
  const groups = { ...usual, ...change };
  const store = new MemoryLedgerStore();
  await store.putMeta('since', String(BEGIN - 400 * 24 * HOUR));
  const started = BEGIN - 6 * HOUR;
  await store.putPoll({
    runs: [
      {
        user: 'alice',
        server: '',
        started,
        piece: 0,
        profile: 'gpu',
        rates: gpuRates,
        from: started,
        to: BEGIN,
        seconds: 6 * 3600,
        open: true,
        steady: 0
      }
    ],
    seen: { at: BEGIN, steady: 0 },
    users: Object.entries(groups).map(([user, of]) => ({
      user,
      displayName: `Name of ${user}`,
      groups: of,
      admin: user === 'root',
      gone: false
    }))
  });
  const folder = await mkdtemp(join(tmpdir(), 'commons-quota-'));
  const file = join(folder, 'quota.yaml');
  await writeFile(file, text);
  const commons = await new TestCompanion(undefined, store).start({
    people: Object.fromEntries(
      Object.entries(groups).map(([user, of]) => [
        user,
        { groups: of, admin: user === 'root' }
      ])
    ),
    env: {
      COMMONS_QUOTA_FILE: file,
      COMMONS_GROUP_ADMINS: '{"research": ["carol"], "lab": ["@leads"]}',
      COMMONS_REQUESTS_PER_MINUTE: '1000000',
      ...env
    }
  });
  return {
    commons,
    file,
    ask: (...call) => askAs(commons, ...call),
    report: user => reportOf(commons, user),
    async stop() {
      await commons.stop();
      await rm(folder, { recursive: true });
    }
  };
}

/** Calls that sign in anew each time: the test's clock may have gone far. */
export async function askAs(
  commons: TestCompanion,
  user: string,
  route: RouteName,
  options: CallOptions = {}
): Promise<Answer> {
  const { parts = {}, body, query } = options;
  await commons.signIn(user);
  return commons.send(route, parts, { as: user, body, query });
}

export async function reportOf(
  commons: TestCompanion,
  user: string
): Promise<QuotaReport> {
  return quotaReport((await askAs(commons, user, 'quota')).body);
}

/** What a report says of that policy. */
export const allowanceOf = (allowances: readonly Allowance[], policy: string) =>
  allowances.find(each => each.policy === policy)!;

/** An override of alice's GPU hours, or of somebody else's. */
export const grantOf = (
  change: object,
  scope = { kind: 'user', name: 'alice' }
) => ({
  policy: 'gpu-week',
  scope,
  until: null,
  reason: 'a deadline',
  ...change
});

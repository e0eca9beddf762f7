/** Rows of a ledger for tests of its stores. */
import type { Override } from '@jupyterlab-commons/protocol';
import type { Correction, LedgerUser } from '../../src/ledger/types.ts';
import type {
  LedgerStore,
  ReportedHour,
  ReportedLife,
  StoredRun,
  StoredStop
} from '../../src/storage/ledger-store.ts';

export const HOUR = 3_600_000;
export const START = Date.UTC(2026, 0, 1);

export function runOf(change: Partial<StoredRun> = {}): StoredRun {
  return {
    user: 'ada',
    server: '',
    started: START,
    piece: 0,
    profile: 'default',
    rates: {
      cpu: 2,
      memoryBytes: 2 ** 32,
      gpus: 0,
      gpuModel: null,
      creditsPerHour: 1.5
    },
    from: START,
    to: START + HOUR,
    seconds: 3600,
    open: false,
    steady: 3600,
    ...change
  };
}

export function hourOf(change: Partial<ReportedHour> = {}): ReportedHour {
  return {
    user: 'ada',
    server: '',
    hour: START,
    kind: 'kernel',
    name: 'a.ipynb',
    path: 'work/a.ipynb',
    cpuSeconds: 1,
    memoryByteSeconds: 2,
    gpuBusySeconds: 3,
    gpuHeldSeconds: 4,
    ...change
  };
}

export const life: ReportedLife = {
  user: 'ada',
  server: '',
  boot: 'b1',
  at: START,
  counted: {
    cpuSeconds: 1,
    memoryByteSeconds: 2,
    gpuBusySeconds: 3,
    gpuHeldSeconds: 4
  },
  consumers: new Map([
    ['k1', { cpuSeconds: 1, memoryByteSeconds: 2, gpuHeldSeconds: 4 }]
  ])
};

export const userOf = (user: string, change: Partial<LedgerUser> = {}) => ({
  user,
  displayName: `Zoë "${user}"\n\u202e`,
  groups: ['physics', "lab'); DROP TABLE users"],
  admin: false,
  gone: false,
  ...change
});

export const correctionOf = (id: string): Correction => ({
  id,
  user: 'ada',
  resource: 'gpu-hours',
  gpu: 'A100',
  amount: -2.5,
  at: START,
  by: 'root',
  madeAt: START + 5,
  reason: 'a broken node'
});

export const overrideOf = (
  id: string,
  change: Partial<Override>
): Override => ({
  id,
  policy: 'gpu',
  scope: { kind: 'user', name: 'ada' },
  until: null,
  reason: 'thesis',
  by: 'root',
  at: START,
  ...change
});

export const stop: StoredStop = {
  user: 'ada',
  server: 'gpu',
  started: START - HOUR,
  plannedAt: START,
  stopAt: START + HOUR,
  because: 'policy',
  policy: 'gpu',
  message: 'used up',
  state: 'counting'
};

/** All pages of runs, by user, server and piece. */
export async function allRuns(
  store: LedgerStore,
  from = 0
): Promise<StoredRun[]> {
  const found: StoredRun[] = [];
  let next: string | null = null;
  do {
    const page: { runs: StoredRun[]; next: string | null } = await store.runs(
      from,
      next
    );
    found.push(...page.runs);
    next = page.next;
  } while (next !== null);
  return found.sort(
    (a, b) =>
      a.user.localeCompare(b.user) ||
      a.server.localeCompare(b.server) ||
      a.started - b.started ||
      a.piece - b.piece
  );
}

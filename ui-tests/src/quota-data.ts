/** What a companion may say of somebody's quota, from the ordinary to the absurd. */
import type {
  Allowance,
  PlannedStop,
  QuotaNews,
  QuotaReport
} from '@jupyterlab-commons/protocol';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MONTH = {
  kind: 'calendar',
  every: 'month',
  zone: 'Europe/Vienna',
  from: null,
  to: null
} as const;

/** Markup, marks that turn text around, placeholders, line ends. */
export const HOSTILE =
  '<img src=x onerror=alert(1)>%1\u202Egpj.exe\n"><b>bold</b>';
const ARABIC = 'حصة وحدات معالجة الرسومات للفريق';
const LONG = 'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4);

function allowance(change: Partial<Allowance> = {}): Allowance {
  return {
    policy: 'gpu-month',
    title: 'GPU hours',
    resource: 'gpu-hours',
    limit: 50,
    used: 34.25,
    window: MONTH,
    pool: 'member',
    scope: { kind: 'everyone', name: '' },
    own: 34.25,
    source: 'hub',
    thresholds: [
      { percent: 50, actions: ['notice'], graceSeconds: 0 },
      { percent: 80, actions: ['notice'], graceSeconds: 0 },
      { percent: 100, actions: ['refuse-start'], graceSeconds: 0 },
      { percent: 120, actions: ['stop'], graceSeconds: 900 }
    ],
    reached: 50,
    ...change
  };
}

/** What an ordinary person has. */
export function ordinary(now: number): QuotaReport {
  return {
    at: now,
    user: 'alice',
    policies: 4,
    allowances: [
      allowance({
        used: 47.5,
        endsAt: now + 2 * DAY,
        window: { ...MONTH, to: now + 9 * DAY }
      }),
      allowance({
        policy: 'team-cores',
        title: 'Cores of the team',
        resource: 'cpu-hours',
        limit: 5000,
        used: 2210,
        own: 312.5,
        pool: 'shared',
        scope: { kind: 'group', name: 'physics' },
        window: { kind: 'rolling', from: null, to: null, seconds: 2_592_000 },
        override: {
          by: 'admin',
          until: now + 4 * DAY,
          reason: 'Thesis of two members'
        }
      }),
      allowance({
        policy: 'home',
        title: 'Home folder',
        resource: 'storage-gib',
        limit: 20,
        used: 20,
        source: 'xfs-quota',
        measuredAt: now - 20 * 60_000,
        freeAt: null,
        window: { kind: 'now', from: null, to: null }
      }),
      allowance({
        policy: 'credits',
        title: 'Credits',
        resource: 'credits',
        limit: 100,
        used: 12,
        window: {
          kind: 'balance',
          every: 'week',
          zone: 'Europe/Vienna',
          from: null,
          to: now + 3 * DAY
        }
      })
    ],
    running: [
      {
        server: '',
        profile: 'medium',
        startedAt: now - 5.2 * HOUR,
        cpu: 4,
        memoryGib: 16,
        gpus: 0,
        creditsPerHour: 1
      },
      {
        server: 'training',
        profile: 'gpu-large',
        startedAt: now - 30 * HOUR,
        cpu: 16,
        memoryGib: 128,
        gpus: 2,
        gpuModel: 'NVIDIA A100',
        creditsPerHour: 12
      }
    ],
    stops: [],
    days: days(now),
    notebooks: [
      notebook('training.ipynb', 'work/training.ipynb', 310, 42),
      notebook(
        'Visits of the garden.ipynb',
        'Visits of the garden.ipynb',
        12,
        0
      ),
      { ...notebook('sweep.ipynb', 'sweep.ipynb', 8, 5), server: 'training' }
    ],
    since: now - 200 * DAY,
    contact: 'Hub desk, room 4.12, hub@example.org',
    problems: ['not-reported'],
    asked: null
  };
}

function days(now: number): QuotaReport['days'] {
  return Array.from({ length: 31 }, (_, index) => {
    const share = index % 7 === 5 ? 0 : (index * 37) % 100;
    return {
      day: new Date(now - (30 - index) * DAY).toISOString().slice(0, 10),
      serverHours: share / 5,
      cpuHours: share * 1.7,
      memoryGibHours: share * 5.1,
      gpuHours: index > 12 ? share / 20 : 0,
      credits: share / 7
    };
  });
}

function notebook(
  name: string,
  path: string,
  cpuHours: number,
  gpuHours: number
): QuotaReport['notebooks'][number] {
  return {
    server: '',
    path,
    name,
    kind: 'kernel',
    cpuHours,
    memoryGibHours: cpuHours * 2.5,
    gpuHours
  };
}

/** Twenty policies with everything at its worst, and texts of people who mean harm. */
export function extreme(now: number): QuotaReport {
  const base = ordinary(now);
  const titles = [HOSTILE, ARABIC, LONG, 'x', ' '];
  return {
    ...base,
    user: HOSTILE,
    policies: 20,
    allowances: Array.from({ length: 20 }, (_, index) =>
      allowance({
        policy: `policy-${index}`,
        title: titles[index] ?? `Limit number ${index} of the institute`,
        limit: [0, 1e-9, 1e308, 1e15, 50][index % 5],
        used: [1e300, 7, 3, 1e14, index * 3][index % 5],
        gpu: index % 3 === 0 ? LONG.slice(0, 60) : undefined,
        pool: index % 2 === 0 ? 'shared' : 'member',
        scope: { kind: 'group', name: index % 4 === 0 ? HOSTILE : ARABIC },
        source: index % 2 === 0 ? 'hub' : HOSTILE,
        measuredAt: index % 2 === 0 ? undefined : Number.MAX_SAFE_INTEGER,
        freeAt: index % 4 === 0 ? Number.MAX_SAFE_INTEGER : undefined,
        endsAt: Number.MAX_SAFE_INTEGER,
        override: { by: LONG, until: 0, reason: HOSTILE.repeat(5) }
      })
    ),
    running: Array.from({ length: 30 }, (_, index) => ({
      ...base.running[1]!,
      server: index === 0 ? '' : `${index % 2 ? ARABIC : LONG} ${index}`,
      profile: HOSTILE,
      cpu: 1e300,
      memoryGib: 1e300,
      gpus: Number.MAX_SAFE_INTEGER,
      creditsPerHour: 1e300,
      startedAt: index === 1 ? Number.MAX_SAFE_INTEGER : 0
    })),
    days: base.days.map((day, index) => ({
      ...day,
      day: index === 3 ? '<b>bold' : day.day,
      gpuHours: index === 9 ? 1e308 : 1e-300,
      credits: 1e308
    })),
    notebooks: Array.from({ length: 50 }, (_, index) =>
      notebook(
        [HOSTILE, ARABIC, LONG][index % 3]!,
        `${HOSTILE}/${index}`,
        1e300,
        index
      )
    ),
    contact: `${LONG} ${HOSTILE}`,
    problems: ['hub-away', 'meter-away', 'policy-file-broken', 'not-reported'],
    asked: { at: 0, policy: 'policy-0', message: `${ARABIC} ${HOSTILE}` }
  };
}

/** A stop of the default server. */
export function stopOf(
  change: Partial<PlannedStop> & Pick<PlannedStop, 'stopAt'>
): PlannedStop {
  return {
    server: '',
    because: 'policy',
    policy: 'gpu-month',
    message: '',
    ...change
  };
}

/** Ninety-five percent of something were reached. */
export function noticeOf(now: number): QuotaNews {
  return {
    kind: 'notice',
    key: `gpu-month/${now}`,
    allowance: ordinary(now).allowances[0]!
  };
}

import { WidgetTracker } from '@jupyterlab/apputils';
import type {
  Allowance,
  PlannedStop,
  QuotaNews,
  QuotaReport
} from '@jupyterlab-commons/protocol';
import { QuotaModel } from '../../quota/model';
import type { QuotaParts } from '../../quota/quota';
import { FakeLab } from '../ui/fake-app';
import { FakeCompanion, FakeLive, NOW, trans } from '../ui/fakes';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const GROUP = { kind: 'group', name: 'physics' } as const;

export function allowance(change: Partial<Allowance> = {}): Allowance {
  return {
    policy: 'gpu-month',
    title: 'GPU hours',
    resource: 'gpu-hours',
    limit: 50,
    used: 34.25,
    window: {
      kind: 'calendar',
      every: 'month',
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      from: Date.parse('2026-03-01T00:00:00Z'),
      to: Date.parse('2026-04-01T00:00:00Z')
    },
    pool: 'member',
    scope: { kind: 'everyone', name: '' },
    own: 34.25,
    source: 'hub',
    thresholds: [
      { percent: 80, actions: ['notice'], graceSeconds: 0 },
      { percent: 100, actions: ['refuse-start'], graceSeconds: 0 },
      { percent: 120, actions: ['stop'], graceSeconds: 900 }
    ],
    reached: 0,
    ...change
  };
}

/** One limit for all members of a group together. */
export const sharedAllowance = (change: Partial<Allowance> = {}): Allowance =>
  allowance({
    policy: 'team-cores',
    title: 'Cores of the team',
    resource: 'cpu-hours',
    limit: 1000,
    used: 250,
    own: 12.5,
    pool: 'shared',
    scope: GROUP,
    window: {
      kind: 'rolling',
      from: NOW - 30 * DAY,
      to: null,
      seconds: 2_592_000
    },
    ...change
  });

export function stop(change: Partial<PlannedStop> = {}): PlannedStop {
  return {
    server: '',
    stopAt: NOW + 12 * 60_000,
    because: 'policy',
    policy: 'gpu-month',
    message: '',
    ...change
  };
}

export function report(change: Partial<QuotaReport> = {}): QuotaReport {
  return {
    at: NOW,
    user: 'ada',
    policies: 2,
    allowances: [sharedAllowance(), allowance()],
    running: [
      {
        server: 'gpu',
        profile: 'gpu-large',
        startedAt: NOW - 2 * HOUR,
        cpu: 8,
        memoryGib: 64,
        gpus: 2,
        gpuModel: 'A100',
        creditsPerHour: 12
      },
      {
        server: '',
        profile: 'small',
        startedAt: NOW - 5 * HOUR,
        cpu: 2,
        memoryGib: 4,
        gpus: 0,
        creditsPerHour: 1
      }
    ],
    stops: [],
    days: [
      usedDay('2026-03-08', { gpuHours: 4, serverHours: 9 }),
      usedDay('2026-03-10', { gpuHours: 12, serverHours: 3 })
    ],
    notebooks: [
      {
        server: '',
        path: 'work/training.ipynb',
        name: 'training.ipynb',
        kind: 'kernel',
        cpuHours: 40,
        memoryGibHours: 80,
        gpuHours: 10
      },
      {
        server: 'gpu',
        path: 'other.ipynb',
        name: 'other.ipynb',
        kind: 'kernel',
        cpuHours: 4,
        memoryGibHours: 8,
        gpuHours: 0
      }
    ],
    since: Date.parse('2026-02-01T00:00:00Z'),
    contact: 'hub-admins@example.org',
    problems: [],
    asked: null,
    ...change
  };
}

const usedDay = (
  day: string,
  used: Partial<QuotaReport['days'][number]>
): QuotaReport['days'][number] => ({
  day,
  serverHours: 0,
  cpuHours: 0,
  memoryGibHours: 0,
  gpuHours: 0,
  credits: 0,
  ...used
});

type CallOptions = Parameters<FakeCompanion['call']>[1];

/** A companion that counts; what it answers is changed by a test. */
export class FakeQuota extends FakeCompanion {
  report = report();
  /** How often the report was asked for. */
  asked = 0;
  readonly requests: unknown[] = [];
  failure: Error | null = null;
  /** Answers wait for these where a test wants them to. */
  gate: Promise<void> = Promise.resolve();

  override async call<T>(
    route: Parameters<FakeCompanion['call']>[0],
    options: Omit<CallOptions, 'answer'> & { answer: (v: unknown) => T }
  ): Promise<T> {
    if (route === 'quota') {
      this.asked++;
    } else if (route === 'askQuota') {
      this.requests.push(options.body);
    } else {
      return super.call(route, options);
    }
    const { report: said, failure } = this;
    await this.gate;
    if (failure !== null) {
      throw failure;
    }
    return options.answer(
      route === 'quota' ? JSON.parse(JSON.stringify(said)) : null
    );
  }

  /** Says it as the events socket does. */
  say(quota: QuotaNews): void {
    this.events.emit({ type: 'quota', quota: { ...quota } });
  }
}

/** Everything that the parts of the folder work with. */
export function quotaParts(
  options: { companion?: FakeQuota; lab?: FakeLab; now?: () => number } = {}
): QuotaParts & { companion: FakeQuota; lab: FakeLab; live: FakeLive } {
  const { companion = new FakeQuota(), lab = new FakeLab() } = options;
  return {
    app: lab.app,
    lab,
    companion,
    manager: lab.manager,
    live: new FakeLive(),
    pages: new WidgetTracker({ namespace: 'test' }),
    trans,
    model: new QuotaModel(companion, options.now ?? (() => NOW)),
    open: jest.fn(),
    ask: jest.fn(),
    unsent: { message: '' }
  };
}

/** Stands for the browser's: an element is on screen when a test says so. */
export class FakeIntersection {
  static readonly all: FakeIntersection[] = [];
  constructor(
    private readonly _tell: (
      entries: readonly { isIntersecting: boolean }[]
    ) => void
  ) {
    FakeIntersection.all.push(this);
  }
  observe(): void {
    this.show(true);
  }
  disconnect(): void {
    FakeIntersection.all.splice(FakeIntersection.all.indexOf(this), 1);
  }
  show(isIntersecting: boolean): void {
    this._tell([{ isIntersecting }]);
  }
}

/** Lets everything that was started settle, dynamic imports included. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await Promise.resolve();
  }
}

import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import { readSettings } from '../../usage/settings';
import { warningsOf, type Cause } from '../../usage/warnings';
import { HOSTILE, trans } from '../ui/fakes';
import { historyWith, KERNEL, sampleWith } from './panel-fixtures';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** JupyterLab shows no more of a notification. */
const TOAST = 140;

/** Calm in all respects. */
const calm = (change: Partial<UsageSample> = {}): UsageSample =>
  sampleWith({
    memory: { used: GIB, limit: 4 * GIB },
    disk: undefined,
    gpus: {},
    ...change
  });

const textsOf = (
  sample: UsageSample,
  history: UsageHistory | null = null,
  standing: Cause[] = []
) =>
  warningsOf(trans, {
    sample,
    history,
    thresholds: readSettings(undefined),
    standing: new Set(standing)
  }).map(each => each.text);

const memory = (share: number) =>
  calm({ memory: { used: share * 4 * GIB, limit: 4 * GIB } });

/** Memory that has been growing so many MiB a second and is now at `used`. */
const growing = (used: number, pace: number) =>
  historyWith({
    step: 5,
    memory: Array.from({ length: 100 }, (_, index) =>
      Math.max(0, Math.round(used / MIB + (index - 99) * 5 * pace))
    ),
    consumers: {}
  });

describe('Memory', () => {
  it('names the notebook that uses most when it is almost full', () => {
    expect(textsOf(memory(0.89))).toEqual([]);
    expect(textsOf(memory(0.92))).toEqual([
      'analysis.ipynb uses 2.7 of 4.0 GB; memory is 92% full.'
    ]);
  });

  it('names the one that grew most, and when it will be full', () => {
    const sample = calm({
      memory: { used: 3 * GIB, limit: 4 * GIB },
      consumers: {
        big: { kind: 'kernel', name: 'old.ipynb', memory: 2 * GIB },
        fast: { kind: 'kernel', name: 'new.ipynb', memory: 900 * MIB },
        rest: { kind: 'rest', name: '', memory: GIB }
      }
    });
    const history = {
      ...growing(3 * GIB, 10),
      consumers: { big: [2048, 2048], fast: [10, 300] }
    };
    expect(textsOf(sample, history)).toEqual([
      'new.ipynb uses 0.9 of 4.0 GB; memory is full in about 2 min.'
    ]);
  });

  it.each([
    ['in less than a minute', 20, /is full in less than a minute\.$/],
    ['too far ahead', 5, null]
  ])('%s', (_, pace, expected) => {
    const sample = memory(0.75);
    const [text] = textsOf(sample, growing(3 * GIB, pace));
    if (expected === null) {
      expect(text).toBeUndefined();
    } else {
      expect(text).toMatch(expected);
    }
  });

  it('names files in /dev/shm where they are the most of it', () => {
    const sample = memory(0.95);
    sample.memory.shared = 3 * GIB;
    expect(textsOf(sample)).toEqual([
      'Memory is 95% full (3.8 of 4.0 GB); 3.0 GB of it are files in /dev/shm and shared memory.'
    ]);
  });

  it('names nobody where nobody is known', () => {
    expect(textsOf({ ...memory(0.95), consumers: {} })).toEqual([
      'Memory is 95% full (3.8 of 4.0 GB).'
    ]);
  });

  it('of a machine without a limit is a worry only when something waits for it', () => {
    const machine = (pressure: number) =>
      calm({ memory: { used: 95, total: 100, pressure } });
    expect(textsOf(machine(5))).toEqual([]);
    expect(textsOf(machine(40))).toEqual([
      'This machine, which others share, is short of memory. Of yours analysis.ipynb uses most, 2.7 GB.'
    ]);
  });

  it('must fall clearly before the warning ends, so that it does not flicker', () => {
    expect(textsOf(memory(0.88), null, ['memory']).length).toBe(1);
    expect(textsOf(memory(0.84), null, ['memory'])).toEqual([]);
  });
});

describe('Disk', () => {
  const disk = (change: Partial<NonNullable<UsageSample['disk']>>) =>
    calm({
      disk: {
        by: 'volume',
        measuredAt: 1,
        used: 50 * GIB,
        limit: 100 * GIB,
        free: 50 * GIB,
        ...change
      }
    });

  it.each<[string, Parameters<typeof disk>[0], number]>([
    ['half full', {}, 0],
    ['90 % full', { used: 90 * GIB, free: 10 * GIB }, 1],
    [
      'less than 1 GiB left',
      { used: 4.2 * GIB, limit: 5 * GIB, free: GIB - 1 },
      1
    ],
    [
      'a small volume, half empty',
      { used: GIB / 2, limit: GIB, free: GIB / 2 },
      0
    ],
    ['of all, with room', { by: 'machine', free: 2 * GIB }, 0],
    ['of all, and full', { by: 'machine', free: GIB / 2 }, 1],
    [
      'of unknown size',
      { used: undefined, limit: undefined, free: undefined },
      0
    ]
  ])('%s', (_, change, count) => {
    expect(textsOf(disk(change)).length).toBe(count);
  });

  it('says how full it is and what happens', () => {
    expect(textsOf(disk({ used: 93 * GIB, free: 7 * GIB }))).toEqual([
      'Your home folder is 93% full (93.0 of 100.0 GB). Make room, or files cannot be saved.'
    ]);
  });
});

describe('GPU memory', () => {
  const card = (index: number, share: number, mig = false) =>
    ({
      vendor: 'nvidia',
      name: '',
      index,
      state: 'ok',
      mig,
      memoryUsed: share * 80 * GIB,
      memoryTotal: 80 * GIB
    }) as const;

  it('names the fullest and who holds it, and counts the others', () => {
    const sample = calm({
      gpus: { a: card(0, 0.96), b: card(1, 0.99), c: card(2, 0.5) }
    });
    sample.consumers[KERNEL]!.gpus = { a: null, b: 70 * GIB };
    expect(textsOf(sample)).toEqual([
      'The memory of GPU 1 is almost full (79.2 of 80.0 GB); analysis.ipynb holds 70.0 GB. 1 other GPU too.'
    ]);
  });

  it('is no news where only other people have filled it', () => {
    const gpus = { a: card(0, 0.99) };
    const others = { gpus, consumers: {}, problems: [] };
    expect(textsOf(calm(others))).toEqual([]);
    // Unless it cannot be told whose it is.
    const problems: UsageSample['problems'] = ['GPU_PROCESSES_HIDDEN'];
    expect(textsOf(calm({ ...others, problems }))).toEqual([
      'The memory of GPU 0 is almost full (79.2 of 80.0 GB).'
    ]);
  });

  it('is no news for a GPU that is split up, or that reports nothing', () => {
    const silent = { ...card(1, 0), memoryUsed: undefined };
    const sample = calm({ gpus: { a: card(0, 1, true), silent } });
    sample.consumers[KERNEL]!.gpus = { a: null, silent: null };
    expect(textsOf(sample)).toEqual([]);
  });
});

it('a name chosen by somebody else stays one short line', () => {
  const name = `${HOSTILE}${'x'.repeat(300)}.ipynb`;
  const gpus = {
    a: {
      vendor: 'nvidia',
      name,
      index: 0,
      state: 'ok',
      memoryUsed: 99,
      memoryTotal: 100
    }
  } as const;
  const sample = calm({
    memory: { used: 3.9 * GIB, limit: 4 * GIB },
    consumers: {
      k: { kind: 'kernel', name, memory: GIB, gpus: { a: GIB } }
    },
    gpus
  });
  for (const text of [
    ...textsOf(sample),
    ...textsOf(memory(0.75), growing(3 * GIB, 20))
  ]) {
    expect(text.length).toBeLessThanOrEqual(TOAST);
    expect(text).not.toMatch(/[\n\u202e]/);
  }
});

import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import { byChance } from '../../../protocol/test/chance';
import { outlook, secondsUntilFull } from '../../usage/outlook';
import { historyWith, sampleWith } from './panel-fixtures';

const MIB = 1024 ** 2;
const LIMIT = 4096;
const HOUR = 720;

type Figure = (second: number) => number | null;

/** An hour of memory in MiB, `seconds` of it known; second 0 is now. */
function memory(figure: Figure, seconds = 3600): [UsageSample, UsageHistory] {
  const series = Array.from({ length: HOUR }, (_, index) => {
    const second = (index - HOUR + 1) * 5;
    const value = second < -seconds ? null : figure(second);
    return value === null ? null : Math.round(value);
  });
  const used = (figure(0) ?? 0) * MIB;
  return [
    sampleWith({
      memory: { used, limit: LIMIT * MIB },
      gpus: {},
      disk: undefined
    }),
    historyWith({ memory: series, gpus: {}, step: 5 })
  ];
}

/** A number from 0 to 1 that is the same in each run. */
function noise(seed: number): number {
  const x = Math.sin(seed * 12.9898) * 43758.5453;
  return x - Math.floor(x);
}

describe('A leak', () => {
  it.each([
    ['of 10 MiB a second', 10, 2000, 210],
    ['of 2 MiB a second', 2, 3600, 248],
    ['from the first half minute on', 20, 3000, 55]
  ])('%s is seen coming', (_, pace, used, seconds) => {
    const since = pace === 20 ? 40 : 3600;
    const left = outlook(
      ...memory(second => Math.max(100, used + pace * second), since)
    );
    expect(left?.what).toBe('memory');
    expect(Math.abs(left!.inSeconds - seconds)).toBeLessThan(seconds * 0.1);
  });

  it('is seen through noise and single wild figures', () => {
    const wild = new Map([
      [-60, 900],
      [-105, -600]
    ]);
    const left = outlook(
      ...memory(second =>
        second === 0
          ? 3300
          : Math.max(
              0,
              3300 +
                8 * second +
                40 * (noise(second) - 0.5) +
                (wild.get(second) ?? 0)
            )
      )
    );
    expect(Math.abs(left!.inSeconds - 100)).toBeLessThan(15);
  });

  it('is not told further ahead than it was watched', () => {
    expect(outlook(...memory(second => 1000 + 0.5 * second))).toBeNull();
  });
});

describe('What is no leak', () => {
  it.each<[string, Figure]>([
    ['a flat line', () => 3900],
    ['noise', second => 3500 + 100 * noise(second)],
    [
      'a sawtooth of a minute',
      second => 3000 + (((second % 60) + 60) % 60) * 12
    ],
    [
      'a sawtooth of ten minutes, half way up',
      second => 1000 + (((second % 600) + 900) % 600) * 4
    ],
    ['one jump two minutes ago', second => (second < -120 ? 1000 : 3500)],
    ['one jump half a minute ago', second => (second < -30 ? 1000 : 3500)],
    [
      'two jumps',
      second => (second < -100 ? 1000 : second < -30 ? 2200 : 3400)
    ],
    ['one jump just now', second => (second < 0 ? 1000 : 3500)],
    [
      'growth that has ended',
      second => Math.min(3500, 3500 + 15 * (second + 70))
    ],
    [
      'growth that has turned',
      second =>
        3500 - Math.max(0, second + 60) / 2 + Math.min(0, second + 60) * 8
    ],
    ['a drift', second => 3900 + 0.2 * second],
    ['memory that is freed', second => 3000 - 8 * second],
    ['zero', () => 0],
    ['nothing known', () => null]
  ])('%s', (_, figure) => {
    expect(outlook(...memory(figure))).toBeNull();
  });

  it.each([30, 60, 120, 300, 600, 1200])(
    'a sawtooth of %d seconds, wherever it stands below its top',
    period => {
      for (let phase = 0; phase < 0.9 * period; phase += 5) {
        const figure: Figure = second =>
          1000 +
          ((((second + phase) % period) + period) % period) * (2400 / period);
        expect([phase, outlook(...memory(figure))]).toEqual([phase, null]);
      }
    }
  );

  it('growth from before a gap', () => {
    const figure: Figure = second =>
      second > -15 ? 3500 : second > -60 ? null : 3500 + 10 * second;
    expect(outlook(...memory(figure))).toBeNull();
  });

  it('two looks that happen to differ', () => {
    expect(outlook(...memory(second => 3000 + 100 * second, 10))).toBeNull();
  });

  it('what has no limit, no history or no figure', () => {
    const [sample, history] = memory(second => 3000 + 10 * second);
    expect(outlook(sample, history)).not.toBeNull();
    expect(outlook(sample, null)).toBeNull();
    const { used } = sample.memory;
    expect(outlook({ ...sample, memory: { used } }, history)).toBeNull();
    const { limit } = sample.memory;
    expect(outlook({ ...sample, memory: { limit } }, history)).toBeNull();
  });

  it('numbers chosen by chance, which never give a time outside an hour', () => {
    byChance(300, random => {
      const [last, pace, wild] = [random(LIMIT), random(30), 1 + random(400)];
      const figure: Figure = second =>
        random(5) === 0
          ? null
          : Math.max(0, last + pace * second + random(wild));
      const [sample, history] = memory(figure);
      const left = secondsUntilFull('memory', sample, history);
      expect(left ?? 0).toBeGreaterThanOrEqual(0);
      expect(left ?? 0).toBeLessThanOrEqual(3600);
    });
  });
});

describe('What is full first', () => {
  const rising = (used: number, pace: number) =>
    Array.from({ length: HOUR }, (_, index) =>
      Math.max(0, Math.round(used + (index - HOUR + 1) * 5 * pace))
    );

  it('comes first, be it memory, a GPU or the disk', () => {
    const gpu = { vendor: 'nvidia', name: '', index: 0, state: 'ok' } as const;
    const sample = sampleWith({
      memory: { used: 2000 * MIB, limit: LIMIT * MIB },
      gpus: {
        a: { ...gpu, memoryUsed: 7000 * MIB, memoryTotal: 8000 * MIB },
        b: { ...gpu, memoryUsed: 10 * MIB, memoryTotal: 8000 * MIB }
      },
      disk: {
        by: 'quota',
        used: 9900 * MIB,
        limit: 10000 * MIB,
        measuredAt: 1
      }
    });
    const flat = rising(10, 0);
    const history = historyWith({
      step: 5,
      memory: rising(2000, 10),
      gpus: {
        a: { busy: flat, memory: rising(7000, 20) },
        b: { busy: flat, memory: flat }
      },
      disk: rising(9900, 4)
    });
    expect(outlook(sample, history)).toEqual({ what: 'disk', inSeconds: 25 });
    const machine = { by: 'machine', measuredAt: 1 } as const;
    expect(outlook({ ...sample, disk: machine }, history)).toEqual({
      what: 'gpu:a',
      inSeconds: 50
    });
    expect(
      outlook({ ...sample, disk: undefined, gpus: {} }, history)
    ).toMatchObject({ what: 'memory' });
  });
});

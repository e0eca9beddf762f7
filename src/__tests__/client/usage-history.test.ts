import type { UsageHistory, UsageSample } from '@jupyterlab-commons/protocol';
import { LiveHistory } from '../../client/usage-history';

const MIB = 1024 ** 2;
const START = 1_800_000_000_000;

const past = (change: Partial<UsageHistory> = {}): UsageHistory => ({
  end: START,
  step: 5,
  memory: [1, 2],
  cpu: [10, 20],
  gpus: {},
  consumers: {},
  consumersStep: 30,
  ...change
});

const sample = (
  at: number,
  memory: number,
  change: Partial<UsageSample> = {}
): UsageSample => ({
  at,
  since: START,
  where: 'cgroup2',
  memory: { used: memory * MIB },
  cpu: { used: 0.5 },
  consumers: {},
  gpus: {},
  incidents: {},
  problems: [],
  ...change
});

/** The series of memory after samples so many seconds after the end, with these figures. */
function memoryAfter(...samples: [seconds: number, memory: number][]) {
  const live = new LiveHistory(past());
  for (const [seconds, memory] of samples) {
    live.add(sample(START + seconds * 1000, memory));
  }
  return live.current.memory;
}

describe('The last hour goes on', () => {
  it.each<[string, [number, number][], (number | null)[]]>([
    [
      'a number a step',
      [
        [5, 3],
        [10, 4]
      ],
      [1, 2, 3, 4]
    ],
    [
      'the last of several in one step',
      [
        [1, 3],
        [2, 4]
      ],
      [1, 4]
    ],
    ['a late figure for the step it missed', [[10, 3]], [1, 2, 3, 3]],
    ['null for what nobody saw', [[20, 3]], [1, 2, null, null, null, 3]],
    [
      'an unsteady pace without holes',
      [
        [5.4, 3],
        [10.9, 4],
        [16.2, 5]
      ],
      [1, 2, 3, 4, 5]
    ],
    ['what is new when the clock was set back', [[-3600, 3]], [1, 2, 3]]
  ])('with %s', (_, samples, expected) => {
    expect(memoryAfter(...samples)).toEqual(expected);
  });

  it('and is never longer than an hour, whatever the clock does', () => {
    const live = new LiveHistory(past());
    for (let step = 1; step < 1000; step++) {
      live.add(sample(START + step * 5000, step));
    }
    expect(live.current.memory.length).toBe(720);
    expect(live.current.memory.at(-1)).toBe(999);
    live.add(sample(START * 2, 7));
    expect(live.current.memory.length).toBe(720);
    expect(live.current.memory.at(-1)).toBe(7);
  });

  it('in the units of the protocol, and with its own ends', () => {
    const live = new LiveHistory(past({ received: [1, 1] }));
    live.add(
      sample(START + 5000, 3, {
        network: { received: 2048, of: 'server' },
        disk: { by: 'quota', used: 5 * MIB, measuredAt: 1 }
      })
    );
    expect(live.current).toMatchObject({
      end: START + 5000,
      cpu: [10, 20, 50],
      received: [1, 1, 2],
      disk: [null, null, 5]
    });
    expect('sent' in live.current).toBe(false);
  });

  it('without the disk that others fill too', () => {
    const live = new LiveHistory(past());
    const disk = { by: 'machine', used: MIB, measuredAt: 1 } as const;
    live.add(sample(START + 5000, 3, { disk }));
    expect('disk' in live.current).toBe(false);
  });

  it('for GPUs that come and go', () => {
    const live = new LiveHistory(
      past({ gpus: { a: { busy: [1, 1], memory: [2, 2] } } })
    );
    const gpu = { vendor: 'nvidia', name: '', index: 0, state: 'ok' } as const;
    live.add(
      sample(START + 5000, 3, {
        gpus: { b: { ...gpu, busy: 50.4, memoryUsed: MIB } }
      })
    );
    expect(live.current.gpus).toEqual({
      a: { busy: [1, 1, null], memory: [2, 2, null] },
      b: { busy: [null, null, 50], memory: [null, null, 1] }
    });
  });

  it('with a gap for GPUs whose driver hangs', () => {
    const live = new LiveHistory(
      past({ gpus: { '0': { busy: [], memory: [] } } })
    );
    const gpus: UsageSample['gpus'] = {
      '0': { vendor: 'nvidia', name: 'A', index: 0, state: 'ok', busy: 40 }
    };
    const gpusAt = START + 5000;
    live.add(sample(START + 5000, 1, { gpus, gpusAt }));
    live.add(sample(START + 200_000, 1, { gpus, gpusAt }));
    const busy = live.current.gpus['0']!.busy;
    expect(busy[2]).toBe(40);
    expect(busy.at(-1)).toBeNull();
  });

  it('for consumers at their own pace; the ended are forgotten after an hour', () => {
    const live = new LiveHistory(past({ consumers: { gone: [7] } }));
    const kernel = (memory: number) => ({
      k: { kind: 'kernel', name: 'k', memory: memory * MIB } as const
    });
    for (let step = 1; step <= 12; step++) {
      live.add(sample(START + step * 5000, 3, { consumers: kernel(step) }));
    }
    expect(live.current.consumers).toEqual({
      gone: [7, null, null],
      k: [2, 8, 12]
    });
    live.add(sample(START + 2 * 3_600_000, 3, { consumers: kernel(1) }));
    expect(Object.keys(live.current.consumers)).toEqual(['k']);
  });

  it('as a new object each time; the one before stays as it was', () => {
    const live = new LiveHistory(past());
    const before = live.current;
    live.add(sample(START + 5000, 3));
    expect(before).toEqual(past());
    expect(live.current).not.toBe(before);
  });
});

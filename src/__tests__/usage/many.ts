import type {
  Consumer,
  Gpu,
  UsageHistory,
  UsageSample
} from '@jupyterlab-commons/protocol';

const GB = 1024 ** 3;
const MB = 1024 ** 2;
const HOUR_STEPS = 720;

/** A line that goes up and down, the same in each run. */
const wave = (length: number, { from = 0, to = 100, pace = 40, shift = 0 }) =>
  Array.from({ length }, (_, index) =>
    Math.round(
      from + ((to - from) * (1 + Math.sin((index + shift) / pace))) / 2
    )
  );

const NAMES = [
  'analysis',
  'train-resnet50-with-augmentation-and-a-very-long-name',
  'plots',
  'Untitled7',
  'etl',
  'klimadaten-auswertung'
];

/** Thirty kernels in all the states that there are. */
export function manyConsumers(at: number): Record<string, Consumer> {
  const kernels = Array.from({ length: 30 }, (_, index): [string, Consumer] => {
    const name = `${NAMES[index % NAMES.length]}${index < 6 ? '' : `-${index}`}.ipynb`;
    const busy = index % 4 === 0;
    return [
      `kernel-${index}`,
      {
        kind: 'kernel',
        name,
        path: `work/${name}`,
        language: index % 7 === 3 ? 'R 4.4' : 'Python 3 (ipykernel)',
        state: index === 9 ? 'dead' : busy ? 'busy' : 'idle',
        activeAt: at - index * 400_000,
        cpu: busy ? 0.9 + index / 20 : 0.01,
        memory: (30 - index) ** 2 * 3 * MB,
        peak: (30 - index) ** 2 * 4 * MB,
        processes: 1 + (index % 5),
        detached: index % 5 === 4 ? 1 : 0,
        ...(index < 8
          ? { gpus: { [String(index)]: index === 5 ? null : 6 * GB } }
          : {}),
        ...(index === 6 ? { gpus: { 5: null } } : {})
      }
    ];
  });
  return Object.fromEntries([
    ...kernels,
    [
      'far',
      {
        kind: 'kernel',
        name: 'cluster.ipynb',
        path: 'cluster.ipynb',
        language: 'Python 3 on Slurm',
        state: 'busy',
        activeAt: at,
        remote: true
      }
    ],
    [
      'terminal:1',
      {
        kind: 'terminal',
        name: '1',
        activeAt: at - 3_000_000,
        cpu: 0,
        memory: 8 * MB,
        processes: 1
      }
    ],
    [
      'server',
      { kind: 'server', name: 'Jupyter', cpu: 0.02, memory: 130 * MB }
    ],
    ['rest', { kind: 'rest', name: '', memory: 20 * MB }]
  ]) as Record<string, Consumer>;
}

/** Eight GPUs: at work, slowed down, split, lost, hardly reporting. */
export function manyGpus(at: number): Record<string, Gpu> {
  const gpu = (index: number, change: Partial<Gpu> = {}): [string, Gpu] => [
    String(index),
    {
      vendor: 'nvidia',
      name: 'NVIDIA H100 80GB HBM3',
      uuid: `GPU-${index}a1f2c3d-0000-4444-8888-0123456789ab`,
      index,
      state: 'ok',
      busy: (index * 37) % 101,
      memoryUsed: (6 + index * 9) * GB,
      memoryTotal: 80 * GB,
      memoryBusy: 12 * index,
      power: 180 + index * 70,
      powerLimit: 700,
      temperature: 41 + index * 5,
      clock: 1755,
      clockMost: 1980,
      memoryClock: 2619,
      throttle: [],
      eccErrors: 0,
      pcieReceived: 12 * MB,
      pcieSent: 3 * MB,
      nvlinkReceived: 40 * GB,
      nvlinkSent: 38 * GB,
      ...change
    }
  ];
  const part = (place: number): [string, Gpu] => [
    `3:${place}`,
    {
      vendor: 'nvidia',
      name: `NVIDIA H100 80GB HBM3 MIG ${place === 2 ? '3g.40gb' : '1g.10gb'}`,
      uuid: `MIG-${place}`,
      index: 3,
      partOf: '3',
      state: 'ok',
      memoryUsed: (place + 1) * 2 * GB,
      memoryTotal: (place === 2 ? 40 : 10) * GB
    }
  ];
  return Object.fromEntries([
    gpu(0, { throttle: ['power'], others: { processes: 3, memory: 12 * GB } }),
    gpu(1),
    gpu(2, { xid: 79, xidAt: at - 600_000, eccErrors: 2 }),
    gpu(3, { mig: true, busy: undefined }),
    part(0),
    part(1),
    part(2),
    gpu(4),
    gpu(5, { throttle: ['thermal', 'hardware'] }),
    gpu(6, { state: 'lost', busy: undefined, memoryUsed: undefined }),
    [
      '7',
      {
        vendor: 'amd',
        name: 'AMD Instinct MI210',
        index: 7,
        state: 'ok',
        busy: 3,
        memoryUsed: 63.5 * GB,
        memoryTotal: 64 * GB
      }
    ]
  ]) as Record<string, Gpu>;
}

/** The last hour of as many consumers and GPUs as the sample has. */
export function fullHistory(sample: UsageSample): UsageHistory {
  return {
    end: sample.at,
    step: 5,
    memory: [
      ...wave(300, { from: 800, to: 1900, pace: 60 }),
      ...Array.from({ length: 20 }, () => null),
      ...wave(400, { from: 1400, to: 3300, pace: 90, shift: 40 })
    ],
    cpu: wave(HOUR_STEPS, { from: 2, to: 190, pace: 21 }),
    received: wave(HOUR_STEPS, { from: 0, to: 4000, pace: 13 }),
    sent: wave(HOUR_STEPS, { from: 0, to: 300, pace: 17 }),
    gpus: Object.fromEntries(
      Object.keys(sample.gpus).map((key, index) => [
        key,
        {
          busy: wave(HOUR_STEPS, { from: 5, to: 97, pace: 12 + index * 5 }),
          memory: wave(HOUR_STEPS, { from: 4000, to: 60000, pace: 120 + index })
        }
      ])
    ),
    consumers: Object.fromEntries(
      Object.keys(sample.consumers).map((key, index) => [
        key,
        wave(120, { from: 100, to: 2000, pace: 6 + (index % 9) * 3 })
      ])
    ),
    consumersStep: 30
  };
}

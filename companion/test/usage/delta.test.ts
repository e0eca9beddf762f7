/** What is counted of what servers say: rule U11. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkSample } from '@jupyterlab-commons/protocol';
import {
  counters,
  SPARE_SECONDS,
  SPARE_SHARE,
  usedSince,
  type Account,
  type Amounts,
  type UsedDelta
} from '../../src/usage/delta.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { sampleOf } from './test-link.ts';

const SEED = seedOf('use between samples');
const RUNS = Number(process.env.COMMONS_FUZZ_RUNS ?? 200);
const START = Date.UTC(2026, 0, 1);

/** Numbers from 0 to 1 that are the same for the same seed. */
function chance(seed: number): () => number {
  const below = randomFrom(seed);
  return () => below(2 ** 32) / 2 ** 32;
}

/** Nothing used yet. */
const zero = {
  cpuSeconds: 0,
  memoryByteSeconds: 0,
  gpuBusySeconds: 0,
  gpuHeldSeconds: 0
};

type Report = { sample: LinkSample; heardAt: number };

/** What is counted of reports that arrive in this order. */
function countAll(reports: Report[]): UsedDelta[] {
  let account: Account | null = null;
  return reports.map(({ sample, heardAt }) => {
    const counted = usedSince(account, sample, heardAt);
    account = counted.account;
    return counted.delta;
  });
}

const sum = (deltas: UsedDelta[], name: keyof Amounts) =>
  deltas.reduce((total, delta) => total + delta[name], 0);

function nearly(found: number, wanted: number, what: string): void {
  const difference = Math.abs(found - wanted);
  assert.ok(
    difference <= 1e-9 * Math.max(1, wanted),
    `${what}: ${found} is not ${wanted}`
  );
}

const LIMITS = {
  cpu: { limit: 2, limitBy: 'cgroup', total: 96 },
  memory: { limit: 4e9, limitBy: 'cgroup', total: 5e11 },
  gpus: 2
} as const;
const MOST: Amounts = {
  cpuSeconds: 2,
  memoryByteSeconds: 4e9,
  gpuBusySeconds: 2,
  gpuHeldSeconds: 2
};

/** The reports of one honest life that often works at its limits; each may arrive late, none before another. */
function honestLife(random: () => number, boot = 'one'): Report[] {
  const reports: Report[] = [];
  const counted = {
    cpuSeconds: 0,
    memoryByteSeconds: 0,
    gpuBusySeconds: 0,
    gpuHeldSeconds: 0
  };
  let [seconds, heardAt] = [0, START];
  for (let seq = 0; seq < 50; seq++) {
    const step = random() < 0.7 ? 10 : 60;
    seconds += step;
    for (const name of counters) {
      counted[name] += MOST[name] * step * (random() < 0.5 ? 1 : random());
    }
    const late = random() < 0.3 ? random() * SPARE_SECONDS : 0;
    heardAt = Math.max(heardAt, START + (seconds + late) * 1000);
    reports.push({
      sample: sampleOf({ ...LIMITS, ...counted, boot, seq, seconds }),
      heardAt
    });
  }
  return reports;
}

describe(`U11 use between samples (COMMONS_SEED=${SEED})`, () => {
  it('of an honest life adds up to its counters, whichever samples are lost or late', () => {
    for (let run = 0; run < RUNS; run++) {
      const random = chance(SEED + run);
      const life = honestLife(random);
      const share = random();
      const heard = life.filter(
        (_, index) => index === life.length - 1 || random() < share
      );
      const deltas = countAll(heard);
      const last = life.at(-1)!.sample;
      for (const name of counters) {
        nearly(sum(deltas, name), last[name], `seed ${SEED + run} ${name}`);
      }
      assert.ok(
        deltas.every(({ cut }) => !cut),
        `seed ${SEED + run}`
      );
    }
  });

  it('of lives that follow each other adds up to the counters of each', () => {
    const random = chance(SEED);
    const first = honestLife(random, 'one');
    const gap = first.at(-1)!.heardAt - START;
    const second = honestLife(random, 'two').map(({ sample, heardAt }) => ({
      sample,
      heardAt: heardAt + gap
    }));
    const deltas = countAll([...first, ...second]);
    for (const name of counters) {
      const wanted = first.at(-1)!.sample[name] + second.at(-1)!.sample[name];
      nearly(sum(deltas, name), wanted, name);
    }
    const begins = deltas.filter(({ from }) => from === null);
    assert.deepEqual(
      begins.map(({ boot }) => boot),
      ['one', 'two']
    );
  });

  it('is never negative and never more than the limits allow, whatever is claimed', () => {
    for (let run = 0; run < RUNS; run++) {
      const random = chance(SEED + run);
      const anything = () =>
        random() < 0.2 ? 0 : random() * 10 ** Math.floor(random() * 300);
      let heardAt = START;
      const reports: Report[] = [];
      for (let seq = 0; seq < 50; seq++) {
        // Now and then the companion's clock is put back.
        heardAt += Math.floor(
          (random() < 0.1 ? -random() : random()) * 100_000
        );
        const claims = Object.fromEntries(
          counters.map(name => [name, anything()])
        );
        const boot = `boot${Math.floor(random() * 3)}`;
        reports.push({
          sample: sampleOf({ ...LIMITS, ...claims, boot, seq, seconds: 0 }),
          heardAt
        });
      }
      const passed = reports.reduce(
        (total, { heardAt: at }, index) =>
          total + Math.max(0, at - (reports[index - 1]?.heardAt ?? at)) / 1000,
        0
      );
      const deltas = countAll(reports);
      for (const name of counters) {
        assert.ok(
          deltas.every(delta => delta[name] >= 0),
          `seed ${SEED + run} ${name}`
        );
        const most = MOST[name] * (passed * (1 + SPARE_SHARE) + SPARE_SECONDS);
        const found = sum(deltas, name);
        assert.ok(
          found <= most * (1 + 1e-9),
          `seed ${SEED + run} ${name}: ${found} > ${most}`
        );
      }
    }
  });

  const after = (
    seconds: number,
    before: Partial<LinkSample>,
    now: Partial<LinkSample>
  ) =>
    countAll([
      {
        sample: sampleOf({ ...LIMITS, seq: 1, seconds: 0, ...before }),
        heardAt: START
      },
      {
        sample: sampleOf({ ...LIMITS, seq: 2, seconds: 0, ...now }),
        heardAt: START + seconds * 1000
      }
    ])[1]!;

  it('says when a claim was cut, and what was cut does not come back', () => {
    const deltas = countAll(
      [0, 1e6, 1e6].map((cpuSeconds, seq) => ({
        sample: sampleOf({ ...LIMITS, ...zero, cpuSeconds, seq, seconds: 0 }),
        heardAt: START + seq * 1e6
      }))
    );
    assert.deepEqual(
      deltas.map(({ cut }) => cut),
      [false, true, false]
    );
    assert.equal(
      deltas[1]!.cpuSeconds,
      2 * (1000 * (1 + SPARE_SHARE) + SPARE_SECONDS)
    );
    assert.equal(deltas[2]!.cpuSeconds, 0);
  });

  it('that was not claimed when it could have been is not saved up', () => {
    const deltas = countAll(
      [0, 0, 1e6].map((cpuSeconds, seq) => ({
        sample: sampleOf({ ...LIMITS, ...zero, cpuSeconds, seq, seconds: 0 }),
        heardAt: START + [0, 3600, 3610][seq]! * 1000
      }))
    );
    const most = 2 * (10 * (1 + SPARE_SHARE) + SPARE_SECONDS);
    assert.equal(deltas[2]!.cpuSeconds, most);
  });

  it('has the time of the companion at both ends', () => {
    const { from, to, boot } = after(10, zero, zero);
    assert.deepEqual([from, to, boot], [START, START + 10_000, '5f8d2c']);
  });

  it('may exceed a limit that only the hub has named, and then the machine is the bound', () => {
    const cpu = { limit: 2, limitBy: 'hub', total: 8 } as const;
    const { cpuSeconds, cut } = after(
      1000,
      { ...zero, cpu },
      { ...zero, cpu, cpuSeconds: 7500 }
    );
    assert.deepEqual([cpuSeconds, cut], [7500, false]);
  });

  it('is bounded also where a server names no limit and no machine', () => {
    const unnamed = { cpu: {}, memory: {} };
    const { cpuSeconds, memoryByteSeconds, cut } = after(
      10,
      { ...zero, ...unnamed },
      { ...zero, ...unnamed, cpuSeconds: 1e15, memoryByteSeconds: 1e300 }
    );
    assert.ok(cpuSeconds < 4096 * 100 && memoryByteSeconds < 2 ** 46 * 100);
    assert.ok(cut);
  });

  it('is counted by the higher limit where the limit was changed on the way', () => {
    const cpu = { limit: 1, limitBy: 'cgroup' } as const;
    const { cpuSeconds, cut } = after(1000, zero, {
      ...zero,
      cpu,
      cpuSeconds: 2000
    });
    assert.deepEqual([cpuSeconds, cut], [2000, false]);
  });

  it('of GPUs is none where there are none', () => {
    const none = { ...zero, gpus: 0 };
    const { gpuHeldSeconds, cut } = after(1000, none, {
      ...none,
      gpuHeldSeconds: 10
    });
    assert.deepEqual([gpuHeldSeconds, cut], [0, true]);
  });
});

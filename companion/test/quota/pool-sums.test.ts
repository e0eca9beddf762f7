/** Sums of large pools that are added up beforehand say what adding up at once says. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Allowance } from '@jupyterlab-commons/protocol';
import { evaluate } from '../../src/quota/evaluate.ts';
import { MANY, PoolSums } from '../../src/quota/pool-sums.ts';
import { policies } from '../enforcement/test-quota.ts';
import { testLedger, type TestLedger } from '../ledger/test-ledger.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { TestClock } from '../rooms/test-clock.ts';

const HOUR = 3_600_000;
const PEOPLE = MANY + 50;
const set = policies(`
timezone: Europe/Vienna
profiles: [{name: all, gpus: 1, gpu: A100}]
policies:
  - {name: rolling, resource: server-hours, limit: 500, window: {rolling: 7d}, pool: shared}
  - {name: rolling-used-up, resource: gpu-hours, limit: 20, window: {rolling: 7d}, pool: shared}
  - {name: calendar, resource: gpu-hours, limit: 900, window: {calendar: week}, pool: shared, for: {group: lab}}
  - {name: balance, resource: server-hours, window: {balance: {refill: 100, every: day, cap: 900}}, pool: shared}
`);

function fill(ledger: TestLedger, clock: TestClock, seed: number): void {
  const below = randomFrom(seed);
  const random = () => below(1_000_000) / 1_000_000;
  for (let number = 0; number < PEOPLE; number++) {
    const user = `u${number}`;
    ledger.addUser(user, number % 5 === 0 ? [] : ['lab']);
    for (let run = 0; run < 4; run++) {
      const hours = random() * 6;
      const from = clock.now() - hours * HOUR - random() * 9 * 24 * HOUR;
      ledger.addRun({ user, from, hours, gpus: 1, gpuModel: 'A100' });
    }
    if (random() < 0.3) {
      const hours = random() * 3;
      const from = clock.now() - hours * HOUR;
      ledger.addRun({ user, from, hours, open: true });
    }
  }
}

/** All servers that run have run on. */
function poll(ledger: TestLedger, clock: TestClock, ms: number): void {
  clock.advance(ms);
  for (const run of ledger.running()) {
    const to = clock.now();
    const seconds = (to - run.from) / 1000;
    ledger.runsOf(run.user).setOpen({ ...run, to, seconds });
  }
  ledger.touch();
}

describe('sums of large pools', () => {
  for (const seed of [1, 2, 3, seedOf('sums of large pools')]) {
    it(`say the same as adding up at once (seed ${seed})`, async () => {
      const clock = new TestClock();
      clock.advance(60 * 24 * HOUR);
      const ledger = testLedger({ since: clock.now() - 20 * 24 * HOUR });
      fill(ledger, clock, seed);
      const pools = new PoolSums();
      const person = { user: 'u1', groups: ['lab'] };
      for (const passed of [0, 30_000, 2 * HOUR]) {
        poll(ledger, clock, passed);
        await pools.refresh(set, ledger, () => clock.now());
        const plain = { set: set, ledger, overrides: [], now: clock.now() };
        const direct = evaluate(plain, person);
        const kept = evaluate({ ...plain, pools }, person);
        assert.equal(direct.length, 4);
        direct.forEach((each, index) => {
          const other = kept[index]!;
          near(other.used, each.used, 1e-6);
          near(other.endsAt, each.endsAt, 60_000);
          near(other.freeAt, each.freeAt, 60_000);
          assert.deepEqual(withoutMoments(other), withoutMoments(each));
        });
      }
    });
  }

  it('hold until they are added up anew, and not for ever', async () => {
    const clock = new TestClock();
    const ledger = testLedger();
    fill(ledger, clock, 1);
    const pools = new PoolSums();
    const [policy] = set.policies;
    assert.equal(pools.get(policy!, clock.now()), null);
    await pools.refresh(set, ledger, () => clock.now());
    const before = pools.get(policy!, clock.now())!.used;
    ledger.addRun({ user: 'u1', from: clock.now() - HOUR, hours: 1 });
    assert.equal(pools.get(policy!, clock.now())!.used, before);
    await pools.refresh(set, ledger, () => clock.now());
    near(pools.get(policy!, clock.now())!.used, before + 1, 1e-6);
    clock.advance(6 * 60_000);
    assert.equal(pools.get(policy!, clock.now()), null);
  });

  it('add up somebody with very many runs', async () => {
    const clock = new TestClock();
    const ledger = testLedger();
    fill(ledger, clock, 1);
    const [policy] = set.policies;
    const pools = new PoolSums();
    await pools.refresh(set, ledger, () => clock.now());
    const before = pools.get(policy!, clock.now())!.used;
    const most = 150_000;
    for (let run = most; run > 0; run--) {
      ledger.addRun({ user: 'u1', from: clock.now() - run * 100, hours: 1e-5 });
    }
    const anew = new PoolSums();
    await anew.refresh(set, ledger, () => clock.now());
    near(anew.get(policy!, clock.now())!.used, before + most * 1e-5, 1e-6);
  });

  it('of the window before say nothing of the next one', async () => {
    const clock = new TestClock();
    const ledger = testLedger();
    fill(ledger, clock, 1);
    const pools = new PoolSums();
    const calendar = set.policies.find(({ name }) => name === 'calendar')!;
    // Monday in Vienna begins on Sunday at 23:00 UTC.
    clock.advance(4 * 24 * HOUR - HOUR - 60_000);
    await pools.refresh(set, ledger, () => clock.now());
    assert.notEqual(pools.get(calendar, clock.now()), null);
    clock.advance(60_000);
    assert.equal(pools.get(calendar, clock.now()), null);
  });
});

/** What is the same however sums were made. */
function withoutMoments(allowance: Allowance): object {
  const moments = ['used', 'endsAt', 'freeAt'];
  const rest = Object.entries(allowance).filter(
    ([key]) => !moments.includes(key)
  );
  return Object.fromEntries(rest);
}

function near(
  actual: number | null | undefined,
  wanted: number | null | undefined,
  most: number
): void {
  if (typeof actual !== 'number' || typeof wanted !== 'number') {
    assert.equal(actual, wanted);
    return;
  }
  assert.ok(
    Math.abs(actual - wanted) <= most,
    `${actual} is not near ${wanted}`
  );
}

/** Q11: busy is not idle, and who says nothing is not idle either. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { idleAdvice } from '@jupyterlab-commons/protocol';
import { Idle } from '../../src/enforcement/idle.ts';
import type { ServerPresent } from '../../src/usage/lives.ts';
import type { UsedDelta } from '../../src/usage/delta.ts';
import { testLedger, type TestLedger } from '../ledger/test-ledger.ts';
import { TestClock } from '../rooms/test-clock.ts';

const MINUTE = 60_000;

describe('what is idle', () => {
  let clock: TestClock;
  let ledger: TestLedger;
  let people: boolean;
  let heard: ServerPresent | null;
  let idle: Idle;

  beforeEach(() => {
    clock = new TestClock();
    ledger = testLedger();
    people = false;
    heard = null;
    ledger.addRun({ user: 'ada', from: clock.now(), hours: 1, open: true });
    idle = new Idle({
      running: () => ledger.running(),
      newest: () => heard,
      hasPeople: () => people,
      clock
    });
    idle.start();
  });

  /** The server reports every minute for so long. */
  function pass(minutes: number, busy = false, cores = 0.01, gpu = 0): void {
    for (let minute = 0; minute < minutes; minute++) {
      heard = {
        ...{ seq: minute, heardAt: clock.now(), busy },
        ...{ memoryBytes: undefined, cpuCores: cores }
      };
      const to = clock.now();
      const delta = { from: to - MINUTE, to, gpuBusySeconds: gpu };
      idle.used('ada', '', delta as UsedDelta);
      clock.advance(MINUTE);
    }
  }

  const advice = async () => {
    const { servers } = idleAdvice(await idle.advice());
    return servers[0]!;
  };
  const idleMinutes = async () =>
    Math.floor((clock.now() - (await advice()).idleSince!) / MINUTE);

  it('a server on which nothing happens, and since when', async () => {
    pass(10);
    assert.deepEqual((await advice()).signs, []);
    assert.equal(await idleMinutes(), 9);
  });

  it('a kernel, CPU, a GPU, or people: each of them is enough', async () => {
    pass(1, true);
    assert.deepEqual((await advice()).signs, ['kernel']);
    pass(1, false, 0.5);
    assert.deepEqual((await advice()).signs, ['cpu']);
    pass(1, false, 0, 30);
    assert.deepEqual((await advice()).signs, ['gpu']);
    pass(1);
    people = true;
    assert.deepEqual(await advice(), {
      ...{ user: 'ada', server: '' },
      ...{ signs: ['people'], idleSince: null }
    });
  });

  it('work in between begins the time anew', async () => {
    pass(10);
    pass(1, true);
    pass(3);
    assert.equal(await idleMinutes(), 2);
  });

  it('work between two questions is not missed', async () => {
    pass(10);
    people = true;
    clock.advance(MINUTE);
    people = false;
    pass(1);
    assert.ok((await idleMinutes()) <= 1);
  });

  it('a server that has said nothing, or not for two minutes, is unknown and never idle', async () => {
    assert.deepEqual((await advice()).signs, ['unknown']);
    pass(10);
    clock.advance(2 * MINUTE);
    assert.deepEqual((await advice()).signs, ['unknown']);
    assert.equal((await advice()).idleSince, null);
    pass(1);
    assert.equal(await idleMinutes(), 0);
  });

  it('a GPU whose use of before is told at once counts as at work', async () => {
    pass(1);
    const delta = { from: null, to: clock.now(), gpuBusySeconds: 5 };
    idle.used('ada', '', delta as UsedDelta);
    assert.deepEqual((await advice()).signs, ['gpu']);
  });

  it('only servers that the hub runs, each with its own time', async () => {
    pass(10);
    const from = clock.now() - MINUTE;
    const runs = ledger.runsOf('ada');
    const first = runs.openOn('')!;
    runs.end({ ...first, open: false });
    assert.deepEqual((await idle.advice()).servers, []);
    ledger.addRun({ user: 'ada', from, hours: 0, open: true });
    assert.ok((await idleMinutes()) <= 1);
  });

  it('nothing is left of it when it is stopped', async () => {
    idle.stop();
    assert.equal(clock.pending, 0);
  });
});

/** Q8: a stop that an admin planned and one that a limit plans, of the same server. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { StoredStop } from '../../src/storage/ledger-store.ts';
import { DAY, HOUR, MINUTE, TestQuota } from './test-quota.ts';

const root = { user: 'root', admin: true };
/** An admin of a group. */
const carol = { user: 'carol', admin: false };
const wanted = {
  ...{ user: 'ada', server: '', graceSeconds: 24 * 3600 },
  message: 'Maintenance at noon.'
};

describe('a stop by an admin and one by a limit', () => {
  let quota: TestQuota;

  beforeEach(async () => {
    quota = await new TestQuota(DAY).start();
  });

  const left = () => (quota.stops.nextAt('ada') ?? NaN) - quota.clock.now();

  it('the earlier moment holds, whichever came first', async () => {
    quota.run('ada', 9);
    quota.run('bob', 10);
    quota.stops.planBy(root, wanted);
    await quota.look();
    assert.equal(left(), 24 * HOUR);
    quota.stops.planBy(root, { ...wanted, user: 'bob' });
    assert.equal(quota.stops.nextAt('bob'), quota.clock.now() + 5 * MINUTE);
    await quota.pass(HOUR);
    assert.ok(left() <= 5 * MINUTE, `${left()}`);
    assert.match(quota.audited.join('\n'), /stop-planned ada by policy/);
    await quota.pass(6 * MINUTE);
    assert.deepEqual(quota.hub.stopped.sort(), ['ada/', 'bob/']);
  });

  it("an override leaves the admin's moment, and the limit that is used up anew comes before it again", async () => {
    quota.run('ada', 10);
    await quota.look();
    quota.stops.planBy(root, { ...wanted, graceSeconds: 7200 });
    assert.equal(left(), 5 * MINUTE);
    await quota.pass(MINUTE);
    quota.grant({ extra: 5 });
    await quota.look();
    assert.equal(left(), 119 * MINUTE);
    quota.overrides.length = 0;
    await quota.look();
    assert.equal(left(), 5 * MINUTE);
    quota.grant({ extra: 5 });
    await quota.pass(2 * HOUR);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    assert.match(quota.audited.at(-1)!, /^stopped ada by root/);
  });

  it('planning one and taking it back wins no time', async () => {
    quota.run('ada', 10);
    await quota.look();
    const at = quota.stops.nextAt('ada');
    for (let minute = 0; minute < 4; minute++) {
      await quota.pass(MINUTE);
      quota.stops.planBy(carol, wanted);
      await quota.look();
      assert.equal(quota.stops.cancelBy(carol, 'ada', ''), true);
      assert.equal(quota.stops.nextAt('ada'), at);
      assert.equal(quota.stops.of('ada')[0]!.because, 'policy');
      await quota.look();
      assert.equal(quota.stops.nextAt('ada'), at);
    }
    await quota.pass(MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });

  it('that of a limit is taken back by admins of the hub alone', async () => {
    quota.run('ada', 10);
    await quota.look();
    assert.throws(
      () => quota.stops.cancelBy(carol, 'ada', ''),
      /grant more instead, or ask an admin of the hub/
    );
    await quota.pass(MINUTE);
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), true);
    await quota.look();
    assert.equal(left(), 5 * MINUTE, 'with the whole grace');
  });

  it('that of an admin is taken back by who planned it, and by admins of the hub', async () => {
    quota.run('ada', 1);
    quota.stops.planBy(root, wanted);
    assert.throws(
      () => quota.stops.cancelBy(carol, 'ada', ''),
      /root has planned it/
    );
    const kept = quota.stops.planBy(carol, { ...wanted, graceSeconds: 3600 })!;
    assert.deepEqual([kept.by, left()], ['root', HOUR]);
    assert.throws(() => quota.stops.cancelBy(carol, 'ada', ''));
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), true);
    quota.stops.planBy(carol, wanted);
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), true);
    quota.stops.planBy(carol, wanted);
    assert.equal(quota.stops.cancelBy(carol, 'ada', ''), true);
    assert.deepEqual(quota.stops.of('ada'), []);
  });

  /** The companion dies, and a new one comes. */
  const restart = async () => {
    quota.stops.stop();
    await quota.pass(MINUTE);
    const { overrides } = quota;
    quota = await new TestQuota(DAY, quota).start();
    quota.overrides.push(...overrides);
    await quota.look();
  };

  it("over a restart the limit's stop holds, and the admin's moment again when the limit allows it", async () => {
    quota.run('ada', 10);
    await quota.look();
    quota.stops.planBy(root, { ...wanted, graceSeconds: 7200 });
    await restart();
    assert.equal(left(), 4 * MINUTE);
    quota.grant({ extra: 5 });
    await quota.look();
    assert.equal(left(), 119 * MINUTE);
    assert.deepEqual(quota.stops.of('ada')[0]!.by, 'root');
    await restart();
    assert.equal(left(), 118 * MINUTE);
    quota.overrides.length = 0;
    await quota.look();
    assert.equal(left(), 5 * MINUTE);
  });

  it("over a restart the limit's stop comes back when the admin's is taken back, and no later", async () => {
    quota.run('ada', 10);
    await quota.look();
    const at = quota.stops.nextAt('ada')!;
    quota.stops.planBy(carol, { ...wanted, graceSeconds: 150 });
    await restart();
    assert.equal(left(), 90_000);
    assert.equal(quota.stops.cancelBy(carol, 'ada', ''), true);
    const [stop] = quota.stops.of('ada');
    assert.deepEqual([stop!.policy, stop!.stopAt], ['hours', at]);
    await restart();
    assert.deepEqual(quota.stops.of('ada'), [stop]);
  });

  it('a stop that was written down before there were two goes on', async () => {
    quota.run('ada', 1);
    quota.stops.planBy(root, wanted);
    const [{ asked, ...old }] = (await quota.store.stops()) as [StoredStop];
    assert.deepEqual(asked, { at: old.stopAt, limit: null });
    await quota.store.putStop(old);
    await restart();
    assert.equal(left(), 24 * HOUR - MINUTE);
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), true);
  });

  it('a hub that was away warns anew, and the limit does not shorten that', async () => {
    quota.run('ada', 10);
    await quota.look();
    quota.stops.planBy(root, wanted);
    quota.hub.mood = 'away';
    await quota.pass(HOUR);
    quota.hub.returns();
    await quota.pass(10_000);
    assert.ok(left() >= 45_000 && left() <= MINUTE, `${left()}`);
    await quota.pass(MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });
});

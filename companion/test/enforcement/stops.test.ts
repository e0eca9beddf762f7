/** Q8: how a server is stopped, and what keeps it from being stopped. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { quotaNews } from '@jupyterlab-commons/protocol';
import { DAY, HOUR, MINUTE, NONE, profiles, TestQuota } from './test-quota.ts';

describe('a countdown', () => {
  let quota: TestQuota;

  beforeEach(async () => {
    quota = await new TestQuota(DAY).start();
  });

  /** Somebody has just used up their hours. */
  async function usedUp(user = 'ada'): Promise<void> {
    quota.run(user, 10);
    await quota.look();
  }

  it('is told with its moment and reason, then to save, then the server is stopped', async () => {
    await usedUp();
    const { stop } = quota.told.find(({ kind }) => kind === 'stop')!;
    assert.deepEqual(stop, {
      server: '',
      stopAt: quota.clock.now() + 5 * MINUTE,
      because: 'policy',
      policy: 'hours',
      message: 'Server hours of a day: 10 of 10 server hours are used.'
    });
    assert.deepEqual(quota.stops.of('ada'), [stop]);
    await quota.pass(5 * MINUTE - 31_000);
    assert.deepEqual(quota.done, []);
    await quota.pass(1000);
    assert.equal(quota.news().at(-1), "save ''");
    assert.deepEqual(quota.done, ['flush ada/', 'keep-open']);
    assert.deepEqual(quota.hub.stopped, []);
    await quota.pass(30_000);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    // What was typed while others saved is written too.
    assert.deepEqual(quota.done, ['flush ada/', 'keep-open', 'flush ada/']);
    assert.deepEqual(quota.ledger.running('ada'), []);
    assert.deepEqual(quota.stops.of('ada'), []);
    assert.deepEqual(await quota.store.stops(), []);
    assert.deepEqual(
      quota.audited.map(line => line.split(' ', 1)[0]),
      ['stop-planned', 'stopped']
    );
    quota.told.forEach(({ user: _, ...news }) => quotaNews(news));
  });

  it('is not begun twice, and stops once', async () => {
    await usedUp();
    await quota.pass(10 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    assert.equal(quota.news().filter(each => each === "stop ''").length, 1);
  });

  it('each named server has one of its own, and only those that take what is used up', async () => {
    quota.run('ada', 4, { server: 'gpu', gpus: 1 });
    quota.run('ada', 1, { server: 'small' });
    await quota.look();
    assert.deepEqual(
      quota.stops.of('ada').map(({ server, policy }) => [server, policy]),
      [['gpu', 'gpu']]
    );
    await quota.pass(3 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/gpu']);
  });

  it('of two limits that are used up the shorter grace counts', async () => {
    quota.run('ada', 10, { gpus: 1 });
    await quota.look();
    const [stop] = quota.stops.of('ada');
    assert.equal(stop!.policy, 'gpu');
    assert.equal(stop!.stopAt, quota.clock.now() + 2 * MINUTE);
  });

  it('an override cancels it, and it is told', async () => {
    await usedUp();
    quota.grant({ extra: 5 });
    await quota.look();
    assert.deepEqual(quota.news().slice(-2).sort(), [
      "cancelled ''",
      'granted hours 50'
    ]);
    await quota.pass(10 * MINUTE);
    assert.deepEqual(quota.hub.stopped, []);
    assert.deepEqual(await quota.store.stops(), []);
    assert.match(quota.audited.at(-1)!, /stop-cancelled.*allows it again/);
  });

  it('an override cancels it while pages save', async () => {
    await usedUp();
    await quota.pass(5 * MINUTE - 5_000);
    assert.equal(quota.news().at(-1), "save ''");
    quota.grant({ extra: 5 });
    await quota.pass(MINUTE);
    assert.deepEqual(quota.hub.stopped, []);
  });

  it('policies that are changed cancel it, or move it forward, never back', async () => {
    await usedUp();
    const at = quota.stops.nextAt('ada')!;
    const withGrace = (grace: string) =>
      new TestQuota(DAY.replace('grace: 5m', `grace: ${grace}`)).set;
    quota.set = withGrace('1h');
    await quota.look();
    assert.equal(quota.stops.nextAt('ada'), at);
    quota.set = withGrace('1m');
    await quota.look();
    assert.equal(quota.stops.nextAt('ada'), quota.clock.now() + MINUTE);
    quota.set = new TestQuota(NONE).set;
    await quota.look();
    assert.equal(quota.stops.nextAt('ada'), null);
  });

  it('a server that ends by itself is told of and forgotten', async () => {
    await usedUp();
    quota.end('ada');
    await quota.look();
    assert.equal(quota.news().at(-1), "cancelled ''");
    await quota.pass(10 * MINUTE);
    assert.deepEqual(quota.hub.stopped, []);
  });

  it('a server that was started anew has a countdown of its own', async () => {
    await usedUp();
    await quota.pass(4 * MINUTE);
    quota.end('ada');
    quota.run('ada', 0);
    await quota.look();
    assert.equal(quota.stops.nextAt('ada'), quota.clock.now() + 5 * MINUTE);
    await quota.pass(2 * MINUTE);
    assert.deepEqual(quota.hub.stopped, []);
  });

  it('a server that was started anew a moment before is not stopped, though no poll has told', async () => {
    await usedUp();
    await quota.pass(4 * MINUTE);
    quota.hub.servers.set('ada/', quota.clock.now());
    await quota.pass(2 * MINUTE);
    assert.deepEqual(quota.hub.stopped, []);
  });

  it('a hub that takes its time is waited for', async () => {
    await usedUp();
    quota.hub.mood = 'slow';
    await quota.pass(5 * MINUTE);
    assert.deepEqual(quota.stops.of('ada').length, 1);
    await quota.pass(10_000);
    assert.deepEqual(quota.stops.of('ada'), []);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });

  it('one that cannot be stopped is tried again, told to the admin, and stopped once it can be', async () => {
    await usedUp();
    quota.hub.mood = 'cannot';
    await quota.pass(6 * MINUTE);
    const [failing] = quota.stops.failing();
    assert.deepEqual(
      [failing!.user, failing!.server, failing!.reason],
      ['ada', '', 'Error: the hub answers 500']
    );
    assert.match(quota.audited.at(-1)!, /^stop-failed ada by policy/);
    const attempts = () =>
      quota.audited.filter(line => line.startsWith('stop-failed')).length;
    const soon = attempts();
    await quota.pass(HOUR);
    // At first every half minute, then twice as long each time, at most every ten minutes.
    assert.ok(attempts() - soon >= 5 && attempts() - soon <= 12);
    quota.hub.mood = 'well';
    await quota.pass(11 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    assert.deepEqual(quota.stops.failing(), []);
  });

  it('waits while the hub is away, and warns anew when it is back', async () => {
    await usedUp();
    quota.hub.mood = 'away';
    await quota.pass(HOUR);
    assert.equal(quota.stops.of('ada').length, 1);
    assert.deepEqual(quota.stops.failing(), []);
    quota.hub.returns();
    await quota.pass(10_000);
    assert.equal(quota.news().at(-1), "stop ''");
    const left = quota.stops.nextAt('ada')! - quota.clock.now();
    assert.ok(left >= 50_000 && left <= MINUTE);
    await quota.pass(MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });

  it('a stop whose answer was lost is not asked for again', async () => {
    await usedUp();
    quota.hub.mood = 'lost-answer';
    await quota.pass(6 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    quota.hub.returns();
    // The person has started it anew, with the admin's leave, before any poll.
    quota.hub.servers.set('ada/', quota.clock.now());
    await quota.pass(5 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });
});

describe('over a restart of the companion', () => {
  it('the countdown goes on to the same moment', async () => {
    const before = await new TestQuota(DAY).start();
    before.run('ada', 10);
    await before.look();
    const at = before.stops.nextAt('ada');
    before.stops.stop();
    await before.pass(MINUTE);
    const after = await new TestQuota(DAY, before).start();
    await after.look();
    assert.equal(after.stops.nextAt('ada'), at);
    assert.deepEqual(after.news(), []);
    // Pages connect anew, and hear of it under the key that they know.
    assert.deepEqual(
      after.stops.standing('ada').map(({ key }) => key),
      [before.told.find(({ kind }) => kind === 'stop')!.key]
    );
    await after.pass(5 * MINUTE);
    assert.deepEqual(after.hub.stopped, ['ada/']);
  });

  it('whose moment has passed meanwhile is warned for a minute', async () => {
    const before = await new TestQuota(DAY).start();
    before.run('ada', 10);
    await before.pass(4 * MINUTE + 45_000);
    before.stops.stop();
    before.clock.advance(HOUR);
    const after = await new TestQuota(DAY, before).start();
    assert.equal(after.stops.nextAt('ada'), after.clock.now() + MINUTE);
    await after.pass(59_000);
    assert.deepEqual(after.hub.stopped, []);
    await after.pass(2_000);
    assert.deepEqual(after.hub.stopped, ['ada/']);
  });

  it('what was granted meanwhile cancels it', async () => {
    const before = await new TestQuota(DAY).start();
    before.run('ada', 10);
    await before.look();
    before.stops.stop();
    const after = await new TestQuota(DAY, before).start();
    after.grant({ extra: 5 });
    await after.look();
    assert.deepEqual(after.news(), ["cancelled ''"]);
    assert.deepEqual(await after.store.stops(), []);
  });
});

describe('a stop by an admin', () => {
  const root = { user: 'root', admin: true };
  const wanted = {
    ...{ user: 'ada', server: '', graceSeconds: 120 },
    message: 'Maintenance at noon.'
  };

  it('is told with their words, and stops what no limit stops', async () => {
    const quota = await new TestQuota(NONE).start();
    quota.run('ada', 1);
    const stop = quota.stops.planBy(root, wanted)!;
    assert.deepEqual(stop, {
      server: '',
      stopAt: quota.clock.now() + 2 * MINUTE,
      because: 'admin',
      by: 'root',
      message: 'Maintenance at noon.'
    });
    assert.deepEqual(quota.news(), ["stop ''"]);
    await quota.pass(2 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    assert.match(quota.audited.join(), /stopped ada by root.*Maintenance/);
  });

  it('of a server that does not run is none', async () => {
    const quota = await new TestQuota(NONE).start();
    assert.equal(quota.stops.planBy(root, wanted), null);
  });

  it('can be taken back until it is too late', async () => {
    const quota = await new TestQuota(NONE).start();
    quota.run('ada', 1);
    quota.stops.planBy(root, wanted);
    await quota.pass(100_000);
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), true);
    assert.deepEqual(quota.news().at(-1), "cancelled ''");
    quota.stops.planBy(root, wanted);
    quota.hub.mood = 'slow';
    await quota.pass(2 * MINUTE);
    assert.equal(quota.stops.cancelBy(root, 'ada', ''), false);
    assert.equal(quota.stops.cancelBy(root, 'bob', ''), false);
  });

  it('leaves at least ten seconds to save, whatever was written', async () => {
    const quota = await new TestQuota(NONE).start();
    quota.run('ada', 1);
    quota.stops.planBy(root, { ...wanted, graceSeconds: 0 });
    assert.equal(quota.stops.nextAt('ada'), quota.clock.now() + 10_000);
    await quota.pass(1000);
    assert.equal(quota.news().at(-1), "save ''");
    await quota.pass(10_000);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
  });

  it('a store that cannot be written does not keep it from coming', async () => {
    const quota = await new TestQuota(NONE).start();
    quota.store.putStop = () => Promise.reject(new Error('disk full'));
    quota.store.deleteStop = () => Promise.reject(new Error('disk full'));
    quota.run('ada', 1);
    quota.stops.planBy(root, wanted);
    await quota.pass(3 * MINUTE);
    assert.deepEqual(quota.hub.stopped, ['ada/']);
    assert.match(quota.lines.join(''), /could not be written down/);
  });

  it('servers whose names are as long as names may be have keys that fit', async () => {
    const quota = await new TestQuota(`${profiles}policies: []`).start();
    const servers = ['1', '2'].map(end => `${'s'.repeat(254)}${end}`);
    for (const server of servers) {
      quota.run('ada', 1, { server });
      quota.stops.planBy(root, { ...wanted, server });
    }
    assert.equal(new Set(quota.told.map(({ key }) => key)).size, 2);
    quota.told.forEach(({ user: _, ...news }) => quotaNews(news));
  });
});

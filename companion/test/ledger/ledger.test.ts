/** Q1 to Q3: what is counted of what the hub was seen to say. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { NO_RATES } from '../../src/ledger/rates.ts';
import type { Correction } from '../../src/ledger/types.ts';
import { allRuns } from '../storage/ledger-samples.ts';
import { HOUR, HubRun, listed, MINUTE, SECOND, settled } from './hub-run.ts';

const near = (found: number, wanted: number, what?: string) =>
  assert.ok(
    Math.abs(found - wanted) < 1e-6,
    `${what ?? ''} ${found} ${wanted}`
  );

describe('a run', () => {
  let hub: HubRun;
  beforeEach(async () => {
    hub = await new HubRun().start();
    await hub.poll();
  });

  it('Q2 counts from its start by the hub to when it was last seen', async () => {
    hub.clock.advance(20 * SECOND);
    hub.run('ada');
    await hub.poll(10 * SECOND);
    near(hub.seconds('ada'), 10);
    await hub.poll(30 * SECOND);
    near(hub.seconds('ada'), 40);
    assert.equal(hub.ledger.running('ada').length, 1);
    hub.end('ada');
    await hub.poll(30 * SECOND);
    near(hub.seconds('ada'), 40);
    assert.deepEqual(hub.ledger.running(), []);
  });

  it('Q2 polls that fail extend nothing and drop nothing', async () => {
    hub.run('ada');
    hub.run('bob');
    await hub.poll(30 * SECOND);
    hub.clock.advance(HOUR);
    near(hub.seconds('ada'), 30);
    assert.equal(hub.ledger.running().length, 2);
    hub.end('bob');
    await hub.poll();
    near(hub.seconds('ada'), 30 + 3600);
    near(hub.seconds('bob'), 30);
  });

  it('Q2 that one poll did not name and the next one does has run all the while', async () => {
    hub.run('ada');
    const [[, servers]] = [...hub.servers] as [[string, Map<string, number>]];
    await hub.poll(MINUTE);
    hub.servers.set('ada', new Map());
    await hub.poll(MINUTE);
    assert.equal(hub.ledger.running('ada').length, 0);
    hub.servers.set('ada', servers);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 180);
    assert.equal(hub.ledger.runs('ada', 0).length, 1);
    assert.equal((await allRuns(hub.store)).length, 1);
  });

  it('Q2 with another start is another, of the same server too', async () => {
    hub.run('ada');
    await hub.poll(MINUTE);
    hub.clock.advance(10 * SECOND);
    hub.run('ada');
    await hub.poll(20 * SECOND);
    near(hub.seconds('ada'), 80);
    assert.deepEqual(
      hub.ledger.runs('ada', 0).map(({ open }) => open),
      [false, true]
    );
  });

  it('Q2 is continued over an hour without a companion', async () => {
    hub.run('ada');
    hub.run('bob');
    await hub.poll(MINUTE);
    await hub.poll(MINUTE);
    await hub.restart(HOUR);
    near(hub.seconds('ada'), 120, 'known before the first poll');
    hub.end('bob');
    hub.run('eve');
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 180 + 3600);
    near(hub.seconds('bob'), 120);
    near(hub.seconds('eve'), 60);
    await hub.restart();
    await hub.poll();
    near(hub.seconds('ada'), 180 + 3600);
  });

  it('Q2 that began while there was no companion counts from its start', async () => {
    await settled();
    hub.clock.advance(20 * MINUTE);
    hub.run('ada');
    await hub.restart(10 * MINUTE);
    await hub.poll();
    near(hub.seconds('ada'), 600);
  });

  it('before the ledger began is not counted', async () => {
    const late = new HubRun();
    late.run('ada', '', late.clock.now() - 5 * HOUR);
    await late.start();
    await late.poll();
    near(late.seconds('ada'), 0);
    await late.poll(MINUTE);
    near(late.seconds('ada'), 60);
    assert.equal(late.ledger.since, late.clock.now() - MINUTE);
    await late.restart(HOUR);
    assert.equal(late.ledger.since, late.clock.now() - MINUTE - HOUR);
  });

  it('that we stopped ourselves ends at that moment, whatever a poll that had begun says', async () => {
    hub.run('ada');
    await hub.poll(MINUTE);
    const look = { ...hub.ledger.time(), took: 5 };
    const early = [listed('ada', Object.fromEntries(hub.servers.get('ada')!))];
    hub.clock.advance(10 * SECOND);
    hub.ledger.ended('ada', '', hub.clock.now() - SECOND);
    near(hub.seconds('ada'), 69);
    await hub.ledger.polled(early, look);
    near(hub.seconds('ada'), 69);
    assert.equal(hub.ledger.running().length, 0);
    await settled();
    assert.equal((await allRuns(hub.store))[0]?.open, false);
    hub.ledger.ended('ada', '', hub.clock.now());
    hub.ledger.ended('nobody', '', hub.clock.now());
    near(hub.seconds('ada'), 69);
  });

  it('that is still there after a stop has not ended', async () => {
    hub.run('ada');
    await hub.poll(MINUTE);
    hub.ledger.ended('ada', '', hub.clock.now());
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 120);
    assert.equal(hub.ledger.running().length, 1);
  });

  it('Q2 is counted by a clock that does not jump', async () => {
    hub.run('ada');
    await hub.poll(MINUTE);
    hub.clock.set(5 * HOUR);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 120);
    hub.clock.set(-9 * HOUR);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 180);
    const pieces = hub.ledger.runs('ada', 0);
    assert.deepEqual(pieces.map(({ piece }) => piece).sort(), [0, 1, 2]);
    const now = hub.clock.now();
    near(
      hub.ledger.used('ada', 'server-hours', null, now - MINUTE, now) * 3600,
      60,
      'where the clock says it was'
    );
    await hub.restart(MINUTE);
    await hub.poll();
    near(hub.seconds('ada'), 240);
  });

  it('that was cut goes on with its last piece, wherever the clock stood', async () => {
    hub.run('ada');
    await hub.poll(HOUR);
    hub.clock.set(-9 * HOUR);
    await hub.poll(MINUTE);
    const servers = hub.servers.get('ada')!;
    hub.servers.delete('ada');
    await hub.poll(MINUTE);
    hub.servers.set('ada', servers);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 3600 + 180);
    const pieces = hub.ledger.runs('ada', 0);
    assert.deepEqual(pieces.map(({ piece }) => piece).sort(), [0, 1]);
  });

  it('that the hub says began tomorrow, or in 1970, counts from when it can have begun', async () => {
    await hub.poll(MINUTE);
    hub.run('ada', '', hub.clock.now() + 24 * HOUR);
    hub.run('bob', '', 0);
    hub.run('eve', '', -8.64e15);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 0, 'tomorrow');
    near(hub.seconds('bob'), 60);
    near(hub.seconds('eve'), 60);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 59, 'at most the second that the poll took');
    near(hub.seconds('bob'), 120);
  });

  it('goes on under a new name from the poll before the change, and is not counted twice', async () => {
    hub.run('ada');
    await hub.poll(HOUR);
    hub.servers.set('lovelace', hub.servers.get('ada')!);
    hub.servers.delete('ada');
    await hub.poll(MINUTE);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 3600);
    near(hub.seconds('lovelace'), 120);
  });

  it('takes the rates of its profile, and is cut where they change', async () => {
    hub.ledger.setProfiles(() => ({
      name: 'small',
      rates: { ...NO_RATES, cpu: 2 }
    }));
    hub.run('ada');
    await hub.poll(HOUR);
    hub.ledger.setProfiles(({ profile }) => ({
      name: `big ${profile}`,
      rates: { ...NO_RATES, cpu: 8 }
    }));
    hub.options = { profile: 'gpu' };
    await hub.poll(HOUR);
    near(hub.hours('ada', 'cpu-hours'), 4, 'as it was when last seen');
    await hub.poll(HOUR);
    near(hub.hours('ada', 'cpu-hours'), 12);
    near(hub.hours('ada'), 3);
    assert.deepEqual(
      hub.ledger.runs('ada', 0).map(({ profile, piece }) => [profile, piece]),
      [
        ['small', 0],
        ['big gpu', 1]
      ]
    );
    await hub.restart();
    near(hub.hours('ada', 'cpu-hours'), 12);
  });

  it('that a poll left out does not end', async () => {
    hub.run('ada');
    hub.run('bob');
    await hub.poll(MINUTE);
    hub.clock.advance(MINUTE);
    const look = { ...hub.ledger.time(), took: 1 };
    const started = hub.servers.get('bob')!.get('')!;
    const rest = [listed('bob', { '': started })];
    await hub.ledger.polled(rest, look, new Set(['ada']));
    near(hub.seconds('bob'), 120);
    near(hub.seconds('ada'), 60);
    assert.equal(hub.ledger.running().length, 2);
    await hub.poll(MINUTE);
    near(hub.seconds('ada'), 180);
  });
});

describe('the ledger', () => {
  let hub: HubRun;
  beforeEach(async () => {
    hub = await new HubRun().start();
    await hub.poll();
  });

  it('knows people and groups as last heard, and keeps who is gone with their history', async () => {
    hub.run('ada');
    await hub.poll(HOUR);
    hub.end('ada');
    await hub.ledger.learn([
      listed('ada', {}, { groups: ['lab', 'x'], displayName: 'Ada' }),
      listed('bob', {}, { groups: ['lab'], admin: true })
    ]);
    const members = (group: string) =>
      [...hub.ledger.members(group)].map(({ user }) => user);
    assert.deepEqual(members('lab'), ['ada', 'bob']);
    await hub.ledger.learn([listed('ada', {}, { groups: ['x'] })]);
    assert.deepEqual(members('lab'), ['bob']);
    await hub.ledger.listed(new Set(['bob']));
    assert.equal(hub.ledger.user('ada')?.gone, true);
    await hub.restart();
    assert.equal(hub.ledger.user('ada')?.gone, true);
    assert.equal(hub.ledger.user('bob')?.admin, true);
    assert.deepEqual(members('x'), ['ada'], 'a shared limit still counts them');
    near(hub.hours('ada'), 1);
    hub.run('ada');
    await hub.poll(MINUTE);
    assert.equal(hub.ledger.user('ada')?.gone, false);
  });

  it('Q3 a correction counts where it is said to, and a sum is never negative', async () => {
    hub.run('ada');
    await hub.poll(HOUR);
    const correction: Correction = {
      ...{ id: 'c', user: 'ada', resource: 'server-hours', gpu: null },
      ...{ amount: -0.5, at: hub.clock.now() - MINUTE, by: 'root' },
      ...{ madeAt: hub.clock.now(), reason: 'a node was down' }
    };
    await hub.ledger.correct(correction);
    near(hub.hours('ada'), 0.5);
    await hub.ledger.correct({ ...correction, id: 'd', amount: -100 });
    near(hub.hours('ada'), 0);
    assert.equal(hub.hours('ada'), 0);
    near(
      hub.ledger.used('ada', 'server-hours', null, 0, correction.at),
      59 / 60
    );
    await hub.restart();
    assert.deepEqual(
      hub.ledger.corrections('ada', 0).map(({ id }) => id),
      ['c', 'd']
    );
    assert.equal(hub.hours('ada'), 0);
  });

  it('a correction that could not be written does not count, and one that is made twice counts once', async () => {
    hub.run('ada');
    await hub.poll(HOUR);
    const correction: Correction = {
      ...{ id: 'c', user: 'ada', resource: 'server-hours', gpu: null },
      ...{ amount: 2, at: hub.clock.now() - MINUTE, by: 'root' },
      ...{ madeAt: hub.clock.now(), reason: 'a node was down' }
    };
    const put = hub.store.putCorrection;
    hub.store.putCorrection = () => Promise.reject(new Error('disk full'));
    await assert.rejects(hub.ledger.correct(correction), /disk full/);
    near(hub.hours('ada'), 1);
    hub.store.putCorrection = put;
    await hub.ledger.correct(correction);
    near(hub.hours('ada'), 3);
    await Promise.all([
      hub.ledger.correct(correction),
      hub.ledger.correct(correction)
    ]);
    near(hub.hours('ada'), 3);
    await hub.restart();
    near(hub.hours('ada'), 3);
  });

  it('says that it has changed', async () => {
    const { version } = hub.ledger;
    await hub.poll(MINUTE);
    assert.ok(hub.ledger.version > version);
    assert.equal(hub.ledger.polledAt, hub.clock.now());
  });

  it('forgets what ended before the days that it keeps, and no open run', async () => {
    hub.run('ada');
    hub.run('bob');
    await hub.poll(HOUR);
    hub.end('ada');
    for (let day = 0; day < 402; day++) {
      await hub.poll(24 * HOUR);
    }
    assert.equal(hub.hours('ada'), 0);
    near(hub.hours('bob'), 1 + 402 * 24);
    assert.deepEqual(
      (await allRuns(hub.store)).map(({ user }) => user),
      ['bob']
    );
  });

  it('goes on in memory while nothing can be written, and writes the newest once it can', async () => {
    let isFull = true;
    let waiting: (() => void)[] = [];
    const write = hub.store.putPoll.bind(hub.store);
    let calls = 0;
    hub.store.putPoll = async news => {
      calls++;
      if (isFull) {
        await new Promise<void>(resolve => waiting.push(resolve));
      }
      await write(news);
    };
    hub.run('ada');
    for (let minute = 0; minute < 100; minute++) {
      await hub.poll(MINUTE);
      hub.run('bob');
    }
    assert.equal(calls, 1, 'what comes later does not pile up');
    near(hub.seconds('ada'), 6000);
    isFull = false;
    waiting.forEach(resolve => resolve());
    waiting = [];
    await hub.ledger.close();
    await hub.restart();
    near(hub.seconds('ada'), 6000);
    assert.equal((await allRuns(hub.store)).length, 100);
  });

  it('a write that was refused is made again with the next poll', async () => {
    const write = hub.store.putPoll.bind(hub.store);
    hub.store.putPoll = () => Promise.reject(new Error('full'));
    hub.run('ada');
    await hub.poll(MINUTE);
    hub.store.putPoll = write;
    await hub.poll(MINUTE);
    await hub.restart();
    near(hub.seconds('ada'), 120);
  });
});

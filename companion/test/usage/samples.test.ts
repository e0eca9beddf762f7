/** Samples are claims, the newest counts, and a lost server is not forgotten: rules U. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { LinkSample } from '@jupyterlab-commons/protocol';
import { Links } from '../../src/live/link.ts';
import { createLog } from '../../src/log.ts';
import type { UsedDelta } from '../../src/usage/delta.ts';
import { MOST_ENDED } from '../../src/usage/lives.ts';
import { Samples } from '../../src/usage/samples.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { sampleOf, TestLink } from './test-link.ts';

const SECOND = 1000;
const HOUR = 3_600_000;

let clock: TestClock;
let lines: string[];
let links: Links;
let samples: Samples;

beforeEach(() => {
  clock = new TestClock();
  lines = [];
  const log = createLog({ level: 'debug', write: line => lines.push(line) });
  links = new Links({ clock, log, mostChars: 1024, gatherMs: 0 });
  samples = new Samples({ links, clock, log });
});

const dial = (user = 'ada', server = '') =>
  TestLink.greeted(links, user, server);
const seq = (user = 'ada', server = '') => samples.newest(user, server)?.seq;
/** Far enough from the sample before. */
const later = () => clock.advance(10 * SECOND);

describe('samples of a link', () => {
  it('U9 the newest of each server of each user is kept, with the time of its arrival', () => {
    dial('ada').sample({ seq: 1 });
    dial('ada', 'gpu').sample({ seq: 2 });
    const bob = dial('bob');
    bob.sample({ seq: 3 });
    later();
    bob.sample({ seq: 4 });
    assert.deepEqual([seq(), seq('ada', 'gpu'), seq('bob')], [1, 2, 4]);
    assert.equal(samples.newest('bob', '')!.heardAt, clock.now());
    assert.equal(samples.newest('carol', ''), null);
  });

  it('before hello they count for nothing', () => {
    const link = TestLink.dial(links);
    link.sample();
    assert.equal(samples.newest('ada', ''), null);
    assert.equal(link.closed, null);
  });

  it('of a link that a newer one has replaced they count for nothing', () => {
    const older = dial();
    older.sample({ seq: 1 });
    dial();
    older.sample({ seq: 2 });
    assert.equal(seq(), 1);
  });

  it('U10 an older or repeated one of the same life is dropped', () => {
    const link = dial();
    for (const number of [5, 4, 5, 6]) {
      later();
      link.sample({ seq: number });
    }
    assert.equal(seq(), 6);
    assert.equal(samples.counts.old, 2);
    later();
    link.sample({ boot: 'another', seq: 0 });
    assert.equal(seq(), 0);
  });

  it('U9 more than one a second are dropped, and a flood closes the link', () => {
    const link = dial();
    link.sample({ seq: 1 });
    link.sample({ seq: 2 });
    assert.equal(seq(), 1);
    clock.advance(SECOND);
    link.sample({ seq: 3 });
    assert.equal(seq(), 3);
    assert.equal(samples.counts.early, 1);
    for (let number = 4; number < 200; number++) {
      link.sample({ seq: number });
    }
    assert.equal(link.closed, 'TOO_FAST');
    assert.equal(seq(), undefined);
  });

  it('a clock that is put back shuts no link out', () => {
    const link = dial();
    link.sample({ seq: 1 });
    const now = clock.now();
    clock.now = () => now - HOUR;
    link.sample({ seq: 2 });
    assert.equal(seq(), 2);
  });

  it('one that cannot be read harms nothing else that the link is for', () => {
    const link = dial();
    for (const sample of [null, [], { boot: 1 }, { ...sampleOf(), seq: -1 }]) {
      later();
      link.say({ news: 'sample', sample });
    }
    later();
    link.say({ news: 'sample' });
    assert.equal(link.closed, null);
    assert.equal(samples.counts.unreadable, 4);
    later();
    link.sample({ seq: 1 });
    assert.equal(seq(), 1);
  });

  it('are forgotten with the link as what is shown', async () => {
    const link = dial();
    link.sample();
    await link.lose();
    assert.equal(samples.newest('ada', ''), null);
    assert.deepEqual(samples.sizes, { live: 0, ended: 1 });
  });

  it('what was used is told as it comes, and a listener that fails closes nothing', () => {
    const told: [string, string, UsedDelta][] = [];
    samples.listen({
      used: () => {
        throw new Error('full');
      }
    });
    samples.listen({
      used: (user, server, delta) => void told.push([user, server, delta])
    });
    const link = dial('ada', 'gpu');
    link.sample({ seq: 1, seconds: 10, cpuSeconds: 3 });
    later();
    link.sample({ seq: 2, seconds: 20, cpuSeconds: 8 });
    assert.deepEqual(
      told.map(([user, server, { boot, cpuSeconds }]) => [
        user,
        server,
        boot,
        cpuSeconds
      ]),
      [
        ['ada', 'gpu', '5f8d2c', 3],
        ['ada', 'gpu', '5f8d2c', 5]
      ]
    );
    assert.equal(link.closed, null);
    assert.ok(lines.some(line => line.includes('use was not counted')));
  });
});

describe('U12 a server that was lost', () => {
  /** A life that told something and then was gone. */
  async function lost(change = {}) {
    const link = dial();
    link.sample({ boot: 'first', seq: 7, ...change });
    await link.lose();
    return {
      heardAt: clock.now(),
      sample: sampleOf({ boot: 'first', seq: 7 })
    };
  }

  it('is told to the next life of the same server, once', async () => {
    const end = await lost();
    clock.advance(5 * HOUR);
    const next = dial();
    assert.deepEqual(next.asked, []);
    next.sample({ boot: 'second', seq: 0 });
    assert.deepEqual(
      next.before.map(each => each.lost),
      [end]
    );
    await next.answer({ done: {} });
    later();
    next.sample({ boot: 'second', seq: 1 });
    await next.lose();
    const again = dial();
    again.sample({ boot: 'second', seq: 2 });
    assert.equal(next.before.length + again.before.length, 1);
  });

  it('is told as it said last, whether that is longer or shorter than before', async () => {
    const consumersOf = (names: string[]) =>
      names.map((name, index) => ({
        ...sampleOf().consumers[0]!,
        key: `k${index}`,
        name
      }));
    const names = ['läb/ночь.ipynb', '😀'.repeat(40), 'plain'];
    const server = dial();
    for (const [seq, most] of [1, 3, 0, 2].entries()) {
      later();
      server.sample({
        boot: 'first',
        seq,
        consumers: consumersOf(names.slice(0, most))
      });
    }
    await server.lose();
    const next = dial();
    next.sample({ boot: 'second', seq: 0 });
    const [before] = next.before as { lost?: { sample: LinkSample } }[];
    assert.deepEqual(
      before?.lost?.sample,
      sampleOf({
        boot: 'first',
        seq: 3,
        consumers: consumersOf(names.slice(0, 2))
      })
    );
  });

  it('is not told when the same life comes back', async () => {
    await lost();
    const back = dial();
    back.sample({ boot: 'first', seq: 8 });
    assert.deepEqual(back.before, []);
  });

  it('is not told to another server, or another user', async () => {
    await lost();
    for (const other of [dial('ada', 'gpu'), dial('bob')]) {
      other.sample({ boot: 'second' });
      assert.deepEqual(other.before, []);
    }
  });

  it('is told also when the new link came before the old one was missed', () => {
    dial().sample({ boot: 'first', seq: 7 });
    const next = dial();
    next.sample({ boot: 'second' });
    assert.equal(next.before.length, 1);
  });

  it('is not told after a goodbye, which may bring a last sample', async () => {
    const link = dial();
    link.sample({ boot: 'first', seq: 1 });
    link.say({
      news: 'goodbye',
      sample: sampleOf({ boot: 'first', seq: 2 })
    });
    assert.equal(seq(), 2);
    link.say({ news: 'goodbye' });
    await link.lose();
    const next = dial();
    next.sample({ boot: 'second' });
    assert.deepEqual(next.before, []);
  });

  it('is not told when the life that came back said goodbye before it told anything', async () => {
    await lost();
    const back = dial();
    back.say({ news: 'goodbye' });
    await back.lose();
    const next = dial();
    next.sample({ boot: 'second' });
    assert.deepEqual(next.before, []);
  });

  it('after a goodbye nothing more of that link counts', () => {
    const link = dial();
    link.sample({ boot: 'first', seq: 1 });
    link.say({ news: 'goodbye' });
    later();
    link.sample({ boot: 'first', seq: 2 });
    assert.equal(seq(), 1);
  });

  it('is told to the next link when the answer was lost', async () => {
    const end = await lost();
    const next = dial();
    next.sample({ boot: 'second', seq: 0 });
    await next.lose();
    const again = dial();
    again.sample({ boot: 'second', seq: 1 });
    assert.deepEqual(
      again.before.map(each => each.lost),
      [end]
    );
  });

  it('is not told again to a server that does not know the question', async () => {
    await lost();
    const old = dial();
    old.sample({ boot: 'second', seq: 0 });
    await old.answer({ error: { code: 'BAD_REQUEST', detail: 'unknown' } });
    assert.equal(old.closed, null);
    assert.ok(lines.some(line => line.includes('does not want to know')));
    assert.ok(!lines.some(line => line.includes('"level":"warn"')));
    await old.lose();
    const again = dial();
    again.sample({ boot: 'second', seq: 1 });
    assert.deepEqual(again.before, []);
  });

  it('is told only once where two servers push each other out', async () => {
    let told = 0;
    for (let turn = 0; turn < 10; turn++) {
      const link = dial();
      link.sample({ boot: turn % 2 ? 'one' : 'two', seq: turn });
      told += link.before.length;
      if (link.before.length > 0) {
        await link.answer({ done: {} });
      }
    }
    assert.equal(told, 2);
  });

  it('is not told by a life that changes its name on one link', async () => {
    const link = dial();
    link.sample({ boot: 'first', seq: 0 });
    later();
    link.sample({ boot: 'second', seq: 0 });
    await link.lose();
    const back = dial();
    back.sample({ boot: 'second', seq: 1 });
    assert.deepEqual([...link.before, ...back.before], []);
  });

  it('is forgotten after a day', async () => {
    await lost();
    clock.advance(24 * HOUR);
    const next = dial();
    next.sample({ boot: 'second' });
    assert.deepEqual(next.before, []);
  });

  it('is forgotten after a day also where nobody ever answered', async () => {
    await lost();
    const next = dial();
    next.sample({ boot: 'second', seq: 0 });
    assert.equal(next.before.length, 1);
    clock.advance(24 * HOUR);
    next.sample({ boot: 'second', seq: 1 });
    await next.lose();
    const again = dial();
    again.sample({ boot: 'second', seq: 2 });
    assert.deepEqual(again.before, []);
  });

  it('is kept for the newest servers only, and no longer than needed', async () => {
    for (let number = 0; number < MOST_ENDED + 2; number++) {
      const link = dial(`u${number}`);
      link.sample({ boot: 'first' });
      link.close(1006, '');
    }
    assert.deepEqual(samples.sizes, { live: 0, ended: MOST_ENDED });
    const [forgotten, kept] = [dial('u1'), dial('u2')];
    forgotten.sample({ boot: 'second' });
    kept.sample({ boot: 'second' });
    assert.deepEqual([forgotten.before.length, kept.before.length], [0, 1]);
    clock.advance(24 * HOUR);
    const last = dial('zoe');
    last.sample();
    await last.lose();
    assert.equal(samples.sizes.ended, 1);
  });
});

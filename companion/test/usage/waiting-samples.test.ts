/** Samples wait to be read together, and nobody can tell: rules U9 to U12. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Links } from '../../src/live/link.ts';
import { createLog } from '../../src/log.ts';
import { Samples } from '../../src/usage/samples.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { TestLink } from './test-link.ts';

describe('a sample that waits for others', () => {
  let clock: TestClock;
  let links: Links;
  let samples: Samples;

  /** It is read when something makes it so, not by the time of the machine. */
  const start = (gatherMs = 60_000) => {
    clock = new TestClock();
    const log = createLog({ level: 'error', write: () => {} });
    links = new Links({ clock, log, mostChars: 1024, gatherMs });
    samples = new Samples({ links, clock, log });
  };
  const dial = (user = 'ada') => TestLink.greeted(links, user);
  const seq = (user = 'ada') => samples.newest(user, '')?.seq;
  /** All that this link said before is read. */
  const read = (link: TestLink) => link.say({ news: 'weather' });

  beforeEach(() => start());

  it('is read before anything else of the same link', () => {
    const link = dial();
    link.sample({ seq: 1 });
    dial('bob').sample({ seq: 2 });
    assert.equal(seq(), undefined);
    read(link);
    assert.deepEqual([seq(), seq('bob')], [1, undefined]);
  });

  it('counts when the link ends', async () => {
    const link = dial();
    link.sample({ boot: 'first', seq: 1 });
    await link.lose();
    assert.deepEqual(samples.sizes, { live: 0, ended: 1 });
    const next = dial();
    next.sample({ boot: 'second' });
    read(next);
    assert.equal(next.before.length, 1);
  });

  it('counts before the goodbye that follows it', () => {
    const link = dial();
    link.sample({ seq: 1 });
    link.say({ news: 'goodbye' });
    assert.equal(seq(), 1);
    link.sample({ seq: 2 });
    read(link);
    assert.equal(seq(), 1);
  });

  it('counts when a newer link replaces its own, and what comes later does not', () => {
    const older = dial();
    older.sample({ boot: 'first', seq: 1 });
    const next = dial();
    assert.equal(seq(), 1);
    clock.advance(10_000);
    older.sample({ boot: 'first', seq: 2 });
    read(older);
    assert.equal(seq(), 1);
    next.sample({ boot: 'second', seq: 0 });
    read(next);
    assert.equal(next.before.length, 1);
  });

  it('is read before a larger one of the same link, which does not wait', () => {
    const link = dial();
    link.sample({ seq: 1 });
    const padding = 'x'.repeat(70_000);
    link.say({ news: 'sample', sample: { seq: 2 }, padding });
    assert.equal(seq(), 1);
    assert.equal(samples.counts.early, 1);
  });

  it('that only looks like one is what it says it is, in its turn', () => {
    const link = TestLink.dial(links);
    link.say({ first: 'sample', news: 'hello', protocol: 1 });
    link.sample({ seq: 1 });
    read(link);
    assert.equal(seq(), 1);
    clock.advance(15_000);
    assert.equal(link.closed, null);
  });

  it('that cannot be read, or fails, keeps no other from being read', async ({
    signal
  }) => {
    start(1);
    links.listen({
      sample: ({ user }) => {
        assert.notEqual(user, 'eve');
      }
    });
    const [broken, eve, bob] = [dial('ada'), dial('eve'), dial('bob')];
    broken.emit('message', Buffer.from('{"news":"sample"'), false);
    eve.sample({ seq: 1 });
    bob.sample({ seq: 2 });
    while (seq('bob') === undefined) {
      signal.throwIfAborted();
      await new Promise(setImmediate);
    }
    assert.equal(seq('bob'), 2);
    assert.deepEqual(
      [broken.closed, eve.closed, bob.closed],
      ['BAD_REQUEST', 'BAD_REQUEST', null]
    );
  });

  it('changes nothing of what was told of the samples before it', () => {
    const told: unknown[][] = [];
    samples.listen({ used: (...all) => void told.push(all) });
    const link = dial();
    link.sample({ seq: 1, seconds: 10, cpuSeconds: 3 });
    read(link);
    const first = structuredClone(told[0]);
    clock.advance(10_000);
    link.sample({ seq: 2, seconds: 20, cpuSeconds: 8 });
    read(link);
    assert.equal(told.length, 2);
    assert.deepEqual(told[0], first);
  });
});

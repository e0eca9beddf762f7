/** Samples over real links, and servers of other versions: rules U. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TestServer } from '../files/test-server.ts';
import { TestCompanion } from '../http/test-companion.ts';
import { sampleOf } from '../usage/test-link.ts';

describe('samples over the link', () => {
  let commons: TestCompanion;
  let shared = 0;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people: { ada: {} } });
  });
  afterEach(() => commons.stop());

  const sample = (boot: string, seq = 0) => ({
    news: 'sample',
    sample: sampleOf({ boot, seq })
  });

  /** The companion has read all that this server said before, since it has had an answer after it. */
  async function settled(server: TestServer): Promise<void> {
    const { asked } = server;
    const name = `${shared++}.txt`;
    server.files.set(name, 'one');
    await commons.share('ada', { name, type: 'text', path: name });
    assert.ok(server.asked > asked);
  }

  it('U12 a server that was lost is told to the one after it', async () => {
    const first = await TestServer.dial(commons, 'ada');
    first.say(sample('first', 7));
    await settled(first);
    const heardAt = commons.clock.now();
    first.link.socket.terminate();
    await first.link.closed();
    commons.clock.advance(60_000);
    const next = await TestServer.dial(commons, 'ada');
    next.say(sample('second'));
    await next.until(() => next.before.length > 0);
    assert.deepEqual(next.before, [
      { heardAt, sample: sampleOf({ boot: 'first', seq: 7 }) }
    ]);
  });

  it('U12 and not after a goodbye', async () => {
    const first = await TestServer.dial(commons, 'ada');
    first.say(sample('first'));
    first.say({ news: 'goodbye' });
    await settled(first);
    first.link.socket.close();
    await first.link.closed();
    const next = await TestServer.dial(commons, 'ada');
    next.say(sample('second'));
    await settled(next);
    assert.deepEqual(next.before, []);
  });

  it('U12 also when it told its last right before the link ended', async () => {
    const first = await TestServer.dial(commons, 'ada');
    first.say(sample('first', 7));
    first.link.socket.close();
    await first.link.closed();
    const next = await TestServer.dial(commons, 'ada');
    next.say(sample('second'));
    await next.until(() => next.before.length > 0);
    assert.deepEqual(next.before, [
      {
        heardAt: commons.clock.now(),
        sample: sampleOf({ boot: 'first', seq: 7 })
      }
    ]);
  });

  it('U12 what is told right before a goodbye counts, and nothing after it', async () => {
    const server = await TestServer.dial(commons, 'ada');
    const { cpuSeconds } = sampleOf();
    server.say(sample('first', 1));
    server.say({ news: 'goodbye' });
    server.say(sample('second', 1));
    await settled(server);
    await commons.stop();
    const sums = await commons.ledgerStore.reported('ada', 0, 1e15);
    const total = sums.reduce((sum, each) => sum + each.cpuSeconds, 0);
    assert.ok(Math.abs(total - cpuSeconds) < 1);
    commons = await new TestCompanion().start({});
  });

  it('U9 a flood closes the link, and the next one is served', async () => {
    const server = await TestServer.dial(commons, 'ada');
    for (let seq = 0; seq < 200; seq++) {
      server.say(sample('first', seq));
    }
    assert.equal(await server.link.closed(), 'TOO_FAST');
    await settled(await TestServer.dial(commons, 'ada'));
  });

  it('a server of the version before, which tells no samples, is served', async () => {
    await settled(await TestServer.dial(commons, 'ada'));
  });

  it('U13 a newer server that tells what is not known here is served', async () => {
    const server = await TestServer.dial(commons, 'ada');
    server.say({ news: 'weather', sample: 7, document: null });
    server.say({ ...sample('first'), forecast: 'rain' });
    await settled(server);
    assert.ok(
      commons.lines.some(line => line.includes('what is not known here'))
    );
  });

  it('U13 a sample that cannot be read closes nothing', async () => {
    const server = await TestServer.dial(commons, 'ada');
    server.say({ news: 'sample', sample: { boot: null } });
    await settled(server);
  });
});

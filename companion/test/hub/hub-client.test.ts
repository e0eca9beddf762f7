/** The hub is asked carefully: one address, no redirects, and an absence is noticed. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createGate } from '../../src/hub/gate.ts';
import { HubClient } from '../../src/hub/hub-client.ts';
import { refusedWith } from '../refused-with.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { StubHub } from './stub-hub.ts';

const absent = refusedWith('HUB_ABSENT');

describe('the hub client', () => {
  let hub: StubHub;
  let clock: TestClock;
  let client: HubClient;

  beforeEach(async () => {
    hub = await new StubHub().start();
    clock = new TestClock();
    client = new HubClient({
      apiUrl: hub.url,
      apiToken: hub.serviceToken,
      clock,
      timeoutMs: 2000
    });
  });
  afterEach(() => hub.stop());

  it('tells whose token it is, and null for one that the hub does not take', async () => {
    const token = hub.add('ada', { groups: ['physics'] });
    assert.deepEqual((await client.whoami(token))?.groups, ['physics']);
    assert.equal(await client.whoami('nonsense'), null);
    assert.equal((await client.user('ada'))?.name, 'ada');
    assert.equal(await client.user('nobody'), null);
  });

  it('encodes names, so that no name asks for something else', async () => {
    assert.equal(await client.user('../groups'), null);
    assert.equal(await client.user('ada?x=1'), null);
    assert.deepEqual(hub.asked, ['users/..%2Fgroups', 'users/ada%3Fx%3D1']);
  });

  for (const mood of ['refusing', 'lying', 'redirecting'] as const) {
    it(`takes a hub that is ${mood} for absent, from when it was last heard`, async () => {
      const token = hub.add('ada');
      await client.whoami(token);
      const heard = clock.now();
      clock.advance(1000);
      hub.mood = mood;
      await assert.rejects(client.whoami(token), absent);
      assert.deepEqual(client.absence, { from: heard, until: null });
      clock.advance(1000);
      hub.mood = 'well';
      await client.probe();
      assert.deepEqual(client.absence, { from: heard, until: clock.now() });
    });
  }

  it('counts coming and going within minutes as one absence', async () => {
    const from = clock.now();
    for (const mood of ['refusing', 'well', 'refusing'] as const) {
      hub.mood = mood;
      clock.advance(60_000);
      await client.probe();
    }
    assert.deepEqual(client.absence, { from, until: null });
  });

  it('says that its role lacks a scope, and does not take the hub for absent', async () => {
    const wrong = new HubClient({ apiUrl: hub.url, apiToken: 'wrong', clock });
    await assert.rejects(wrong.user('ada'), absent);
    assert.equal(wrong.absence, null);
  });

  it('never quotes the token it asked about', async () => {
    hub.mood = 'lying';
    await assert.rejects(client.whoami('tell-nobody'), (error: Error) => {
      assert.ok(!`${error.stack}${error.message}`.includes('tell-nobody'));
      return true;
    });
  });
});

describe('the gate', () => {
  it('lets so many through at a time, in order, and refuses a pile', async () => {
    const pass = createGate(2, 2);
    const ends: (() => void)[] = [];
    const begun: number[] = [];
    const call = (name: number) =>
      pass(() => {
        begun.push(name);
        return new Promise<void>(resolve => ends.push(resolve));
      });
    const calls = [call(1), call(2), call(3), call(4)];
    await assert.rejects(call(5), refusedWith('TOO_FAST'));
    assert.deepEqual(begun, [1, 2]);
    ends[0]!();
    await calls[0];
    assert.deepEqual(begun, [1, 2, 3]);
    ends[1]!();
    ends[2]!();
    await Promise.all([calls[1], calls[2]]);
    ends[3]!();
    await calls[3];
    assert.deepEqual(begun, [1, 2, 3, 4]);
  });
});

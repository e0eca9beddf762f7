/** The link of a user's server: whom it speaks for, and what it may not do: rules F3, F4. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileOwner } from './file-owner.ts';
import { TestServer } from './test-server.ts';

describe("the link to the owner's server", () => {
  let ada: FileOwner;

  beforeEach(async () => {
    ada = await FileOwner.start();
  });
  afterEach(() => ada.stop());

  it('F3 without a link nothing can be shared from a file', async () => {
    const answer = await ada.commons.call(
      'bob',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: 'a' }
    );
    assert.equal(answer.code, 'LINK_ABSENT');
  });

  it('F4 a server speaks of its own files only, and only its user is served', async () => {
    const { id } = await ada.open();
    const other = await TestServer.dial(ada.commons, 'bob');
    other.say({ news: 'file', document: id, hash: null });
    other.say({ id: 1, done: {} });
    await ada.commons.call(
      'bob',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: 'none' }
    );
    assert.equal(await ada.state(id), 'saved');
  });

  it('the newest link of a server wins', async () => {
    const { type } = await ada.open();
    const newer = await TestServer.dial(ada.commons, 'ada', ada.server.files);
    assert.equal(await ada.server.link.closed(), 'TOO_MANY');
    await type('A');
    ada.commons.clock.advance(1000);
    await newer.until(() => newer.writes.length === 1);
    assert.deepEqual(ada.server.writes, []);
  });

  it('a link that sends nonsense is closed, and harms nothing', async () => {
    for (const nonsense of ['{', '[]', '{"id":"x"}', '{"news":7}', 'null']) {
      const other = await TestServer.dial(ada.commons, 'bob');
      other.link.socket.send(nonsense);
      assert.equal(await other.link.closed(), 'BAD_REQUEST', nonsense);
    }
    assert.equal((await ada.commons.send('health', {})).status, 200);
  });

  it('a link that does not greet is closed', async () => {
    const link = ada.commons.dial('link', [], {
      authorization: 'token token-of-bob'
    });
    await link.opened();
    ada.commons.clock.advance(10_000);
    assert.equal(await link.closed(), 'BAD_REQUEST');
  });

  it('F3 a link that returns loads no document whose file has everything', async () => {
    await ada.share();
    const loaded: string[] = [];
    await ada.restart(store => {
      const load = store.load.bind(store);
      store.load = id => {
        loaded.push(id);
        return load(id);
      };
    });
    await ada.reconnect();
    await ada.commons.call('ada', 'listDocuments', {});
    ada.commons.clock.advance(200);
    await ada.server.until(() => ada.server.watched.length === 1);
    assert.deepEqual(loaded, []);
  });
});

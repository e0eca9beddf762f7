/** What is not in the file when sharing stops comes into it nevertheless: rules F3, F7. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileOwner } from './file-owner.ts';

describe('a file that lacks edits when sharing stops', () => {
  let ada: FileOwner;

  beforeEach(async () => {
    ada = await FileOwner.start();
  });
  afterEach(() => ada.stop());

  it('what is not in the file is written when sharing stops, and also when the server comes later', async () => {
    const first = await ada.open();
    await first.type('A');
    assert.equal(
      (await ada.commons.call('ada', 'closeDocument', { id: first.id })).status,
      204
    );
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));

    const second = await ada.open();
    ada.server.link.socket.terminate();
    await second.until('away');
    await second.type('B');
    assert.equal(
      (await ada.commons.call('ada', 'closeDocument', { id: second.id }))
        .status,
      204
    );
    await ada.reconnect();
    await ada.written(1);
    assert.ok(ada.server.files.get('work/a.txt')!.includes('B'));
  });

  it('F3 what a closed document still has to write outlives a restart of the companion', async () => {
    const id = await ada.closedBehind();
    const { files } = ada.server;
    await ada.restart();
    assert.equal(
      (await ada.commons.call('ada', 'getContent', { id })).code,
      'DOCUMENT_CLOSED',
      'nobody sees it but its file'
    );
    await ada.reconnect();
    await ada.written(1);
    assert.ok(files.get('work/a.txt')!.includes('A'));
    // Sharing the file anew waits for the answer to that write.
    const again = await ada.share();
    assert.deepEqual(
      (await ada.commons.store.documentsOfServer('ada', '')).map(
        each => each.id
      ),
      [again]
    );
  });

  it('F7 what a closed document still has to write is not written over a change from outside', async () => {
    await ada.closedBehind();
    ada.server.files.set('work/a.txt', 'by git');
    await ada.reconnect();
    await ada.commons.passUntil(() => ada.server.writes.length === 1);
    assert.equal(ada.server.files.get('work/a.txt (other version)'), 'by git');
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
  });

  it('F3 a file is shared anew with what its closed document still had to write', async () => {
    await ada.closedBehind();
    await ada.reconnect();
    ada.server.failing = { code: 'INTERNAL' };
    await ada.server.until(() => ada.server.refusals === 1);
    ada.server.failing = null;
    const id = await ada.share();
    const { body } = await ada.commons.call('ada', 'getContent', { id });
    assert.ok(String(body).includes('A'));
    assert.equal(ada.server.writes.length, 1);
  });

  it('a closed document whose write fails is tried again, and then let go', async () => {
    const { id, type } = await ada.open();
    ada.server.failing = { code: 'INTERNAL', detail: 'disk full' };
    await type('A');
    await ada.commons.call('ada', 'closeDocument', { id });
    ada.server.failing = null;
    ada.commons.clock.advance(5_000);
    await ada.written(1);
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
    await ada.server.until(() => ada.server.watched.length === 1);
    await ada.commons.call('ada', 'listDocuments', {});
    ada.commons.clock.advance(200);
    await ada.server.until(() => ada.server.watched.length === 0);
  });

  it('a stop of sharing does not wait for a server that is silent', async () => {
    const { id, type } = await ada.open();
    await type('A');
    ada.server.silent = true;
    const closing = ada.commons.call('ada', 'closeDocument', { id });
    await ada.server.until(() => ada.server.asked > 1);
    ada.commons.clock.advance(5_000);
    assert.equal((await closing).status, 204);
    ada.server.link.socket.terminate();
  });
});

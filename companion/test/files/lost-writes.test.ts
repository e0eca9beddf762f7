/** Writes that fail, servers that are away or silent, and answers that are lost: rules F1 to F3. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileOwner, settled, typist } from './file-owner.ts';
import { hashOf } from './test-server.ts';

describe('a file that cannot be written at once', () => {
  let ada: FileOwner;

  beforeEach(async () => {
    ada = await FileOwner.start();
  });
  afterEach(() => ada.stop());

  it('F3 catches up when the link returns', async () => {
    const { id, type, until } = await ada.open();
    ada.server.link.socket.terminate();
    await until('away');
    await type('A');
    ada.commons.clock.advance(10_000);
    assert.equal(await ada.state(id), 'away');
    assert.equal(
      (
        await ada.commons.call(
          'ada',
          'chooseFile',
          { id },
          { choice: 'keep-live' }
        )
      ).code,
      'BAD_REQUEST'
    );
    await ada.reconnect();
    await ada.written(1);
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
    await until('saved');
  });

  it('F3 catches up after a restart of the companion', async () => {
    const { id, type } = await ada.open();
    ada.server.link.socket.terminate();
    await type('A');
    const { files } = ada.server;
    await ada.restart();
    assert.equal(await ada.state(id), 'away');
    await ada.reconnect();
    await ada.written(1);
    assert.ok(files.get('work/a.txt')!.includes('A'));
  });

  it('a write whose answer was lost is not taken for a change from outside', async () => {
    const { type, until, page } = await ada.open();
    await type('A');
    ada.server.dropsAnswers = true;
    ada.commons.clock.advance(1000);
    await ada.written(1);
    await until('away');
    await type('B');
    const told = page.frames.length;
    await ada.reconnect();
    await ada.written(1);
    await until('saved', told);
    assert.ok(ada.server.files.get('work/a.txt')!.includes('B'));
  });

  it('F2 a write that a crash fell into is not taken for a change from outside', async () => {
    const { id, type, until } = await ada.open();
    await type('A');
    ada.server.dropsAnswers = true;
    ada.commons.clock.advance(1000);
    await ada.written(1);
    await until('away');
    const { files } = ada.server;
    const sent = files.get('work/a.txt')!;
    await ada.restart();
    const page = await ada.commons.sync('ada', id);
    await typist(page)('B');
    await ada.reconnect();
    ada.server.say({ news: 'file', document: id, hash: hashOf(sent) });
    assert.equal(await settled(page), 'saved');
    assert.ok(files.get('work/a.txt')!.includes('B'));
  });

  it('F2 two lost answers in a row, of a write that was done and of one that was not, are no change from outside', async () => {
    const { id, type, until, page } = await ada.open();
    await type('A');
    ada.server.dropsAnswers = true;
    ada.commons.clock.advance(1000);
    await ada.written(1);
    await until('away');
    await ada.reconnect();
    await ada.written(1);
    await type('B');
    ada.server.silent = true;
    ada.commons.clock.advance(1000);
    assert.equal(await ada.state(id), 'behind');
    let told = page.frames.length;
    ada.server.link.socket.terminate();
    await until('away', told);
    await type('C');
    told = page.frames.length;
    await ada.reconnect();
    assert.equal(await settled(page, told), 'saved');
    assert.ok(ada.server.files.get('work/a.txt')!.includes('C'));
  });

  it('a write that fails says why, and is tried again, less and less often', async () => {
    const { type, until, page } = await ada.open();
    ada.server.failing = { code: 'INTERNAL', detail: 'disk\nfull' };
    await type('A');
    ada.commons.clock.advance(1000);
    await until('failed');
    const status = page.frames.findLast(each => each.type === 'status');
    assert.equal(status?.fileDetail, 'disk\\u000afull');
    ada.server.failing = null;
    ada.commons.clock.advance(4_999);
    assert.deepEqual(ada.server.writes, []);
    ada.commons.clock.advance(1);
    await ada.written(1);
  });

  it('F1 a write that failed is tried again also while somebody goes on typing', async () => {
    const { type, until } = await ada.open();
    ada.server.failing = { code: 'FILE_UNWRITABLE', detail: 'disk full' };
    await type('A');
    ada.commons.clock.advance(1000);
    await until('failed');
    ada.server.failing = null;
    for (let second = 0; second < 5; second++) {
      await type('x');
      ada.commons.clock.advance(1000);
    }
    await ada.written(1);
  });

  it('edits that come while a server is silent pile up no writes', async () => {
    const { id, type } = await ada.open();
    ada.server.silent = true;
    await type('A');
    ada.commons.clock.advance(1000);
    assert.equal(await ada.state(id), 'behind');
    for (let second = 0; second < 20; second++) {
      await type('x');
      ada.commons.clock.advance(1000);
    }
    const { asked } = ada.server;
    ada.server.silent = false;
    ada.commons.clock.advance(15_000);
    for (let call = 0; call < 5; call++) {
      await ada.state(id);
    }
    assert.equal(ada.server.asked, asked, 'it is left in peace for a while');
    ada.commons.clock.advance(5_000);
    await ada.written(1);
    assert.equal(ada.server.files.get('work/a.txt')!.length, 24);
  });

  it('a server that is silent is given up, and asked again', async () => {
    const { id, type } = await ada.open();
    ada.server.silent = true;
    await type('A');
    ada.commons.clock.advance(1000);
    // The request is on its way when the next call has been answered.
    assert.equal(await ada.state(id), 'behind');
    ada.commons.clock.advance(15_000);
    ada.server.silent = false;
    ada.commons.clock.advance(15_000);
    await ada.state(id);
    ada.commons.clock.advance(5_000);
    await ada.written(1);
  });
});

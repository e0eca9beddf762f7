/** The owner's file follows the document, and nothing is overwritten silently: rules D5, F. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { MemoryStore } from '../../src/storage/memory.ts';
import { TestCompanion } from '../http/test-companion.ts';
import { FileOwner, typist } from './file-owner.ts';

describe("the owner's file", () => {
  let ada: FileOwner;

  beforeEach(async () => {
    ada = await FileOwner.start();
  });
  afterEach(() => ada.stop());

  it('D2 D5 is read once, and sharing it again gives the same document', async () => {
    const id = await ada.share();
    assert.equal(
      (await ada.commons.call('ada', 'getContent', { id })).body,
      'one'
    );
    const again = await ada.commons.call(
      'ada',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: './work//a.txt' }
    );
    assert.equal(again.status, 200);
    assert.equal(again.body.id, id);
    const both = await Promise.all(
      [0, 1].map(() =>
        ada.commons.call(
          'ada',
          'createDocument',
          {},
          { name: 'x', type: 'text', path: 'work/b.txt' }
        )
      )
    );
    assert.deepEqual(
      both.map(({ code }) => code),
      ['FILE_MISSING', 'FILE_MISSING']
    );
    assert.deepEqual(ada.server.writes, [], 'sharing writes nothing');
    ada.commons.clock.advance(200);
    await ada.server.until(() => ada.server.watched.length === 1);
    assert.equal(ada.server.watched[0]?.path, 'work/a.txt');
  });

  it('shared twice at once is still one document', async () => {
    const both = await Promise.all([ada.share(), ada.share()]);
    assert.equal(both[0], both[1]);
  });

  it('F5 paths that lead elsewhere are refused before the server is asked', async () => {
    for (const path of [
      '',
      '/',
      '..',
      '../b',
      'work/../../b',
      'work\\b',
      'a\0b',
      '.'
    ]) {
      const answer = await ada.commons.call(
        'ada',
        'createDocument',
        {},
        { name: 'x', type: 'text', path }
      );
      assert.equal(answer.code, 'FILE_UNSHAREABLE', JSON.stringify(path));
    }
  });

  it('F1 is written a second after the last edit', async () => {
    const { type, until } = await ada.open();
    await type('A');
    ada.commons.clock.advance(999);
    await type('B');
    ada.commons.clock.advance(999);
    await until('behind');
    assert.equal(ada.server.writes.length, 0);
    ada.commons.clock.advance(1);
    await ada.written(1);
    assert.equal(ada.server.files.get('work/a.txt')!.length, 5);
    await until('saved');
  });

  it('F1 is written every five seconds while somebody goes on typing', async () => {
    const { type } = await ada.open();
    for (let tenth = 0; tenth < 50; tenth += 9) {
      await type('x');
      ada.commons.clock.advance(900);
    }
    await ada.written(1);
  });

  it('F2 F6 what cannot be merged is not overwritten; the owner chooses, and the other version is kept', async () => {
    const { id, type, page, until } = await ada.open();
    const events = await ada.commons.events('ada');
    await ada.changedUnreadably(id, until);
    assert.equal(
      page.frames.findLast(each => each.type === 'status')?.fileDetail,
      'it is not UTF-8'
    );
    await events.event(
      'changed',
      ({ document }) => document?.fileState === 'changed-outside'
    );
    await type('A');
    ada.commons.clock.advance(10_000);
    assert.equal(await ada.state(id), 'changed-outside');
    assert.deepEqual(ada.server.writes, []);
    const wrong = await ada.commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'write-again' }
    );
    assert.equal(wrong.code, 'BAD_REQUEST');
    const { body } = await ada.commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'keep-live' }
    );
    assert.deepEqual(body, {
      fileState: 'saved',
      keptAs: 'work/a.txt (other version)'
    });
    assert.equal(ada.server.files.get('work/a.txt (other version)'), 'by git');
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
    assert.equal(page.socket.readyState, 1);
  });

  it('F2 a change that was not told yet is met by the write, and merged', async () => {
    const { type } = await ada.open();
    ada.server.files.set('work/a.txt', 'zero\none');
    await type('A');
    await ada.commons.passUntil(() => ada.server.writes.length === 1);
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
    assert.ok(
      [...ada.server.files.values()].some(each => each.startsWith('zero'))
    );
  });

  it('F2 a file that is put back as it was is kept again', async () => {
    const { id, until, page, type } = await ada.open();
    await ada.changedUnreadably(id, until);
    ada.server.unreadable = null;
    const told = page.frames.length;
    ada.server.change(id, 'work/a.txt', 'one');
    await until('saved', told);
    await type('A');
    ada.commons.clock.advance(1000);
    await ada.written(1);
  });

  it('a missing file is written anew when the owner says so, and not over one that has appeared', async () => {
    const { id, until, page } = await ada.open();
    ada.server.change(id, 'work/a.txt', null);
    await until('missing');
    ada.server.files.set('work/a.txt', 'another');
    assert.equal(
      (
        await ada.commons.call(
          'ada',
          'chooseFile',
          { id },
          { choice: 'write-again' }
        )
      ).code,
      'FILE_CHANGED'
    );
    assert.equal(await ada.state(id), 'behind', 'the other one is merged');
    const told = page.frames.length;
    ada.server.change(id, 'work/a.txt', null);
    await until('missing', told);
    const { body } = await ada.commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'write-again' }
    );
    assert.deepEqual(body, { fileState: 'saved', keptAs: null });
    assert.equal(ada.server.files.get('work/a.txt'), 'one');
  });

  it('a stop of the companion writes what is missing', async () => {
    const { type } = await ada.open();
    await type('A');
    await ada.commons.stop();
    assert.ok(ada.server.files.get('work/a.txt')!.includes('A'));
  });

  it('large content travels in parts, surrogate pairs whole, both ways', async () => {
    const large = 'é😀'.repeat(300_000);
    ada.server.files.set('large.txt', large);
    const id = await ada.commons.share('ada', {
      name: 'l',
      type: 'text',
      path: 'large.txt'
    });
    assert.ok(
      (await ada.commons.call('ada', 'getContent', { id })).body === large
    );
    const page = await ada.commons.sync('ada', id);
    await typist(page)('!');
    ada.commons.clock.advance(1000);
    await ada.written(1);
    const text = ada.server.files.get('large.txt')!;
    assert.equal(text.length, large.length + 1);
    assert.ok(text.replace('!', '') === large);
  });
});

describe('a document without a file', () => {
  it('has nothing to choose', async () => {
    const commons = await new TestCompanion(new MemoryStore()).start({
      people: { ada: {}, bob: {} }
    });
    try {
      const id = await commons.share('ada');
      assert.equal(
        (await commons.call('ada', 'getDocument', { id })).body.fileState,
        'none'
      );
      assert.equal(
        (
          await commons.call(
            'ada',
            'chooseFile',
            { id },
            { choice: 'keep-live' }
          )
        ).code,
        'BAD_REQUEST'
      );
    } finally {
      await commons.stop();
    }
  });
});

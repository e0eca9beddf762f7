/** The owner's file follows the document, and nothing is overwritten silently: rules F, D5. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  messageType,
  syncStep,
  type FileState,
  type OwnMessage
} from '@jupyterlab-commons/protocol';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { MemoryStore } from '../../src/storage/memory.ts';
import { TestCompanion } from '../http/test-companion.ts';
import type { TestSocket } from '../http/test-socket.ts';
import { hashOf, TestServer } from './test-server.ts';

const people = { ada: {}, bob: {} };

describe("the owner's file", () => {
  let commons: TestCompanion;
  let server: TestServer;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people });
    server = await TestServer.dial(commons, 'ada');
    server.files.set('work/a.txt', 'one');
  });
  afterEach(() => commons.stop());

  /** Adds a letter to the document, as a page would; resolves when it is on disk. */
  function typist(page: TestSocket): (text: string) => Promise<void> {
    const doc = new Y.Doc();
    let frames = 0;
    return async text => {
      const before = Y.encodeStateVector(doc);
      doc.getText('source').insert(doc.getText('source').length, text);
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, messageType.sync);
      encoding.writeVarUint(encoder, syncStep.update);
      encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(doc, before));
      page.socket.send(encoding.toUint8Array(encoder));
      const wanted = ++frames;
      await page.frame('saved', saved => saved.frames === wanted);
    };
  }

  const share = () =>
    commons.share('ada', { name: 'a.txt', type: 'text', path: 'work/a.txt' });
  const state = async (id: string): Promise<FileState> =>
    (await commons.call('ada', 'getDocument', { id })).body.fileState;

  /** A shared file, open in a page of the owner. */
  async function open() {
    const id = await share();
    const page = await commons.sync('ada', id);
    const type = typist(page);
    const until = (fileState: FileState, after = 0) =>
      page.until(() =>
        page.frames
          .slice(after)
          .some(each => each.type === 'status' && each.fileState === fileState)
      );
    return { id, page, type, until };
  }

  /** How the file stands when it is neither behind nor away any more. */
  async function settled(page: TestSocket, after = 0): Promise<FileState> {
    const ended = (each: OwnMessage) =>
      each.type === 'status' && !['away', 'behind'].includes(each.fileState)
        ? each.fileState
        : null;
    return page.until(() =>
      page.frames
        .slice(after)
        .reduce<FileState | null>((found, each) => found ?? ended(each), null)
    ) as Promise<FileState>;
  }

  const written = (count: number) =>
    server.until(() => server.writes.length >= count);

  it('D2 D5 is read once, and sharing it again gives the same document', async () => {
    const id = await share();
    assert.equal((await commons.call('ada', 'getContent', { id })).body, 'one');
    const again = await commons.call(
      'ada',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: './work//a.txt' }
    );
    assert.equal(again.status, 200);
    assert.equal(again.body.id, id);
    const both = await Promise.all(
      [0, 1].map(() =>
        commons.call(
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
    assert.deepEqual(server.writes, [], 'sharing writes nothing');
    commons.clock.advance(200);
    await server.until(() => server.watched.length === 1);
    assert.equal(server.watched[0]?.path, 'work/a.txt');
  });

  it('shared twice at once is still one document', async () => {
    const both = await Promise.all([share(), share()]);
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
      const answer = await commons.call(
        'ada',
        'createDocument',
        {},
        { name: 'x', type: 'text', path }
      );
      assert.equal(answer.code, 'FILE_UNSHAREABLE', JSON.stringify(path));
    }
  });

  it('F3 without a link nothing can be shared from a file', async () => {
    const answer = await commons.call(
      'bob',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: 'a' }
    );
    assert.equal(answer.code, 'LINK_ABSENT');
  });

  it('F1 is written a second after the last edit', async () => {
    const { type, until } = await open();
    await type('A');
    commons.clock.advance(999);
    await type('B');
    commons.clock.advance(999);
    await until('behind');
    assert.equal(server.writes.length, 0);
    commons.clock.advance(1);
    await written(1);
    assert.equal(server.files.get('work/a.txt')!.length, 5);
    await until('saved');
  });

  it('F1 is written every five seconds while somebody goes on typing', async () => {
    const { type } = await open();
    for (let tenth = 0; tenth < 50; tenth += 9) {
      await type('x');
      commons.clock.advance(900);
    }
    await written(1);
  });

  /** The file is changed in a way that nobody can merge, and that is found out. */
  async function changedUnreadably(
    id: string,
    until: (state: FileState) => Promise<unknown>
  ): Promise<void> {
    server.unreadable = 'it is not UTF-8';
    server.change(id, 'work/a.txt', 'by git');
    await until('behind');
    commons.clock.advance(1000);
    await until('changed-outside');
  }

  it('F2 F6 what cannot be merged is not overwritten; the owner chooses, and the other version is kept', async () => {
    const { id, type, page, until } = await open();
    const events = await commons.events('ada');
    await changedUnreadably(id, until);
    assert.equal(
      page.frames.findLast(each => each.type === 'status')?.fileDetail,
      'it is not UTF-8'
    );
    await events.event(
      'changed',
      ({ document }) => document?.fileState === 'changed-outside'
    );
    await type('A');
    commons.clock.advance(10_000);
    assert.equal(await state(id), 'changed-outside');
    assert.deepEqual(server.writes, []);
    const wrong = await commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'write-again' }
    );
    assert.equal(wrong.code, 'BAD_REQUEST');
    const { body } = await commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'keep-live' }
    );
    assert.deepEqual(body, {
      fileState: 'saved',
      keptAs: 'work/a.txt (other version)'
    });
    assert.equal(server.files.get('work/a.txt (other version)'), 'by git');
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
    assert.equal(page.socket.readyState, 1);
  });

  it('F2 a change that was not told yet is met by the write, and merged', async () => {
    const { type } = await open();
    server.files.set('work/a.txt', 'zero\none');
    await type('A');
    await commons.passUntil(() => server.writes.length === 1);
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
    assert.ok([...server.files.values()].some(each => each.startsWith('zero')));
  });

  it('F2 a file that is put back as it was is kept again', async () => {
    const { id, until, page, type } = await open();
    await changedUnreadably(id, until);
    server.unreadable = null;
    const told = page.frames.length;
    server.change(id, 'work/a.txt', 'one');
    await until('saved', told);
    await type('A');
    commons.clock.advance(1000);
    await written(1);
  });

  it('a missing file is written anew when the owner says so, and not over one that has appeared', async () => {
    const { id, until, page } = await open();
    server.change(id, 'work/a.txt', null);
    await until('missing');
    server.files.set('work/a.txt', 'another');
    assert.equal(
      (
        await commons.call(
          'ada',
          'chooseFile',
          { id },
          { choice: 'write-again' }
        )
      ).code,
      'FILE_CHANGED'
    );
    assert.equal(await state(id), 'behind', 'the other one is merged');
    const told = page.frames.length;
    server.change(id, 'work/a.txt', null);
    await until('missing', told);
    const { body } = await commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'write-again' }
    );
    assert.deepEqual(body, { fileState: 'saved', keptAs: null });
    assert.equal(server.files.get('work/a.txt'), 'one');
  });

  it('F3 catches up when the link returns', async () => {
    const { id, type, until } = await open();
    server.link.socket.terminate();
    await until('away');
    await type('A');
    commons.clock.advance(10_000);
    assert.equal(await state(id), 'away');
    assert.equal(
      (await commons.call('ada', 'chooseFile', { id }, { choice: 'keep-live' }))
        .code,
      'BAD_REQUEST'
    );
    server = await TestServer.dial(commons, 'ada', server.files);
    await written(1);
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
    await until('saved');
  });

  it('F3 catches up after a restart of the companion', async () => {
    const { id, type } = await open();
    server.link.socket.terminate();
    await type('A');
    const { files } = server;
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({ people });
    assert.equal(await state(id), 'away');
    server = await TestServer.dial(commons, 'ada', files);
    await written(1);
    assert.ok(files.get('work/a.txt')!.includes('A'));
  });

  it('a write whose answer was lost is not taken for a change from outside', async () => {
    const { type, until, page } = await open();
    await type('A');
    server.dropsAnswers = true;
    commons.clock.advance(1000);
    await written(1);
    await until('away');
    await type('B');
    const told = page.frames.length;
    server = await TestServer.dial(commons, 'ada', server.files);
    await written(1);
    await until('saved', told);
    assert.ok(server.files.get('work/a.txt')!.includes('B'));
  });

  it('F2 a write that a crash fell into is not taken for a change from outside', async () => {
    const { id, type, until } = await open();
    await type('A');
    server.dropsAnswers = true;
    commons.clock.advance(1000);
    await written(1);
    await until('away');
    const { files } = server;
    const sent = files.get('work/a.txt')!;
    await commons.stop();

    commons = await new TestCompanion(commons.store).start({ people });
    const page = await commons.sync('ada', id);
    await typist(page)('B');
    server = await TestServer.dial(commons, 'ada', files);
    server.say({ news: 'file', document: id, hash: hashOf(sent) });
    assert.equal(await settled(page), 'saved');
    assert.ok(files.get('work/a.txt')!.includes('B'));
  });

  it('F2 two lost answers in a row, of a write that was done and of one that was not, are no change from outside', async () => {
    const { id, type, until, page } = await open();
    await type('A');
    server.dropsAnswers = true;
    commons.clock.advance(1000);
    await written(1);
    await until('away');
    server = await TestServer.dial(commons, 'ada', server.files);
    await written(1);
    await type('B');
    server.silent = true;
    commons.clock.advance(1000);
    assert.equal(await state(id), 'behind');
    let told = page.frames.length;
    server.link.socket.terminate();
    await until('away', told);
    await type('C');
    told = page.frames.length;
    server = await TestServer.dial(commons, 'ada', server.files);
    assert.equal(await settled(page, told), 'saved');
    assert.ok(server.files.get('work/a.txt')!.includes('C'));
  });

  it('a write that fails says why, and is tried again, less and less often', async () => {
    const { type, until, page } = await open();
    server.failing = { code: 'INTERNAL', detail: 'disk\nfull' };
    await type('A');
    commons.clock.advance(1000);
    await until('failed');
    const status = page.frames.findLast(each => each.type === 'status');
    assert.equal(status?.fileDetail, 'disk\\u000afull');
    server.failing = null;
    commons.clock.advance(4_999);
    assert.deepEqual(server.writes, []);
    commons.clock.advance(1);
    await written(1);
  });

  it('F1 a write that failed is tried again also while somebody goes on typing', async () => {
    const { type, until } = await open();
    server.failing = { code: 'FILE_UNWRITABLE', detail: 'disk full' };
    await type('A');
    commons.clock.advance(1000);
    await until('failed');
    server.failing = null;
    for (let second = 0; second < 5; second++) {
      await type('x');
      commons.clock.advance(1000);
    }
    await written(1);
  });

  it('edits that come while a server is silent pile up no writes', async () => {
    const { id, type } = await open();
    server.silent = true;
    await type('A');
    commons.clock.advance(1000);
    assert.equal(await state(id), 'behind');
    for (let second = 0; second < 20; second++) {
      await type('x');
      commons.clock.advance(1000);
    }
    const { asked } = server;
    server.silent = false;
    commons.clock.advance(15_000);
    for (let call = 0; call < 5; call++) {
      await state(id);
    }
    assert.equal(server.asked, asked, 'it is left in peace for a while');
    commons.clock.advance(5_000);
    await written(1);
    assert.equal(server.files.get('work/a.txt')!.length, 24);
  });

  it('a server that is silent is given up, and asked again', async () => {
    const { id, type } = await open();
    server.silent = true;
    await type('A');
    commons.clock.advance(1000);
    // The request is on its way when the next call has been answered.
    assert.equal(await state(id), 'behind');
    commons.clock.advance(15_000);
    server.silent = false;
    commons.clock.advance(15_000);
    await state(id);
    commons.clock.advance(5_000);
    await written(1);
  });

  it('F4 a server speaks of its own files only, and only its user is served', async () => {
    const { id } = await open();
    const other = await TestServer.dial(commons, 'bob');
    other.say({ news: 'file', document: id, hash: null });
    other.say({ id: 1, done: {} });
    await commons.call(
      'bob',
      'createDocument',
      {},
      { name: 'x', type: 'text', path: 'none' }
    );
    assert.equal(await state(id), 'saved');
  });

  it('the newest link of a server wins', async () => {
    const { type } = await open();
    const newer = await TestServer.dial(commons, 'ada', server.files);
    assert.equal(await server.link.closed(), 'TOO_MANY');
    await type('A');
    commons.clock.advance(1000);
    await newer.until(() => newer.writes.length === 1);
    assert.deepEqual(server.writes, []);
  });

  it('a link that sends nonsense is closed, and harms nothing', async () => {
    for (const nonsense of ['{', '[]', '{"id":"x"}', '{"news":7}', 'null']) {
      const other = await TestServer.dial(commons, 'bob');
      other.link.socket.send(nonsense);
      assert.equal(await other.link.closed(), 'BAD_REQUEST', nonsense);
    }
    assert.equal((await commons.send('health', {})).status, 200);
  });

  it('a link that does not greet is closed', async () => {
    const link = commons.dial('link', [], {
      authorization: 'token token-of-bob'
    });
    await link.opened();
    commons.clock.advance(10_000);
    assert.equal(await link.closed(), 'BAD_REQUEST');
  });

  it('what is not in the file is written when sharing stops, and also when the server comes later', async () => {
    const first = await open();
    await first.type('A');
    assert.equal(
      (await commons.call('ada', 'closeDocument', { id: first.id })).status,
      204
    );
    assert.ok(server.files.get('work/a.txt')!.includes('A'));

    const second = await open();
    server.link.socket.terminate();
    await second.until('away');
    await second.type('B');
    assert.equal(
      (await commons.call('ada', 'closeDocument', { id: second.id })).status,
      204
    );
    server = await TestServer.dial(commons, 'ada', server.files);
    await written(1);
    assert.ok(server.files.get('work/a.txt')!.includes('B'));
  });

  /** A document that was closed with an edit that its file lacks. */
  async function closedBehind(): Promise<string> {
    const { id, type, until } = await open();
    server.link.socket.terminate();
    await until('away');
    await type('A');
    const { status } = await commons.call('ada', 'closeDocument', { id });
    assert.equal(status, 204);
    return id;
  }

  it('F3 what a closed document still has to write outlives a restart of the companion', async () => {
    const id = await closedBehind();
    const { files } = server;
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({ people });
    assert.equal(
      (await commons.call('ada', 'getContent', { id })).code,
      'DOCUMENT_CLOSED',
      'nobody sees it but its file'
    );
    server = await TestServer.dial(commons, 'ada', files);
    await written(1);
    assert.ok(files.get('work/a.txt')!.includes('A'));
    // Sharing the file anew waits for the answer to that write.
    const again = await share();
    assert.deepEqual(
      (await commons.store.documentsOfServer('ada', '')).map(each => each.id),
      [again]
    );
  });

  it('F7 what a closed document still has to write is not written over a change from outside', async () => {
    await closedBehind();
    server.files.set('work/a.txt', 'by git');
    server = await TestServer.dial(commons, 'ada', server.files);
    await commons.passUntil(() => server.writes.length === 1);
    assert.equal(server.files.get('work/a.txt (other version)'), 'by git');
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
  });

  it('F3 a file is shared anew with what its closed document still had to write', async () => {
    await closedBehind();
    server = await TestServer.dial(commons, 'ada', server.files);
    server.failing = { code: 'INTERNAL' };
    await server.until(() => server.refusals === 1);
    server.failing = null;
    const id = await share();
    const { body } = await commons.call('ada', 'getContent', { id });
    assert.ok(String(body).includes('A'));
    assert.equal(server.writes.length, 1);
  });

  it('a closed document whose write fails is tried again, and then let go', async () => {
    const { id, type } = await open();
    server.failing = { code: 'INTERNAL', detail: 'disk full' };
    await type('A');
    await commons.call('ada', 'closeDocument', { id });
    server.failing = null;
    commons.clock.advance(5_000);
    await written(1);
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
    await server.until(() => server.watched.length === 1);
    await commons.call('ada', 'listDocuments', {});
    commons.clock.advance(200);
    await server.until(() => server.watched.length === 0);
  });

  it('a stop of sharing does not wait for a server that is silent', async () => {
    const { id, type } = await open();
    await type('A');
    server.silent = true;
    const closing = commons.call('ada', 'closeDocument', { id });
    await server.until(() => server.asked > 1);
    commons.clock.advance(5_000);
    assert.equal((await closing).status, 204);
    server.link.socket.terminate();
  });

  it('F3 a link that returns loads no document whose file has everything', async () => {
    const { files } = server;
    await share();
    const { store } = commons;
    await commons.stop();
    const loaded: string[] = [];
    const load = store.load.bind(store);
    store.load = id => {
      loaded.push(id);
      return load(id);
    };
    commons = await new TestCompanion(store).start({ people });
    server = await TestServer.dial(commons, 'ada', files);
    await commons.call('ada', 'listDocuments', {});
    commons.clock.advance(200);
    await server.until(() => server.watched.length === 1);
    assert.deepEqual(loaded, []);
  });

  it('a stop of the companion writes what is missing', async () => {
    const { type } = await open();
    await type('A');
    await commons.stop();
    assert.ok(server.files.get('work/a.txt')!.includes('A'));
  });

  it('large content travels in parts, surrogate pairs whole, both ways', async () => {
    const large = 'é😀'.repeat(300_000);
    server.files.set('large.txt', large);
    const id = await commons.share('ada', {
      name: 'l',
      type: 'text',
      path: 'large.txt'
    });
    assert.ok((await commons.call('ada', 'getContent', { id })).body === large);
    const page = await commons.sync('ada', id);
    await typist(page)('!');
    commons.clock.advance(1000);
    await written(1);
    const text = server.files.get('large.txt')!;
    assert.equal(text.length, large.length + 1);
    assert.ok(text.replace('!', '') === large);
  });
});

describe('a document without a file', () => {
  it('has nothing to choose', async () => {
    const commons = await new TestCompanion(new MemoryStore()).start({
      people
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

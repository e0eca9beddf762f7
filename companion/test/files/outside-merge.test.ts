/** A program changes the file while people are in the document: rules F6 to F9. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TestCompanion } from '../http/test-companion.ts';
import { code, fileOf, type FileCell } from '../merging/live-notebook.ts';
import { LivePage } from './live-page.ts';
import type { Text } from 'yjs';
import { TestServer } from './test-server.ts';

const people = { ada: {}, bob: {}, carol: {} };
const PATH = 'work/a.ipynb';
const KEPT = `${PATH} (other version)`;

const cells = [code('a = 1', 'a'), code('b = 1', 'b'), code('c = 1', 'c')];
const [a, , c] = cells as [FileCell, FileCell, FileCell];

describe('a file that is changed while it is live', () => {
  let commons: TestCompanion;
  let server: TestServer;
  let id: string;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people });
    server = await TestServer.dial(commons, 'ada');
    server.files.set(PATH, fileOf(cells));
    id = await commons.share('ada', {
      name: 'a.ipynb',
      type: 'notebook',
      path: PATH
    });
    for (const [name, role] of [
      ['bob', 'edit'],
      ['carol', 'view']
    ]) {
      await commons.call('ada', 'putUserShare', { id, name: name! }, { role });
    }
  });
  afterEach(() => commons.stop());

  const open = (user: string) => LivePage.open(commons, user, id);
  const sources = (path = PATH) =>
    (JSON.parse(server.files.get(path)!).cells as FileCell[]).map(
      ({ source }) => [source].flat().join('')
    );
  const state = async () =>
    (await commons.call('ada', 'getDocument', { id })).body.fileState;
  const writes = (count: number) =>
    commons.passUntil(() => server.writes.length >= count);
  const git = (file: FileCell[] | string) =>
    server.change(id, PATH, typeof file === 'string' ? file : fileOf(file));

  it('F6 becomes part of the document, with what two people are typing; the file gets all of it', async () => {
    const [ada, bob] = [await open('ada'), await open('bob')];
    await Promise.all([ada.type(0, '\nada()'), bob.type(1, '\nbob()')]);
    git([a, code('b = 2', 'b'), code('new', 'n'), c]);
    await writes(1);
    const all = ['a = 1\nada()', 'b = 2\nbob()', 'new', 'c = 1'];
    assert.deepEqual(sources(), all);
    await Promise.all([ada.reads(all), bob.reads(all)]);
    await ada.socket.frame('status', each => each.fileState === 'saved');
    assert.equal(await state(), 'saved');
    const states = ada.socket.frames.flatMap(each =>
      each.type === 'status' ? each.fileState : []
    );
    assert.ok(!states.includes('changed-outside'), 'nobody is asked');
  });

  it('F8 everybody who has it open is told what came, a late page too, and the log of the owner', async () => {
    const pages = [await open('ada'), await open('bob'), await open('carol')];
    git([a, code('b = 2', 'b'), code('new', 'n')]);
    await commons.passUntil(() => server.reads >= 2);
    pages.push(await open('bob'));
    const told = await Promise.all(
      pages.map(page => page.socket.frame('merged'))
    );
    for (const merged of told) {
      const { at: _, ...rest } = merged;
      assert.deepEqual(rest, {
        type: 'merged',
        id: told[0]!.id,
        kind: 'outside',
        by: null,
        changed: 1,
        added: 1,
        deleted: 1,
        moved: 0,
        conflicts: 0,
        names: [],
        keptAs: null,
        undoable: true
      });
    }
    const { body } = await commons.call('ada', 'listAudit', { id });
    assert.match(
      body.entries[0].detail,
      /^changed outside: 1 changed, 1 added, 1 deleted/
    );
    assert.deepEqual(server.writes, [], 'a file that holds all is left alone');
    assert.equal(await state(), 'saved');
  });

  it('F7 what both changed stays as it is live, and the whole outside version lies beside the file before that is written', async () => {
    const [ada, bob] = [await open('ada'), await open('bob')];
    await bob.type(1, '0');
    const theirs = [code('a = 7', 'a'), code('b = 9', 'b'), c];
    git(theirs);
    await writes(1);
    assert.equal(server.files.get(KEPT), fileOf(theirs));
    assert.deepEqual(sources(), ['a = 7', 'b = 10', 'c = 1']);
    const owner = await ada.socket.frame('merged');
    assert.equal(owner.conflicts, 1);
    assert.deepEqual(owner.names, ['b = 10']);
    assert.equal(owner.keptAs, KEPT);
    const guest = await bob.socket.frame('merged');
    assert.equal(guest.keptAs, null, 'a path is a matter of the owner');
  });

  it('F7 nothing is written while there is no place for the outside version', async () => {
    const bob = await open('bob');
    await bob.type(1, '0');
    server.failing = { code: 'FILE_UNWRITABLE', detail: 'disk full' };
    const theirs = [a, code('b = 9', 'b'), c];
    git(theirs);
    await commons.passUntil(() =>
      bob.socket.frames.some(each => each.type === 'merged')
    );
    await commons.pass(3000);
    assert.equal(server.files.get(PATH), fileOf(theirs));
    server.failing = null;
    await commons.passUntil(() => server.files.has(KEPT));
    await writes(1);
    assert.equal(server.files.get(KEPT), fileOf(theirs));
    assert.deepEqual(sources(), ['a = 1', 'b = 10', 'c = 1']);
  });

  it('F7 what finds no place beside the file is told once, and tried again less and less often', async () => {
    const ada = await open('ada');
    await ada.type(1, '0');
    server.failing = { code: 'FILE_UNWRITABLE', detail: 'disk full' };
    git([a, code('b = 9', 'b'), c]);
    const { frames } = ada.socket;
    const told = () => frames.filter(each => each.type === 'merged');
    await commons.passUntil(() => told().length > 0);
    const { reads, refusals } = server;
    await commons.pass(300_000);
    assert.equal(told().length, 1);
    assert.ok(server.reads - reads < 20, `${server.reads - reads} tries`);
    assert.equal(await state(), 'failed');
    const { entries } = (await commons.call('ada', 'listAudit', { id })).body;
    assert.equal(
      entries.filter(({ action }: { action: string }) => action === 'file')
        .length,
      1
    );
    assert.equal(server.refusals, refusals, 'nothing was sent to be written');
    server.failing = null;
    await writes(1);
    const [first, second] = told();
    assert.deepEqual(second, { ...first, keptAs: KEPT }, 'the same merge');
    assert.deepEqual(sources(), ['a = 1', 'b = 10', 'c = 1']);
    assert.equal(await state(), 'saved');
  });

  it('F6 half a file is not merged, and says why; the whole one is, when it comes', async () => {
    const ada = await open('ada');
    git(fileOf([code('b = 2', 'b')]).slice(0, -20));
    await commons.passUntil(() =>
      ada.socket.frames.some(
        each =>
          each.type === 'status' &&
          each.fileState === 'changed-outside' &&
          each.fileDetail === 'it is not readable as JSON'
      )
    );
    await ada.type(0, ' + 1');
    await commons.passUntil(() => server.reads >= 1);
    assert.deepEqual(server.writes, []);
    git([a, code('b = 2', 'b'), c]);
    await writes(1);
    assert.deepEqual(sources(), ['a = 1 + 1', 'b = 2', 'c = 1']);
    assert.equal(await state(), 'saved');
  });

  it('F6 a file with the marks of a git conflict, or of another format, is not merged', async () => {
    await open('ada');
    for (const text of [
      `<<<<<<< HEAD\n${fileOf(cells)}\n=======\n{}\n>>>>>>> other\n`,
      fileOf(cells).replace('"nbformat":4', '"nbformat":3'),
      '',
      '[]'
    ]) {
      git(text);
      let now = '';
      await commons.passUntil(() => {
        void state().then(found => (now = found));
        return now === 'changed-outside';
      });
      assert.equal(server.files.get(PATH), text);
      assert.deepEqual(server.writes, []);
    }
  });

  it('F6 a file that is being written is read when it stands still', async () => {
    const ada = await open('ada');
    for (let step = 0; step < 5; step++) {
      git([a, code(`b = ${step}`, 'b'), c]);
      await state();
      commons.clock.advance(900);
      await state();
    }
    assert.equal(server.reads, 1, 'only when it was shared');
    // Written on without anybody having noticed.
    server.files.set(PATH, fileOf([a, code('b = 5', 'b'), c]));
    commons.clock.advance(100);
    await server.until(() => server.reads === 2);
    const before = await commons.store.load(id);
    await state();
    await state();
    assert.deepEqual((await commons.store.load(id)).rows, before.rows);
    commons.clock.advance(1000);
    await ada.reads(['a = 1', 'b = 5', 'c = 1']);
    assert.equal(server.reads, 3, 'the same content twice');
  });

  it('F6 a file that was changed again before it could be written is merged again', async () => {
    const ada = await open('ada');
    await ada.type(0, ' + 1');
    git([a, code('b = 2', 'b'), c]);
    await commons.passUntil(() => {
      if (server.reads === 2 && server.writes.length === 0) {
        // Between the reading and the writing.
        server.files.set(
          PATH,
          fileOf([a, code('b = 2', 'b'), code('c = 3', 'c')])
        );
      }
      return server.reads >= 2;
    });
    await writes(1);
    await commons.passUntil(
      () => sources()[2] === 'c = 3' && sources()[0] === 'a = 1 + 1'
    );
    assert.deepEqual(sources(), ['a = 1 + 1', 'b = 2', 'c = 3']);
  });

  it('F9 a change while the owner was away, and the companion restarted, is merged when both are back', async () => {
    const bob = await open('bob');
    await bob.type(0, ' + w');
    await writes(1);
    server.link.socket.terminate();
    const written = code('a = 1 + w', 'a');
    for (let n = 0; n < 3; n++) {
      await bob.type(0, ` + ${n}`);
    }
    const { files } = server;
    files.set(PATH, fileOf([written, code('b = 2', 'b'), code('new', 'n'), c]));
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({ people });
    server = await TestServer.dial(commons, 'ada', files);
    await writes(1);
    assert.deepEqual(sources(), [
      'a = 1 + w + 0 + 1 + 2',
      'b = 2',
      'new',
      'c = 1'
    ]);
  });

  it('F9 what the file was is known also when the journal has been compacted', async () => {
    const bob = await open('bob');
    server.link.socket.terminate();
    const source = bob.cells.get(0).get('source') as Text;
    for (let n = 0; n < 1200; n++) {
      source.insert(source.length, 'x');
      if (n % 100 === 0) {
        await bob.saved();
      }
    }
    await bob.saved();
    const { files } = server;
    files.set(PATH, fileOf([a, code('b = 2', 'b')]));
    server = await TestServer.dial(commons, 'ada', files);
    await writes(1);
    assert.deepEqual(sources(), [`a = 1${'x'.repeat(1200)}`, 'b = 2']);
  });

  const undo = (user: string, merge: string) =>
    commons.call(user, 'undoMerge', { id, merge });

  it('F8 an editor takes a merge back, everybody hears who, and that can be taken back too', async () => {
    const [ada, bob] = [await open('ada'), await open('bob')];
    await ada.type(0, ' + 1');
    git([a, code('b = 2', 'b'), code('new', 'n'), c]);
    await writes(1);
    const { id: merge } = await ada.socket.frame('merged');
    const { body } = await undo('bob', merge);
    assert.equal(body.known, true);
    const told = await ada.socket.frame('merged', each => each.kind === 'undo');
    assert.deepEqual(told.by, { user: 'bob', displayName: 'bob' });
    assert.deepEqual([told.changed, told.deleted, told.added], [1, 1, 0]);
    await ada.reads(['a = 1 + 1', 'b = 1', 'c = 1']);
    await writes(2);
    assert.deepEqual(sources(), ['a = 1 + 1', 'b = 1', 'c = 1']);
    await bob.type(1, ' # bob');
    const again = await undo('ada', told.id);
    assert.equal(again.body.merged.conflicts, 1, 'bob has gone on in it');
    await ada.reads(['a = 1 + 1', 'b = 1 # bob', 'new', 'c = 1']);
  });

  it('F8 a merge can be taken back after a restart; one that is not known is not', async () => {
    const ada = await open('ada');
    git([a, code('b = 2', 'b'), c]);
    await commons.passUntil(() => server.reads >= 2);
    const { id: merge } = await ada.socket.frame('merged');
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({ people });
    assert.deepEqual((await undo('ada', 'none')).body, {
      known: false,
      merged: null
    });
    assert.equal((await undo('ada', merge)).body.merged.changed, 1);
    assert.equal((await undo('carol', merge)).code, 'ROLE_TOO_LOW');
    const { body } = await commons.call('ada', 'getContent', { id });
    assert.ok(JSON.stringify(body).includes('b = 1'));
  });

  it('F2 a document of before this was built, whose base is not known, is a matter of its owner', async () => {
    await open('ada');
    const names = await commons.store.asides(id);
    assert.equal(names.length, 1);
    await commons.store.putAside(id, { [names[0]!]: null });
    git([a]);
    let now = '';
    await commons.passUntil(() => {
      void state().then(found => (now = found));
      return now === 'changed-outside';
    });
    const { body } = await commons.call(
      'ada',
      'chooseFile',
      { id },
      { choice: 'keep-live' }
    );
    assert.equal(body.keptAs, KEPT);
    assert.deepEqual(sources(), ['a = 1', 'b = 1', 'c = 1']);
  });
});

/** A program has changed the file, and its owner stops sharing: F3, F6, F7. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TestCompanion } from '../http/test-companion.ts';
import { code, fileOf, type FileCell } from '../merging/live-notebook.ts';
import { LivePage } from './live-page.ts';
import { TestServer } from './test-server.ts';

const people = { ada: {}, bob: {} };
const PATH = 'work/a.ipynb';
const KEPT = `${PATH} (other version)`;

const cells = [code('a = 1', 'a'), code('b = 1', 'b')];
const [a, b] = cells as [FileCell, FileCell];

describe('a file that was changed when sharing stops', () => {
  let commons: TestCompanion;
  let server: TestServer;
  let id: string;
  let ada: LivePage;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people });
    server = await TestServer.dial(commons, 'ada');
    server.files.set(PATH, fileOf(cells));
    id = await share();
    ada = await LivePage.open(commons, 'ada', id);
  });
  afterEach(() => commons.stop());

  const share = () =>
    commons.share('ada', { name: 'a.ipynb', type: 'notebook', path: PATH });
  const sources = () =>
    (JSON.parse(server.files.get(PATH)!).cells as FileCell[]).map(
      ({ source }) => [source].flat().join('')
    );
  const close = async () => {
    const { status } = await commons.call('ada', 'closeDocument', { id });
    assert.equal(status, 204);
  };
  const writes = (count: number) =>
    commons.passUntil(() => server.writes.length >= count);
  const git = (file: FileCell[] | string) =>
    server.change(id, PATH, typeof file === 'string' ? file : fileOf(file));
  /** The companion tries nothing more on a document that is closed. */
  const letGo = async () => {
    await commons.passUntil(() => server.watched.length === 0);
    assert.deepEqual(await commons.store.documentsOfServer('ada', ''), []);
  };
  const lastEntry = async () => (await commons.store.auditOf(id, 1))[0]!.detail;

  it('F6 gets what was edited, also what was edited while the change waited', async () => {
    git([code('a = 2', 'a'), b]);
    await commons.call('ada', 'listDocuments', {});
    await ada.type(1, ' + 1');
    await close();
    await writes(1);
    assert.deepEqual(sources(), ['a = 2', 'b = 1 + 1']);
    await letGo();
    assert.match(await lastEntry(), /^changed outside: 1 changed/);
  });

  it('F6 a change that the last write meets is merged', async () => {
    await ada.type(1, ' + 1');
    // Nobody has noticed it.
    server.files.set(PATH, fileOf([code('a = 2', 'a'), b]));
    await close();
    await writes(1);
    assert.deepEqual(sources(), ['a = 2', 'b = 1 + 1']);
    await letGo();
  });

  it('F7 what both changed stays as it was live, and the outside version lies beside it', async () => {
    await ada.type(1, '0');
    const theirs = [code('a = 2', 'a'), code('b = 9', 'b')];
    server.files.set(PATH, fileOf(theirs));
    await close();
    await writes(1);
    assert.deepEqual(sources(), ['a = 2', 'b = 10']);
    assert.equal(server.files.get(KEPT), fileOf(theirs));
    await letGo();
  });

  it('F3 is merged when the server comes back, after a restart too', async () => {
    server.link.socket.terminate();
    await ada.socket.frame('status', each => each.fileState === 'away');
    await ada.type(1, ' + 1');
    await close();
    const { files } = server;
    files.set(PATH, fileOf([code('a = 2', 'a'), b]));
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({ people });
    server = await TestServer.dial(commons, 'ada', files);
    await writes(1);
    assert.deepEqual(sources(), ['a = 2', 'b = 1 + 1']);
    await letGo();
  });

  it('F7 what cannot be merged is put beside the file, once, before the document is written', async () => {
    await ada.type(1, ' + 1');
    server.files.set(PATH, '<<<<<<< HEAD');
    await close();
    await writes(1);
    assert.equal(server.files.get(KEPT), '<<<<<<< HEAD');
    assert.deepEqual(sources(), ['a = 1', 'b = 1 + 1']);
    await letGo();
    assert.equal(
      await lastEntry(),
      `cannot be merged: it is not readable as JSON; the other version is ${KEPT}`
    );
  });

  it('F2 a choice that the owner has not made is made so that nothing is lost', async () => {
    git('<<<<<<< HEAD');
    const { frames } = ada.socket;
    await commons.passUntil(() =>
      frames.some(
        each => each.type === 'status' && each.fileState === 'changed-outside'
      )
    );
    await ada.type(1, ' + 1');
    await close();
    await writes(1);
    assert.equal(server.files.get(KEPT), '<<<<<<< HEAD');
    assert.deepEqual(sources(), ['a = 1', 'b = 1 + 1']);
    await letGo();
  });

  it('F7 nothing is written while there is no place for the outside version', async () => {
    await ada.type(1, ' + 1');
    server.files.set(PATH, '<<<<<<< HEAD');
    server.failing = { code: 'FILE_UNWRITABLE', detail: 'disk full' };
    await close();
    await commons.pass(30_000);
    assert.equal(server.files.get(PATH), '<<<<<<< HEAD');
    server.failing = null;
    await writes(1);
    assert.equal(server.files.get(KEPT), '<<<<<<< HEAD');
    assert.deepEqual(sources(), ['a = 1', 'b = 1 + 1']);
    await letGo();
  });

  it('F3 a change of a document that has nothing to write is left alone', async () => {
    git([a]);
    await close();
    await letGo();
    assert.deepEqual(sources(), ['a = 1']);
    assert.deepEqual(server.writes, []);
  });

  it('F3 sharing the file anew takes both: what was edited reaches it as a change', async () => {
    await ada.type(1, ' + 1');
    server.files.set(PATH, fileOf([code('a = 2', 'a'), b]));
    await close();
    const again = await share();
    const page = await LivePage.open(commons, 'ada', again);
    await writes(1);
    const noticed = server.files.get(PATH)!;
    server.change(again, PATH, noticed);
    await commons.passUntil(() => page.sources[1] === 'b = 1 + 1');
    assert.deepEqual(page.sources, ['a = 2', 'b = 1 + 1']);
  });
});

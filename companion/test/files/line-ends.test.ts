/** Files as other systems write them: line ends of two characters, a mark at the beginning. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Text } from 'yjs';
import { TestCompanion } from '../http/test-companion.ts';
import { code, fileOf, type FileCell } from '../merging/live-notebook.ts';
import { LivePage } from './live-page.ts';
import { TestServer } from './test-server.ts';

describe('F1 a file with line ends of its own', () => {
  let commons: TestCompanion;
  let server: TestServer;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people: { ada: {} } });
    server = await TestServer.dial(commons, 'ada');
  });
  afterEach(() => commons.stop());

  async function open(path: string, content: string) {
    server.files.set(path, content);
    const type = path.endsWith('.ipynb') ? 'notebook' : 'text';
    const id = await commons.share('ada', { name: path, type, path });
    return { id, page: await LivePage.open(commons, 'ada', id) };
  }
  const writes = (count: number) =>
    commons.passUntil(() => server.writes.length >= count);
  const textOf = (page: LivePage): Text => page.doc.getText('source');
  async function type(page: LivePage, at: number, text: string) {
    textOf(page).insert(at, text);
    await page.saved();
  }

  it('is edited with single line ends, as editors count them, and keeps its own', async () => {
    const { page } = await open('a.txt', 'one\r\ntwo\r\n');
    assert.equal(String(textOf(page)), 'one\ntwo\n');
    await type(page, 4, 'and\n');
    await writes(1);
    assert.equal(server.files.get('a.txt'), 'one\r\nand\r\ntwo\r\n');
  });

  it('keeps them over a restart, and the oldest kind too', async () => {
    const { id, page } = await open('a.txt', 'one\rtwo\r');
    await type(page, 0, 'zero\n');
    await writes(1);
    assert.equal(server.files.get('a.txt'), 'zero\rone\rtwo\r');
    const { files } = server;
    await commons.stop();
    commons = await new TestCompanion(commons.store).start({
      people: { ada: {} }
    });
    server = await TestServer.dial(commons, 'ada', files);
    const again = await LivePage.open(commons, 'ada', id);
    await type(again, 0, '-1\n');
    await writes(1);
    assert.equal(files.get('a.txt'), '-1\rzero\rone\rtwo\r');
  });

  it('F6 a change that only turns the line ends is taken without any other', async () => {
    const { id, page } = await open('a.txt', 'one\r\ntwo\r\n');
    server.change(id, 'a.txt', 'one\nTWO\n');
    await commons.passUntil(() => String(textOf(page)) === 'one\nTWO\n');
    await type(page, 0, 'zero\n');
    await writes(1);
    assert.equal(server.files.get('a.txt'), 'zero\none\nTWO\n');
    const told = await page.socket.frame('merged');
    assert.deepEqual([told.changed, told.conflicts], [1, 0]);
  });

  it('F6 is merged line by line', async () => {
    const { id, page } = await open('a.txt', 'one\r\ntwo\r\nthree\r\n');
    await type(page, 0, '# mine\n');
    server.change(id, 'a.txt', 'one\r\ntwo\r\nTHREE\r\n');
    await writes(1);
    await commons.passUntil(() => server.files.get('a.txt')!.includes('mine'));
    assert.equal(
      server.files.get('a.txt'),
      '# mine\r\none\r\ntwo\r\nTHREE\r\n'
    );
  });

  it('a text keeps the mark at its beginning', async () => {
    const { page } = await open('a.txt', '\ufeffone\r\n');
    await type(page, String(textOf(page)).length, 'two\n');
    await writes(1);
    assert.equal(server.files.get('a.txt'), '\ufeffone\r\ntwo\r\n');
  });

  const cells = (ends = '\n') => [
    code(`a = 1${ends}aa`, 'a'),
    code(`b = 1${ends}bb`, 'b')
  ];
  const sources = (path: string) =>
    (JSON.parse(server.files.get(path)!).cells as FileCell[]).map(
      ({ source }) => [source].flat().join('')
    );

  it('a notebook may begin with a mark, and have line ends of two characters around and in its cells', async () => {
    const text = JSON.stringify(JSON.parse(fileOf(cells('\r\n'))), null, 1);
    const { id, page } = await open(
      'a.ipynb',
      `\ufeff${text.replaceAll('\n', '\r\n')}\r\n`
    );
    assert.deepEqual(page.sources, ['a = 1\naa', 'b = 1\nbb']);
    await page.type(0, '!');
    const theirs = cells('\r\n');
    theirs[1]!.source = 'b = 2\r\nbb';
    server.change(id, 'a.ipynb', `\ufeff${fileOf(theirs)}`);
    await writes(1);
    await commons.passUntil(() => sources('a.ipynb')[0] === 'a = 1\naa!');
    assert.deepEqual(sources('a.ipynb'), ['a = 1\naa!', 'b = 2\nbb']);
    const told = await page.socket.frame('merged');
    assert.deepEqual([told.changed, told.conflicts], [1, 0]);
  });

  it('an output keeps what a program has put out', async () => {
    const out = { output_type: 'stream', name: 'stdout', text: '10%\r20%\r\n' };
    const file = fileOf([code('a', 'a', { outputs: [out] })]);
    const { page } = await open('a.ipynb', file);
    await page.type(0, '!');
    await writes(1);
    const [cell] = JSON.parse(server.files.get('a.ipynb')!).cells;
    assert.equal([cell.outputs[0].text].flat().join(''), '10%\r20%\r\n');
  });
});

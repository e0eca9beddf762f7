/** Cells that a merge, or taking it back, could lose. */
import assert from 'node:assert/strict';
import { atOnce } from '@jupyterlab-commons/protocol';
import { test } from 'node:test';
import * as Y from 'yjs';
import {
  prepareMerge,
  versionOfFile,
  type MergeResult
} from '../../src/merging/merge-document.ts';
import { ID, openTestRoom } from '../rooms/test-room.ts';
import { code, fileOf, Live, markdown } from './live-notebook.ts';

/** As it comes back from the store. */
const stored = (merge: MergeResult): MergeResult => ({
  ...merge,
  reversal: JSON.parse(JSON.stringify(merge.reversal))
});

test('a cell comes back as it was, whatever its id is called', async () => {
  const ids = ['__proto__', 'constructor', 'toString'];
  const before = ids.map(id => code(`${id} = 1`, id, { metadata: { k: 1 } }));
  const last = code('last', 'last');
  for (const after of [
    [last],
    [...before.map(cell => ({ ...cell, metadata: { k: 2 } })), last]
  ]) {
    const live = await Live.open([...before, last]);
    const first = await live.cells();
    const merge = await live.outside(after);
    assert.notDeepEqual(await live.cells(), first);
    await live.undo(stored(merge));
    assert.deepEqual(await live.cells(), first);
    await live.close();
  }
});

test('attachments that the live cell, of another type by now, cannot take are a conflict', async () => {
  const live = await Live.open([markdown('a picture', 'a'), code('b', 'b')]);
  live.page.doc.transact(() => {
    const cell = new Y.Map<unknown>();
    live.page.cells.delete(0, 1);
    live.page.cells.insert(0, [cell]);
    cell.set('cell_type', 'code');
    cell.set('id', 'a');
    cell.set('source', new Y.Text('a picture'));
    cell.set('metadata', new Y.Map());
    cell.set('outputs', new Y.Array());
    cell.set('execution_count', null);
  });
  const attachments = { 'x.png': { 'image/png': 'AAAA' } };
  const merge = await live.outside([
    markdown('a picture', 'a', { attachments }),
    code('b', 'b')
  ]);
  assert.equal(merge.counts.conflicts, 1);
  assert.equal((await live.cells())[0]!.cell_type, 'code');
  await live.close();
});

test('F8 the very cell comes back, also where one like it was brought', async () => {
  const cells = [code('', 'a'), markdown('one', 'b'), code('two', 'c')];
  const live = await Live.open([...cells, code('three', 'd')]);
  const before = await live.cells();
  const merge = await live.outside([
    markdown('one more'),
    code('two'),
    code(''),
    code(''),
    code('')
  ]);
  assert.ok(!live.page.ids().includes('b'), 'another cell');
  await live.undo(merge);
  assert.deepEqual(await live.cells(), before);
  await live.close();
});

test('a large merge that replaces what it brings leaves room for edits', async () => {
  const big = (letter: string) => [code(letter.repeat(6_000), 'a')];
  const limits = { documentBytes: 10_000 };
  const room = await openTestRoom({ content: fileOf(big('x')), limits });
  const page = await room.join('bob');
  const { outline: base } = await room.rooms.content(ID);
  const other = atOnce(versionOfFile('notebook', fileOf(big('y'))));
  const change = room.rooms.change(ID, 'ada', 'outside', (doc, live) =>
    prepareMerge(doc, live, { base, other })
  );
  await room.deliver();
  assert.equal((await change).result.same, true);
  room.clock.advance(1_000);
  const source = page.cells.get(0).get('source') as Y.Text;
  source.insert(0, 'bob');
  await room.deliver();
  assert.deepEqual(
    page.heard.filter(({ type }) => type === 'refusal'),
    []
  );
  assert.ok((await room.content()).includes('boby'));
  await room.close();
});

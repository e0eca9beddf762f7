/** Cells that a merge, or taking it back, could lose. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import type { MergeResult } from '../../src/merging/merge-document.ts';
import { code, Live, markdown } from './live-notebook.ts';

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

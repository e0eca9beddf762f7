/** Two people have moved one cell, one of them offline. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type * as Y from 'yjs';
import { TestPage } from '../rooms/test-page.ts';
import { ID } from '../rooms/test-room.ts';
import { code, Live } from './live-notebook.ts';

function move(page: TestPage, from: number, to: number): void {
  page.doc.transact(() => {
    const copy = page.cells.get(from).clone() as Y.Map<unknown>;
    page.cells.delete(from, 1);
    page.cells.insert(to, [copy]);
  });
}

it('leaves every cell at its place for the next change of the file', async () => {
  const ids = ['c0', 'c1', 'c2'];
  const live = await Live.open(ids.map(id => code(id, id)));
  const { room, page: bob } = live;
  const dora = await room.join('dora', 'edit', new TestPage('dora', 'edit'));
  await room.deliver();
  room.cut(dora);
  dora.type(0, ' typed');
  move(dora, 2, 0);
  move(bob, 2, 1);
  await room.deliver();
  await live.outside(ids.slice(1).map(id => code(id, id)));
  room.connect(dora);
  await room.deliver();
  live.base = (await room.rooms.content(ID)).outline;
  const before = await live.cells();
  await live.outside(before.toReversed());
  assert.deepEqual(bob.ids(), before.map(({ id }) => id).toReversed());
  await live.close();
});

/** F10: edits that were on their way to a cell which a merge takes out, or puts elsewhere. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type * as Y from 'yjs';
import { ID, piecemeal } from '../rooms/test-room.ts';
import type { TestPage } from '../rooms/test-page.ts';
import { code, Live, stream, type FileCell } from './live-notebook.ts';

const [a, b, c] = [code('a = 1', 'a'), code('b = 1', 'b'), code('c = 1', 'c')];
const cells: FileCell[] = [a, b, c];

for (const pace of [undefined, piecemeal]) {
  const how = pace === undefined ? 'at once' : 'piece by piece';
  describe(`an edit that is on its way to a cell that a merge takes ${how}`, () => {
    let live: Live;
    const open = (content: FileCell[]) => Live.open(content, {}, { pace });
    afterEach(() => live.close());

    /** What everybody sees, and what comes out of the journal. */
    async function says(sources: string[]): Promise<void> {
      await live.room.deliver();
      assert.deepEqual(await live.sources(), sources);
      for (const page of live.room.pages.filter(each => each.online)) {
        assert.deepEqual(page.sources(), sources, page.user);
        assert.equal(page.closedWith(), null);
      }
      const again = await live.room.restart();
      const { cells: found } = JSON.parse(await again.content()) as {
        cells: FileCell[];
      };
      assert.deepEqual(
        found.map(({ source }) => [source].flat().join('')),
        sources,
        'J2'
      );
      await again.close();
    }

    it('brings back the cell that it took out, with the edit, and is saved', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      const sent = live.page.updatesSent;
      live.onTheWay(() => live.page.type(1, ' + 2'));
      const { counts } = await live.outside([a, c]);
      assert.equal(counts.deleted, 1);
      assert.equal(live.page.saved, sent + 1);
      assert.deepEqual(carol.ids(), ['a', 'b', 'c']);
      await says(['a = 1', 'b = 1 + 2', 'c = 1']);
    });

    it('goes on in the cell that has come back, letter by letter, also deleting', async () => {
      live = await open(cells);
      live.onTheWay(() => {
        const text = live.text(1);
        for (const letter of ' # 😀!') {
          text.insert(text.length, letter);
        }
        text.delete(text.length - 1, 1);
        text.delete(0, 1);
      });
      await live.outside([a, c]);
      assert.deepEqual(live.page.ids(), ['a', 'b', 'c']);
      live.page.type(1, '.');
      await says(['a = 1', ' = 1 # 😀.', 'c = 1']);
    });

    it('two people meet in one cell again', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      live.onTheWay(() => {
        live.page.type(1, ' + bob');
        const text = carol.cells.get(1).get('source') as Y.Text;
        text.insert(0, 'carol + ');
      });
      await live.outside([a, c]);
      await says(['a = 1', 'carol + b = 1 + bob', 'c = 1']);
    });

    it('makes a cell of its own where somebody has gone on in the one that came back', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      const dora = await live.room.join('dora');
      const write = (page: TestPage, text: string) =>
        (page.cells.get(1).get('source') as Y.Text).insert(0, text);
      live.room.cut(dora);
      write(dora, 'dora: ');
      live.onTheWay(() => live.page.type(1, '2'));
      await live.outside([a, c]);
      write(carol, 'carol: ');
      await live.room.deliver();
      live.room.connect(dora);
      await says(['a = 1', 'carol: b = 12', 'dora: b = 12', 'c = 1']);
      assert.equal(new Set(carol.ids()).size, 4);
    });

    it('finds its place where somebody who was away brings a new cell too', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      live.room.cut(carol);
      carol.insertCell('first', { index: 0 });
      carol.type(3, ' + 2');
      await live.outside([a, b]);
      live.room.connect(carol);
      await says(['first', 'a = 1', 'b = 1', 'c = 1 + 2']);
    });

    it('reaches the copy of a cell that was only moved', async () => {
      live = await open(cells);
      live.onTheWay(() => live.page.type(0, ' + 2'));
      const { counts } = await live.outside([b, c, a]);
      assert.equal(counts.moved, 1);
      await says(['b = 1', 'c = 1', 'a = 1 + 2']);
      assert.deepEqual(live.page.ids(), ['b', 'c', 'a']);
    });

    it('stands beside the cell that was moved and changed', async () => {
      live = await open(cells);
      live.onTheWay(() => live.page.type(0, ' + 2'));
      await live.outside([b, c, code('a = 9', 'a')]);
      await says(['b = 1', 'c = 1', 'a = 9', 'a = 1 + 2']);
      assert.equal(new Set(live.page.ids()).size, 4);
    });

    it('brings back outputs and metadata too', async () => {
      live = await open([a, code('b', 'b', { outputs: [stream('1\n')] })]);
      live.onTheWay(() => {
        const cell = live.page.cells.get(1);
        const outputs = cell.get('outputs') as Y.Array<Y.Map<unknown>>;
        (outputs.get(0).get('text') as Y.Text).insert(2, '2\n');
        (cell.get('metadata') as Y.Map<unknown>).set('tags', ['mine']);
        cell.set('execution_count', 7);
      });
      await live.outside([a]);
      const [, back] = await live.cells();
      assert.deepEqual(back!.outputs, [
        { ...stream('1\n'), text: ['1\n', '2\n'] }
      ]);
      assert.deepEqual(back!.metadata, { tags: ['mine'] });
      assert.equal(back!.execution_count, 7);
      await says(['a = 1', 'b']);
    });

    it('a cell that its page has deleted as well stays away', async () => {
      live = await open(cells);
      live.onTheWay(() => {
        live.page.type(1, ' + 2');
        live.page.cells.delete(1, 1);
      });
      await live.outside([a, c]);
      live.page.type(0, '!');
      const sources = await live.sources();
      assert.ok(
        !sources.includes('b = 1'),
        'it may be back with the edit, no more'
      );
    });

    it('also when the undoing of a merge takes the cell', async () => {
      live = await open([a]);
      const merged = await live.outside([a, code('new', 'n')]);
      live.onTheWay(() => live.page.type(1, ' + 2'));
      await live.undo(merged);
      await says(['a = 1', 'new + 2']);
    });

    /** The page, and one that knows what it knew. */
    const offline = (page: TestPage) => live.room.cut(page);

    it('is not lost where its page was offline, and does not bring back what nobody touched', async () => {
      live = await open(cells);
      const { page } = live;
      offline(page);
      page.type(1, ' + 2');
      (page.cells.get(1).get('source') as Y.Text).delete(0, 1);
      await live.outside([a]);
      live.room.connect(page);
      await says(['a = 1', ' = 1 + 2']);
    });

    it('a page that has heard of the merge and comes again brings nothing back', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      await live.outside([a, c]);
      offline(live.page);
      live.page.type(0, '!');
      live.room.connect(live.page);
      await live.room.deliver();
      live.room.connect(carol);
      await says(['a = 1!', 'c = 1']);
    });

    it('comes after a page that has heard of the merge and has told all its deletions', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      offline(carol);
      carol.type(1, ' + carol');
      await live.outside([a, c]);
      offline(live.page);
      live.page.cells.delete(0, 1);
      live.room.connect(live.page);
      await live.room.deliver();
      live.room.connect(carol);
      await says(['b = 1 + carol', 'c = 1']);
    });

    it('an edit that is refused leaves nothing behind, and the next one is not lost', async () => {
      live = await open(cells);
      const carol = await live.room.join('carol');
      live.onTheWay(() => {
        // It is about the cell that goes, and breaks the schema elsewhere.
        carol.doc.transact(() => {
          carol.type(1, ' + carol');
          carol.cells.get(0).set('cell_type', 'nothing');
        });
        live.page.type(1, ' + bob');
      });
      await live.outside([a, c]);
      assert.equal(carol.closedWith(), 'BAD_UPDATE');
      live.room.pages.splice(live.room.pages.indexOf(carol), 1);
      await says(['a = 1', 'b = 1 + bob', 'c = 1']);
    });

    it('F8 is told as a conflict of that merge, once the merge is told', async () => {
      live = await open(cells);
      const merged = {
        id: 'm',
        at: new Date(0).toISOString(),
        kind: 'outside' as const,
        by: null,
        ...{ changed: 0, added: 0, deleted: 2, moved: 0, conflicts: 0 },
        names: [],
        keptAs: null,
        undoable: true
      };
      live.onTheWay(() => live.page.type(1, ' + 2'));
      await live.outside([a]);
      assert.deepEqual(live.page.heardOf('merged'), []);
      live.room.rooms.tellMerged(ID, merged);
      offline(live.page);
      live.page.type(1, '!');
      live.room.connect(live.page);
      await live.room.deliver();
      const told = live.page.heardOf('merged');
      assert.deepEqual(
        told.map(({ id, deleted, conflicts, names }) => [
          ...[id, deleted, conflicts],
          names
        ]),
        [['m', 1, 1, ['b = 1 + 2']]]
      );
    });

    it('is forgotten after ten minutes: then the deletion stands', async () => {
      live = await open(cells);
      const { page } = live;
      const carol = await live.room.join('carol');
      offline(page);
      page.type(1, ' + 2');
      await live.outside([a, c]);
      live.room.clock.advance(10 * 60_000);
      live.room.connect(page);
      await live.room.deliver();
      assert.deepEqual(carol.sources(), ['a = 1', 'c = 1']);
    });
  });
}

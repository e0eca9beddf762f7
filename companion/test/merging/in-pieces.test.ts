/** A large merge lets others have their turn: nobody gets between its pieces, and a crash there loses nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atOnce } from '@jupyterlab-commons/protocol';
import { systemPace } from '../../src/clock.ts';
import {
  prepareMerge,
  versionOfFile
} from '../../src/merging/merge-document.ts';
import type { Outline } from '../../src/rooms/types.ts';
import { ID, piecemeal, turn, type TestRoom } from '../rooms/test-room.ts';
import { code, fileOf, Live, type FileCell } from './live-notebook.ts';

const base = Array.from({ length: 8 }, (_, n) => code(`x${n} = 1`, `c${n}`));
/** Moved, deleted, changed, of another type, and new ones. */
const outside: FileCell[] = [
  base[5]!,
  code('new = 1', 'n'),
  base[0]!,
  { ...base[1]!, source: 'x1 = 2' },
  { cell_type: 'markdown', id: 'c6', source: 'x6', metadata: {} },
  base[4]!,
  base[2]!
];
const expected = ['x5 = 1 # mine', 'new = 1', 'x0 = 1', 'x1 = 2', 'x6'];
expected.push('x4 = 1', 'x2 = 1');

function merge(room: TestRoom, before: Outline) {
  const change = room.rooms.change(ID, 'ada', 'outside', (doc, live) =>
    prepareMerge(doc, live, {
      base: before,
      other: atOnce(versionOfFile('notebook', fileOf(outside)))
    })
  );
  change.catch(() => {});
  return change;
}

const sourcesOf = (text: string) =>
  (JSON.parse(text) as { cells: FileCell[] }).cells.map(({ source }) =>
    [source].flat().join('')
  );

describe('a merge in pieces', () => {
  it('is several edits, and to the same end', async () => {
    const live = await Live.open(base, {}, { pace: piecemeal });
    live.page.type(5, ' # mine');
    await live.room.deliver();
    await merge(live.room, live.base);
    assert.deepEqual(sourcesOf(await live.room.content()), expected);
    const { rows } = await live.room.store.load(ID);
    const pieces = rows.filter(({ mark }) => mark === 'outside');
    assert.ok(pieces.length > 5, `${pieces.length} pieces`);
    await live.close();
  });

  it('what people do meanwhile waits, and a moved cell is there at every moment', async () => {
    const live = await Live.open(base, {}, { pace: piecemeal });
    live.page.type(5, ' # mine');
    await live.room.deliver();
    const seen: string[][] = [];
    live.page.doc.on('update', () => seen.push(live.page.sources()));
    const change = merge(live.room, live.base);
    let over = false;
    void change.then(() => (over = true));
    for (let n = 0; !over; n++) {
      live.page.type(0, `${n % 10}`);
      live.room.deliverOnce();
      await turn();
    }
    await live.room.deliver();
    assert.ok(seen.length > 5);
    for (const sources of seen) {
      assert.ok(
        sources.some(each => each.includes('# mine')),
        `${sources}`
      );
    }
    assert.equal(live.page.saved, live.page.updatesSent);
    const said = sourcesOf(await live.room.content());
    assert.deepEqual(live.page.sources(), said);
    await live.close();
  });

  it('S2 a crash between two pieces loses nothing, and the next merge does the rest', async () => {
    for (let turns = 0; turns < 60; turns++) {
      const live = await Live.open(base, {}, { pace: piecemeal });
      live.page.type(5, ' # mine');
      await live.room.deliver();
      let over = false;
      void merge(live.room, live.base).then(() => (over = true));
      for (let n = 0; n < turns; n++) {
        await turn();
      }
      const done = over;
      const again = await live.room.restart();
      await merge(again, live.base);
      const said = sourcesOf(await again.content());
      // Where some cells have moved and others have not, the live order stands.
      assert.deepEqual(said.sort(), [...expected].sort(), `${turns} turns`);
      await again.close();
      if (done) {
        return;
      }
    }
    assert.fail('the merge does not end');
  });

  it('a room that is closed meanwhile has all of it', async () => {
    const live = await Live.open(base, {}, { pace: piecemeal });
    live.page.type(5, ' # mine');
    await live.room.deliver();
    const change = merge(live.room, live.base);
    await turn();
    await live.room.rooms.closeRoom(ID, 'STOPPING');
    await change;
    assert.deepEqual(
      sourcesOf((await live.room.rooms.content(ID)).text),
      expected
    );
    await live.close();
  });

  it('5,000 cells without ids are merged while the process does other things', async () => {
    const lines = (n: number) =>
      Array.from({ length: 12 }, (_, k) => `v${(n * 7 + k) % 4999} = f(${k})`);
    const cells = Array.from({ length: 5000 }, (_, n) =>
      code(lines(n).join('\n'))
    );
    const live = await Live.open(cells, {}, { pace: systemPace });
    const changed = cells.map(cell =>
      code(`${[cell.source].flat().join('')}\n# again`)
    );
    let turns = 0;
    let over = false;
    const other = { type: 'notebook' as const };
    const change = live.room.rooms.change(
      ID,
      'ada',
      'outside',
      function* (doc, now) {
        const version = yield* versionOfFile(other.type, fileOf(changed));
        return yield* prepareMerge(doc, now, {
          base: live.base,
          other: version
        });
      }
    );
    void change.then(() => (over = true));
    while (!over) {
      await turn();
      turns++;
    }
    const { result } = await change;
    assert.equal(result.counts.changed, 5000);
    assert.equal(result.same, true);
    assert.ok(turns > 10, `${turns} turns`);
    await live.close();
  });
});

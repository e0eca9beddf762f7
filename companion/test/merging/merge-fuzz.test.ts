/**
 * Never an overwrite, in either direction: random notebooks, random edits of
 * people, random changes of the file. COMMONS_FUZZ_RUNS raises the number of
 * runs, COMMONS_SEED repeats one that failed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Y from 'yjs';
import { ID, piecemeal } from '../rooms/test-room.ts';
import { Live, type FileCell } from './live-notebook.ts';
import { randomFrom, seedOf } from '../chance.ts';
import {
  allText,
  changeFile,
  changeLive,
  doubled,
  edited,
  newCell,
  sourceOf,
  Words,
  wordsIn,
  type Random
} from './random-edits.ts';

const runs = Number(process.env.COMMONS_FUZZ_RUNS ?? 20);
const first = seedOf('merge-fuzz');

async function round(live: Live, random: Random, words: Words): Promise<void> {
  const base = await live.cells();
  // What the file held when it was in step.
  live.base = (await live.room.rooms.content(ID)).outline;
  changeLive(live, random, words);
  const outside = changeFile(base, random, words);
  const mine = await live.cells();
  const result = await live.outside(outside);
  const merged = await live.cells();

  const [was, here, there, now] = [base, mine, outside, merged].map(cells =>
    wordsIn(allText(cells))
  ) as [Set<string>, Set<string>, Set<string>, Set<string>];
  const twice = new Set(
    [base, mine, outside].flatMap(cells => [...doubled(allText(cells))])
  );
  for (const word of new Set([...was, ...here, ...there])) {
    const typed = here.has(word) && !was.has(word);
    const brought = there.has(word) && !was.has(word);
    const stayed =
      was.has(word) && here.has(word) && there.has(word) && !twice.has(word);
    // The conflict copy is the whole outside version.
    const inCopy = result.counts.conflicts > 0 && there.has(word);
    if (typed || ((brought || stayed) && !inCopy)) {
      assert.ok(now.has(word), `${word} is lost`);
    }
  }
  const ids = merged.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'an id twice');
  assert.deepEqual(
    live.page.sources(),
    merged.map(sourceOf),
    'the page differs'
  );

  const again = await live.outside(outside);
  assert.equal(again.changes, false, 'a second time changes something');
  if (result.same) {
    assert.deepEqual(merged.map(sourceOf), outside.map(sourceOf));
  }
  const undone = await live.undo(result);
  assert.equal(undone.counts.conflicts, 0, 'nobody has gone on');
  // The cell that an empty notebook is given is a new one each time.
  const emptied = merged.length === 1 && sourceOf(merged[0]!) === '';
  const without = (cells: FileCell[]) =>
    emptied ? cells.map(({ id: _, ...rest }) => rest) : cells;
  assert.deepEqual(
    without(await live.cells()),
    without(mine),
    'not taken back'
  );
  const redone = await live.undo(undone);
  assert.equal(redone.counts.conflicts, 0);
  assert.deepEqual(
    without(await live.cells()),
    without(merged),
    'not done again'
  );
}

for (let run = 0; run < runs; run++) {
  const seed = first + run;
  test(`what anybody wrote is in the notebook or in the conflict copy, seed ${seed}`, async () => {
    const random = randomFrom(seed);
    const words = new Words();
    const cells = Array.from({ length: 1 + random(7) }, () =>
      newCell(random, words)
    );
    const pace = run % 2 === 0 ? piecemeal : undefined;
    const live = await Live.open(cells, {}, { pace });
    try {
      for (let n = 0; n < 4; n++) {
        await round(live, random, words);
      }
      const said = await live.cells();
      const after = await live.room.restart();
      assert.deepEqual(JSON.parse(await after.content()).cells, said, 'J2');
      await after.close();
      assert.equal(live.page.closedWith(), null);
    } finally {
      await live.close();
    }
  });
}

for (let run = 0; run < runs; run++) {
  const seed = first + run;
  test(`what anybody wrote is in the text or in the conflict copy, seed ${seed}`, async () => {
    const random = randomFrom(seed);
    const words = new Words();
    let base = Array.from({ length: 6 }, () => words.line(random)).join('\n');
    const live = await Live.open(base);
    try {
      for (let n = 0; n < 6; n++) {
        live.base = { type: 'text', text: base };
        for (let step = random(3); step > 0; step--) {
          const wanted = edited(String(live.source), random, words);
          const text: Y.Text = live.source;
          live.page.doc.transact(() => {
            text.delete(0, text.length);
            text.insert(0, wanted);
          });
        }
        const mine = String(live.source);
        let outside = base;
        for (let step = random(4); step > 0; step--) {
          outside = edited(outside, random, words);
        }
        const { counts } = await live.outside(outside);
        const now = wordsIn(String(live.source));
        const [was, here, there] = [base, mine, outside].map(wordsIn) as [
          Set<string>,
          Set<string>,
          Set<string>
        ];
        for (const word of new Set([...was, ...here, ...there])) {
          const kept = here.has(word) && (!was.has(word) || there.has(word));
          const brought = there.has(word) && !was.has(word);
          if (kept || (brought && counts.conflicts === 0)) {
            assert.ok(now.has(word), `${word} is lost`);
          }
        }
        assert.equal((await live.outside(outside)).changes, false);
        base = String(live.source);
      }
    } finally {
      await live.close();
    }
  });
}

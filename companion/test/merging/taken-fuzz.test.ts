/**
 * F10: whatever people type while a merge, or its undoing, is on its way to them
 * is in the notebook afterwards, and all pages agree. COMMONS_FUZZ_RUNS raises
 * the number of runs, COMMONS_SEED repeats one that failed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Y from 'yjs';
import type { TestPage } from '../rooms/test-page.ts';
import { ID, piecemeal } from '../rooms/test-room.ts';
import { Live, type FileCell } from './live-notebook.ts';
import { randomFrom, seedOf } from '../chance.ts';
import {
  allText,
  changeFile,
  changeLive,
  newCell,
  Words,
  wordsIn,
  type Random
} from './random-edits.ts';

const runs = Number(process.env.COMMONS_FUZZ_RUNS ?? 20);
const first = seedOf('taken-fuzz');

/** Types words into some cells, and answers them. */
function typeSome(page: TestPage, random: Random, words: Words): string[] {
  const typed: string[] = [];
  for (let step = random(4); step > 0; step--) {
    const { length } = page.cells;
    const word = words.one();
    if (length === 0 || random(8) === 0) {
      page.insertCell(word, { index: random(length + 1) });
    } else {
      const text = page.cells.get(random(length)).get('source') as Y.Text;
      // Words of others stay whole.
      text.insert(random(2) ? text.length : 0, ` ${word} `);
    }
    typed.push(word);
  }
  return typed;
}

async function lookFor(
  live: Live,
  typed: readonly string[],
  pages: readonly TestPage[]
): Promise<void> {
  const cells = await live.cells();
  const found = wordsIn(allText(cells));
  for (const word of typed) {
    assert.ok(found.has(word), `${word} is lost`);
  }
  const ids = cells.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, 'an id twice');
  const sources = cells.map(({ source }) => [source].flat().join(''));
  for (const page of pages) {
    assert.deepEqual(page.sources(), sources, `${page.user} sees another one`);
    assert.equal(page.closedWith(), null);
  }
}

async function round(
  live: Live,
  pages: readonly TestPage[],
  random: Random,
  words: Words
): Promise<void> {
  const base: FileCell[] = await live.cells();
  live.base = (await live.room.rooms.content(ID)).outline;
  changeLive(live, random, words);
  // What people do to each other is another matter.
  await live.room.deliver();
  const typed: string[] = [];
  const type = () =>
    pages.forEach(page => typed.push(...typeSome(page, random, words)));
  const away = random(3) === 0 ? pages[1] : undefined;
  live.onTheWay(type);
  if (away) {
    live.room.cut(away);
  }
  const merged = await live.outside(changeFile(base, random, words));
  if (random(2)) {
    live.onTheWay(type);
    await live.undo(merged);
  }
  if (away) {
    live.room.connect(away);
  }
  await live.room.deliver();
  await lookFor(live, typed, pages);
}

for (let run = 0; run < runs; run++) {
  const seed = first + run;
  test(`what was on its way is in the notebook, seed ${seed}`, async () => {
    const random = randomFrom(seed);
    const words = new Words();
    const cells = Array.from({ length: 1 + random(7) }, () =>
      newCell(random, words)
    );
    const pace = run % 2 === 0 ? piecemeal : undefined;
    const live = await Live.open(cells, {}, { pace });
    try {
      const pages = [live.page, await live.room.join('carol')];
      for (let n = 0; n < 4; n++) {
        await round(live, pages, random, words);
      }
      const said = await live.cells();
      const after = await live.room.restart();
      assert.deepEqual(JSON.parse(await after.content()).cells, said, 'J2');
      await after.close();
    } finally {
      await live.close();
    }
  });
}

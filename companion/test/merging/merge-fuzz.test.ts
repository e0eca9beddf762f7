/**
 * Never an overwrite, in either direction: random notebooks, random edits of
 * people, random changes of the file. COMMONS_FUZZ_RUNS raises the number of
 * runs, COMMONS_SEED repeats one that failed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Y from 'yjs';
import { ID } from '../rooms/test-room.ts';
import {
  code,
  Live,
  markdown,
  stream,
  type FileCell
} from './live-notebook.ts';
import { randomFrom, seedOf } from './random.ts';

type Random = ReturnType<typeof randomFrom>;

const runs = Number(process.env.COMMONS_FUZZ_RUNS ?? 20);
const first = seedOf('merge-fuzz');

/** Words that stand nowhere else, so that each can be followed. */
class Words {
  #next = 0;
  one(): string {
    return `w${++this.#next}`;
  }
  line(random: Random): string {
    return Array.from({ length: 1 + random(3) }, () => this.one()).join(' ');
  }
  text(random: Random): string {
    return Array.from({ length: random(4) }, () => this.line(random)).join(
      '\n'
    );
  }
}

const allWords = (text: string): string[] => text.match(/w\d+/g) ?? [];
const wordsIn = (text: string) => new Set(allWords(text));

/** Words that stand in two places: one side may delete the one, and the other side the other. */
function doubled(text: string): Set<string> {
  const seen = new Set<string>();
  return new Set(
    allWords(text).filter(word => seen.size === seen.add(word).size)
  );
}
const sourceOf = ({ source }: FileCell) => [source].flat().join('');

/** One text after one edit of a word, of a line, or of all. */
function edited(text: string, random: Random, words: Words): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  const parts = lines[at]!.split(' ');
  switch (random(6)) {
    case 0:
      lines.splice(at, 0, words.line(random));
      break;
    case 1:
      lines.splice(at, 1);
      break;
    case 2:
      parts[random(parts.length)] = words.one();
      lines[at] = parts.join(' ');
      break;
    case 3:
      lines[at] += ` ${words.one()}`;
      break;
    case 4:
      return `${text}\n${words.line(random)}`;
    default:
      return random(3) ? text : words.text(random);
  }
  return lines.join('\n');
}

function newCell(random: Random, words: Words): FileCell {
  const id = random(2) ? `n${random(1e6)}` : undefined;
  return random(4)
    ? code(words.text(random), id)
    : markdown(words.text(random), id);
}

/** What a program does to the cells of a file. */
function changeFile(
  cells: FileCell[],
  random: Random,
  words: Words
): FileCell[] {
  const out = structuredClone(cells);
  for (let step = random(5); step > 0; step--) {
    const at = random(out.length || 1);
    const cell = out[at];
    if (cell === undefined || random(6) === 0) {
      out.splice(at, 0, newCell(random, words));
      continue;
    }
    switch (random(7)) {
      case 0:
        out.splice(at, out.length > 1 ? 1 : 0);
        break;
      case 1:
        out.splice(random(out.length), 0, ...out.splice(at, 1));
        break;
      case 2: {
        const lines = sourceOf(cell).split('\n');
        const half = random(lines.length + 1);
        const { id: _, ...rest } = cell;
        cell.source = lines.slice(0, half).join('\n');
        out.splice(at + 1, 0, {
          ...rest,
          source: lines.slice(half).join('\n')
        });
        break;
      }
      case 3:
        if (cell.cell_type === 'code') {
          cell.outputs = [stream(words.one())];
          cell.execution_count = random(9);
        }
        break;
      default:
        cell.source = edited(sourceOf(cell), random, words);
    }
  }
  if (random(4) === 0) {
    out.forEach(cell => delete cell.id);
  } else if (random(6) === 0 && out.length > 1) {
    out[0]!.id = out[1]!.id;
  }
  return out;
}

/** What people do in the meantime. */
function changeLive(live: Live, random: Random, words: Words): void {
  const { page } = live;
  for (let step = random(4); step > 0; step--) {
    const { length } = page.cells;
    const at = random(length || 1);
    switch (length === 0 ? 0 : random(6)) {
      case 0:
        page.insertCell(words.text(random), { index: at });
        break;
      case 1:
        // A notebook keeps a cell; see D2.
        page.cells.delete(at, length > 1 ? 1 : 0);
        break;
      case 2:
        page.doc.transact(() => {
          const copy = page.cells.get(at).clone();
          page.cells.delete(at, 1);
          page.cells.insert(random(length), [copy]);
        });
        break;
      default: {
        const text = live.text(at);
        const wanted = edited(String(text), random, words);
        if (random(2)) {
          text.insert(random(2) ? text.length : 0, ` ${words.one()} `);
        } else {
          page.doc.transact(() => {
            text.delete(0, text.length);
            text.insert(0, wanted);
          });
        }
      }
    }
  }
}

/** All the texts of a notebook, sources and streams. */
const allText = (cells: FileCell[]) =>
  cells
    .map(cell => `${sourceOf(cell)}\n${JSON.stringify(cell.outputs)}`)
    .join('\n');

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
    const live = await Live.open(cells);
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

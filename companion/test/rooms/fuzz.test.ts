/**
 * Random histories and random bytes. COMMONS_FUZZ_RUNS raises the number of
 * runs, COMMONS_SEED repeats one that failed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { updateFrame } from '../../src/rooms/frames.ts';
import { MemoryStore } from '../../src/storage/memory.ts';
import { randomFrom, seedOf, type Chance as Random } from '../chance.ts';
import { openTestRoom, type TestRoom } from './test-room.ts';
import { TestPage } from './test-page.ts';

const runs = Number(process.env.COMMONS_FUZZ_RUNS ?? 20);
const firstSeed = seedOf('rooms');

function edit(page: TestPage, random: Random, step: number): void {
  const cell = page.cells.length === 0 ? 0 : random(page.cells.length);
  switch (random(8)) {
    case 0:
      page.insertCell(`${page.user} ${step}`, {
        index: random(page.cells.length + 1)
      });
      break;
    case 1:
      if (page.cells.length > 1) {
        page.cells.delete(cell, 1);
      }
      break;
    case 2: {
      const metadata = page.cells.get(cell)?.get('metadata');
      if (metadata instanceof Y.Map) {
        metadata.set(random(2) === 0 ? 'trusted' : 'tags', [step]);
      }
      break;
    }
    case 3: {
      const outputs = page.cells.get(cell)?.get('outputs');
      if (outputs instanceof Y.Array) {
        outputs.push([
          new Y.Map<unknown>([
            ['output_type', 'stream'],
            ['name', 'stdout'],
            ['text', new Y.Text(`${step}\n`)]
          ])
        ]);
      }
      break;
    }
    case 4:
      page.show({ step });
      break;
    default: {
      const source = page.cells.get(cell)?.get('source');
      if (source instanceof Y.Text) {
        if (random(3) === 0 && source.length > 0) {
          source.delete(random(source.length), 1);
        } else {
          source.insert(
            random(source.length + 1),
            String.fromCharCode(97 + random(26))
          );
        }
      }
    }
  }
}

/** The order of the keys of a map is nobody's business. */
function sameEverywhere(pages: readonly TestPage[], seed: number): void {
  const [first, ...others] = pages.map(page => [
    page.cells.toJSON(),
    page.doc.getMap('meta').toJSON()
  ]);
  others.forEach(other => assert.deepEqual(other, first, `seed ${seed}`));
}

test('people edit, lose the network, are demoted, the companion is killed: all agree in the end', async () => {
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed + run;
    const random = randomFrom(seed);
    let room: TestRoom = await openTestRoom({ limits: { compactRows: 30 } });
    const pages = ['ada', 'bob', 'carl'].map(
      user => new TestPage(user, 'edit')
    );
    for (const page of pages) {
      await room.join(page.user, 'edit', page);
    }
    for (let step = 0; step < 120; step++) {
      const page = pages[random(pages.length)]!;
      const what = random(30);
      if (what === 0) {
        room.cut(page);
      } else if (what === 1 && !page.online) {
        room.connect(page);
      } else if (what === 2) {
        room.room.setRole(page.connection, random(2) === 0 ? 'view' : 'edit');
      } else if (what === 3) {
        room = await room.restart({ limits: { compactRows: 30 } });
      } else if (what === 4) {
        await room.content();
      } else if (what < 10) {
        room.deliverOnce();
      } else {
        edit(page, random, step);
      }
    }
    for (const page of pages) {
      room.cut(page);
      page.role = 'edit';
      await room.join(page.user, 'edit', page);
    }
    await room.deliver();
    pages.forEach(page =>
      assert.equal(
        page.closedWith(),
        null,
        `seed ${seed}: ${page.connection.closed?.detail}`
      )
    );
    sameEverywhere(pages, seed);
    const ids = pages[0]!.ids();
    assert.equal(
      new Set(ids).size,
      ids.length,
      `seed ${seed}: a cell is doubled`
    );
    const text = await room.content();
    const restarted = await room.restart();
    assert.equal(await restarted.content(), text, `seed ${seed}: file`);
    const fresh = await restarted.join('dora', 'view');
    sameEverywhere([pages[0]!, fresh], seed);
    assert.equal(fresh.doc.store.pendingStructs, null);
    await restarted.close();
    await room.close();
    pages.forEach(page => page.doc.destroy());
  }
});

/** Honest updates that mallory could have recorded. */
function honestUpdates(random: Random, base: Uint8Array): Uint8Array[] {
  const page = new TestPage('mallory', 'edit');
  Y.applyUpdate(page.doc, base);
  const updates: Uint8Array[] = [];
  page.doc.on('update', update => updates.push(update));
  for (let step = 0; step < 20; step++) {
    edit(page, random, step);
  }
  page.doc.destroy();
  return updates.map(updateFrame);
}

function mutate(frame: Uint8Array, random: Random): Uint8Array {
  const bytes = [...frame];
  for (let change = 0; change <= random(3); change++) {
    const at = random(bytes.length + 1);
    switch (random(4)) {
      case 0:
        bytes[Math.min(at, bytes.length - 1)] = random(256);
        break;
      case 1:
        bytes.splice(at, 1 + random(3));
        break;
      case 2:
        bytes.splice(at, 0, random(256));
        break;
      default:
        bytes.splice(
          at,
          0,
          ...bytes.slice(random(bytes.length + 1), random(bytes.length + 1))
        );
    }
  }
  return new Uint8Array(bytes);
}

test('S8 mutated edits and random bytes: nobody else notices, whatever they are', async () => {
  const store = new MemoryStore();
  const room = await openTestRoom({ store });
  const ada = await room.join('ada');
  const random = randomFrom(firstSeed);
  let typed = '';
  for (let run = 0; run < runs * 20; run++) {
    const seed = `seed ${firstSeed}, run ${run}`;
    // A new name each time, since names that misbehave must wait.
    const mallory = await room.join(`mallory${run}`);
    const frames = honestUpdates(random, Y.encodeStateAsUpdate(mallory.doc));
    for (const frame of frames.slice(0, 1 + random(5))) {
      mallory.toRoom.push(
        random(10) === 0
          ? new Uint8Array(
              Array.from({ length: random(40) }, () => random(256))
            )
          : mutate(frame, random)
      );
    }
    ada.show({ run });
    if (run % 20 === 0) {
      ada.insertCell(`run ${run}`, { index: 0 });
      typed = `run ${run}`;
    }
    await room.deliver();
    assert.equal(ada.closedWith(), null, seed);
    assert.equal(ada.saved, ada.updatesSent, seed);
    room.cut(mallory);
    mallory.doc.destroy();
    room.pages.splice(room.pages.indexOf(mallory), 1);
  }
  const fresh = await room.join('fresh', 'view');
  sameEverywhere([ada, fresh], firstSeed);
  assert.ok(ada.sources().includes(typed) || typed !== '', `seed ${firstSeed}`);
  assert.equal(fresh.doc.store.pendingStructs, null);
  JSON.parse(await room.content());
  await room.close();
});

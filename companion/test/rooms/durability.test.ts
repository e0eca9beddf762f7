/** What is told as saved stays, and nothing comes back twice. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { openStore } from '../../src/storage/open.ts';
import { ID, openTestRoom } from './test-room.ts';
import { TestPage } from './test-page.ts';

test('a restart loses nothing and doubles no cell, online or offline, again and again', async () => {
  let room = await openTestRoom();
  const ada = new TestPage('ada', 'edit');
  const bob = new TestPage('bob', 'edit');
  const expected = [''];
  for (let round = 0; round < 20; round++) {
    await room.join('ada', 'edit', ada);
    await room.join('bob', 'edit', bob);
    ada.insertCell(`online ${round}`);
    expected.push(`online ${round}`);
    await room.deliver();
    room = await room.restart();
    // While the companion is away.
    bob.insertCell(`offline ${round}`);
    expected.push(`offline ${round}`);
  }
  await room.join('ada', 'edit', ada);
  await room.join('bob', 'edit', bob);
  for (const page of [ada, bob]) {
    assert.deepEqual(page.sources().toSorted(), expected.toSorted());
    assert.equal(new Set(page.ids()).size, expected.length);
  }
  await room.close();
});

test('C1 what nobody was told is saved comes back from the page that has it', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  room.store.append = () => new Promise(() => undefined);
  const saved = ada.saved;
  ada.insertCell('on its way');
  await room.deliver();
  assert.equal(ada.saved, saved);
  assert.deepEqual(bob.sources(), ['']);
  const restarted = await room.restart();
  await restarted.join('bob', 'edit', bob);
  await restarted.join('ada', 'edit', ada);
  assert.deepEqual(bob.sources(), ['', 'on its way']);
  assert.equal(ada.saved, ada.updatesSent);
  await restarted.close();
});

test('edits of one turn go to disk together, and to others as one frame', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  const groups: number[] = [];
  const append = room.store.append.bind(room.store);
  room.store.append = (id, rows, owners) => {
    groups.push(rows.length);
    return append(id, rows, owners);
  };
  const before = bob.editFrames;
  for (let index = 0; index < 100; index++) {
    ada.type(0, 'x');
  }
  await room.deliver();
  assert.deepEqual(groups, [1, 99]);
  assert.equal(bob.editFrames - before, 2);
  assert.deepEqual(bob.sources(), ['x'.repeat(100)]);
  assert.equal(ada.saved, ada.updatesSent);
  await room.close();
});

test('J3 a snapshot is put after enough rows, and the document is the same from it', async () => {
  const room = await openTestRoom({ limits: { compactRows: 10 } });
  const ada = await room.join('ada');
  for (let index = 0; index < 35; index++) {
    ada.type(0, `${index},`);
    await room.deliver();
  }
  const { snapshot, rows } = await room.store.load(ID);
  assert.ok(
    snapshot !== null && snapshot.seq >= 30,
    `snapshot at ${snapshot?.seq}`
  );
  assert.equal(rows.length, 36 - snapshot.seq);
  const text = await room.content();
  const restarted = await room.restart();
  assert.equal(await restarted.content(), text);
  await restarted.close();
});

test('S13 while the store is busy the page is told, edits wait, and go on once it is not', async () => {
  const states: boolean[] = [];
  const room = await openTestRoom({
    listener: { statusChanged: (_, { writable }) => states.push(writable) }
  });
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  const append = room.store.append.bind(room.store);
  let busy = true;
  room.store.append = (...rows) =>
    busy ? Promise.reject(new CommonsError('STORE_BUSY')) : append(...rows);
  ada.type(0, 'a');
  await room.deliver();
  ada.type(0, 'b');
  await room.pass(3_000);
  assert.deepEqual(ada.heardOf('status').at(-1)?.writable, false);
  assert.equal(ada.heardOf('status').at(-1)?.reason, 'STORE_BUSY');
  assert.deepEqual(bob.sources(), ['']);
  const late = await room.join('carl');
  assert.equal(late.heardOf('status')[0]?.writable, false);
  busy = false;
  await room.pass(6_000);
  assert.deepEqual(bob.sources(), ['ab']);
  assert.equal(ada.saved, ada.updatesSent);
  assert.deepEqual(states, [false, true]);
  await room.close();
});

test('a store that refuses for good closes the room, and the next opening starts from what is there', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const append = room.store.append.bind(room.store);
  room.store.append = () =>
    Promise.reject(new CommonsError('INTERNAL', 'another writer'));
  ada.type(0, 'a');
  await room.deliver();
  assert.equal(ada.closedWith(), 'INTERNAL');
  assert.equal(room.rooms.get(ID), undefined);
  room.store.append = append;
  room.room = await room.rooms.open(ID);
  const bob = await room.join('bob');
  assert.deepEqual(bob.sources(), ['']);
  await room.join('ada', 'edit', ada);
  assert.deepEqual(bob.sources(), ['a'], 'and the page brings its edit again');
  await room.close();
});

test('D4 a document that cannot be loaded whole is refused, for everybody who asks at once', async () => {
  const room = await openTestRoom();
  await room.rooms.closeRoom(ID, 'STOPPING');
  const load = room.store.load.bind(room.store);
  let loads = 0;
  room.store.load = () => {
    loads++;
    return Promise.reject(new CommonsError('INTERNAL', 'damaged'));
  };
  const answers = await Promise.allSettled([
    room.rooms.open(ID),
    room.rooms.open(ID),
    room.rooms.content(ID)
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected']
  );
  assert.equal(loads, 1);
  room.store.load = load;
  await assert.rejects(room.rooms.open('x'), { code: 'NOT_FOUND' });
  await assert.rejects(room.rooms.open('x'.repeat(26)), { code: 'NOT_FOUND' });
  await room.store.updateDocument(ID, { closedAt: 1 });
  await assert.rejects(room.rooms.open(ID), { code: 'DOCUMENT_CLOSED' });
  await room.close();
});

test('the same on disk: people edit, the companion stops, and everything is there', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'commons-rooms-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const room = await openTestRoom({ store: await openStore(folder) });
  const ada = await room.join('ada');
  for (let index = 0; index < 20; index++) {
    ada.insertCell(`cell ${index}`);
  }
  const { text, seq } = await room.rooms.content(ID);
  await room.close();
  await room.disk.close();
  const again = await openTestRoom({
    store: await openStore(folder),
    existing: true
  });
  const content = await again.rooms.content(ID);
  assert.equal(content.text, text);
  assert.equal(content.seq, seq);
  await again.close();
  await again.disk.close();
});

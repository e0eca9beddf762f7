/** Who may do what on an open socket, and what happens to what they may not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { openTestRoom } from './test-room.ts';

test('S5 a viewer moves a cursor but changes no cell, and is told once for each edit', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob', 'view');
  assert.equal(
    bob.heardOf('refusal').length,
    0,
    'a step 2 without content is not refused'
  );
  bob.type(0, 'x');
  bob.type(0, 'y');
  bob.show({ cursor: { cell: 0 } });
  await room.pass(200);
  assert.deepEqual(ada.sources(), ['']);
  assert.deepEqual(
    bob.heardOf('refusal'),
    Array(2).fill({
      type: 'refusal',
      code: 'ROLE_TOO_LOW',
      detail: null,
      final: false
    })
  );
  assert.deepEqual(
    [...ada.shown.values()].map(({ cursor }) => cursor),
    [{ cell: 0 }]
  );
  assert.equal(bob.closedWith(), null);
  assert.equal(
    bob.saved + bob.heardOf('refusal').length,
    bob.updatesSent,
    'each frame is saved or refused'
  );
  await room.close();
});

test('A4 a role that rises lets in what was refused before, and one that drops acts at once', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob', 'view');
  bob.type(0, 'early ');
  await room.deliver();
  room.room.setRole(bob.connection, 'edit');
  // Typed before the page has been asked again: it builds on what was refused.
  bob.type(0, 'late');
  await room.deliver();
  assert.equal(bob.heardOf('role').at(-1)?.role, 'edit');
  assert.deepEqual(ada.sources(), ['early late']);
  assert.equal(bob.closedWith(), null);
  room.room.setRole(bob.connection, 'view');
  bob.type(0, '!');
  await room.deliver();
  assert.deepEqual(ada.sources(), ['early late']);
  assert.deepEqual(
    room.room.present().map(({ user, role, pages }) => [user, role, pages]),
    [
      ['ada', 'edit', 1],
      ['bob', 'view', 1]
    ]
  );
  await room.close();
});

test('an honest page that types before it has answered step 1 loses nothing', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  room.cut(bob);
  bob.type(0, 'offline ');
  room.connect(bob);
  bob.type(0, 'online');
  await room.deliver();
  assert.equal(bob.closedWith(), null);
  assert.deepEqual(ada.sources(), ['offline online']);
  assert.equal(bob.saved, bob.updatesSent);
  await room.close();
});

test('S9 trust never reaches another page, nor the journal', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  const trusts: unknown[] = [];
  bob.doc.on('update', () =>
    trusts.push(
      bob.cells.map(cell =>
        (cell.get('metadata') as Map<string, unknown>).get('trusted')
      )
    )
  );
  const metadata = ada.cells.get(0).get('metadata') as Map<string, unknown>;
  ada.doc.transact(() => {
    metadata.set('trusted', true);
    metadata.set('tags', ['kept']);
    (ada.doc.getMap('meta').get('metadata') as Map<string, unknown>).set(
      'trusted',
      true
    );
  });
  const cell = ada.insertCell('new');
  (cell.get('metadata') as Map<string, unknown>).set('trusted', true);
  await room.deliver();
  assert.ok(
    trusts.length > 0 && trusts.flat(2).every(trusted => trusted === undefined)
  );
  assert.doesNotMatch(
    JSON.stringify([ada.doc.getMap('meta').toJSON(), ada.cells.toJSON()]),
    /trusted/,
    'the sender hears of it too'
  );
  assert.deepEqual(JSON.parse(await room.content()).cells[0].metadata, {
    tags: ['kept']
  });
  const { rows } = await room.store.load(room.room.id);
  const written = rows.flatMap(({ update }) => Y.decodeUpdate(update).structs);
  const trust = written.filter(
    struct => struct instanceof Y.Item && struct.parentSub === 'trusted'
  );
  assert.equal(trust.length, 3);
  assert.ok(
    trust.every(
      struct =>
        struct instanceof Y.Item && struct.content instanceof Y.ContentDeleted
    )
  );
  await room.close();
});

test('two people who move the same cell at once leave one cell', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  ada.insertCell('moved', { id: 'm' });
  await room.deliver();
  for (const page of [ada, bob]) {
    page.doc.transact(() => {
      page.cells.delete(1, 1);
      page.insertCell('moved', { id: 'm', index: 0 });
    });
  }
  await room.deliver();
  assert.deepEqual(ada.sources(), ['moved', '']);
  assert.deepEqual(bob.sources(), ['moved', '']);
  assert.equal(ada.closedWith() ?? bob.closedWith(), null);
  await room.close();
});

test('S7 two different cells of one id stay both, with an id each', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  ada.insertCell('one', { id: 'same' });
  bob.insertCell('two', { id: 'same' });
  await room.deliver();
  assert.deepEqual(ada.sources().toSorted(), ['', 'one', 'two']);
  assert.equal(new Set(ada.ids()).size, 3);
  assert.deepEqual(bob.ids(), ada.ids());
  assert.equal(ada.closedWith() ?? bob.closedWith(), null);
  ada.type(1, '!');
  await room.deliver();
  const restarted = await room.restart();
  assert.equal(JSON.parse(await restarted.content()).cells.length, 3);
  await restarted.close();
});

test('L a full document takes no more, but lets itself be emptied, and then has everything', async () => {
  const room = await openTestRoom({ limits: { documentBytes: 20_000 } });
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  ada.insertCell('x'.repeat(21_000), { id: 'big' });
  await room.deliver();
  bob.insertCell('late');
  bob.type(0, 'later');
  await room.deliver();
  const codes = bob.heardOf('refusal').map(({ code, final }) => [code, final]);
  assert.deepEqual(codes, [
    ['DOCUMENT_FULL', false],
    ['DOCUMENT_FULL', false]
  ]);
  assert.deepEqual(ada.sources(), ['', 'x'.repeat(21_000)]);
  ada.cells.delete(1, 1);
  await room.pass(1_500);
  assert.deepEqual(ada.sources(), ['later', 'late']);
  assert.equal(ada.closedWith() ?? bob.closedWith(), null);
  await room.close();
});

test('S10 presence is shown at most ten times a second, kept alive, and gone with the socket', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob', 'view');
  for (let index = 0; index < 40; index++) {
    bob.show({ cursor: index });
    await room.pass(25);
  }
  await room.pass(200);
  assert.ok(
    ada.presenceFrames <= 12,
    `${ada.presenceFrames} frames in a second`
  );
  assert.equal([...ada.shown.values()][0]?.cursor, 39);
  bob.show({ cursor: 'x'.repeat(5000) });
  await room.pass(200);
  assert.equal(
    [...ada.shown.values()][0]?.cursor,
    39,
    'an entry over 4 KiB is dropped'
  );
  const before = ada.presenceFrames;
  await room.pass(29_000);
  assert.ok(ada.presenceFrames > before, 'renewed before pages forget it');
  const carl = await room.join('carl');
  assert.equal(carl.shown.size, 1);
  room.cut(bob);
  await room.pass(200);
  assert.equal(ada.shown.size, 0);
  room.connect(bob);
  bob.show({ cursor: 1 });
  await room.pass(200);
  assert.equal(
    ada.shown.size,
    1,
    'the same page comes back under its client id'
  );
  await room.close();
  assert.equal(room.clock.pending, 0);
});

test('A4 closing a room tells everybody why, and what was accepted is on disk', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  ada.type(0, 'last words');
  room.deliverOnce();
  await room.rooms.closeRoom(room.room.id, 'DOCUMENT_CLOSED');
  assert.equal(ada.closedWith(), 'DOCUMENT_CLOSED');
  const restarted = await room.restart();
  assert.match(await restarted.content(), /last words/);
  await restarted.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ID, openTestRoom } from './test-room.ts';

test('S1 the companion speaks first: epoch, role, status, then sync step 1', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  assert.deepEqual(
    ada.heard.slice(0, 3).map(message => message.type),
    ['epoch', 'role', 'status']
  );
  assert.equal(ada.synced, true);
  assert.deepEqual(ada.sources(), ['']);
  await room.close();
});

test('two people see each other type, once each', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  ada.type(0, 'print(');
  await room.deliver();
  bob.type(0, '1)');
  await room.deliver();
  assert.deepEqual(ada.sources(), ['print(1)']);
  assert.deepEqual(bob.sources(), ['print(1)']);
  assert.equal(ada.saved, ada.updatesSent);
  assert.equal(bob.saved, bob.updatesSent);
  await room.close();
  assert.equal(room.clock.pending, 0);
});

test('S3 saved counts the frames that are on disk, and no edit is told before', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  const append = room.store.append.bind(room.store);
  let release = () => {};
  const held = new Promise<void>(resolve => {
    release = resolve;
  });
  room.store.append = async (...rows) => {
    await held;
    return append(...rows);
  };
  const before = ada.saved;
  ada.type(0, 'x');
  await room.deliver();
  assert.equal(ada.saved, before);
  assert.deepEqual(bob.sources(), ['']);
  const carl = await room.join('carl');
  assert.equal(carl.synced, false, 'S4 the answer to step 1 waits as well');
  release();
  await room.deliver();
  assert.equal(ada.saved, before + 1);
  assert.deepEqual(bob.sources(), ['x']);
  assert.deepEqual(carl.sources(), ['x']);
  await room.close();
});

test('a room with nobody in it is unloaded, and comes back as it was', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  ada.insertCell('kept');
  await room.deliver();
  room.cut(ada);
  room.clock.advance(60_000);
  await room.deliver();
  assert.equal(room.rooms.get(ID), undefined);
  room.room = await room.rooms.open(ID);
  const bob = await room.join('bob');
  assert.deepEqual(bob.sources(), ['', 'kept']);
  await room.close();
});

/** S6, S8, S10: whatever an editor sends, nobody else notices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { SEED_CLIENT } from '../../src/rooms/content.ts';
import { presenceFrame, updateFrame } from '../../src/rooms/frames.ts';
import {
  any,
  at,
  isUnharmed,
  item,
  MALLORY,
  map,
  text,
  withLongText
} from './hostile-updates.ts';
import { rawUpdate } from './raw-update.ts';
import { openTestRoom } from './test-room.ts';

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) {
    value = [value];
  }
  return value;
}

/** Each of these must be refused before it is applied. */
const malformed: Record<string, Uint8Array> = {
  'nothing at all': new Uint8Array([]),
  'trailing bytes': new Uint8Array([...at(0, any([true])), 0]),
  'deleted content of length zero': at(
    0,
    item({ parent: 'cells', content: { deleted: 0 } })
  ),
  'a GC of length zero': at(0, { kind: 'gc', length: 0 }),
  'an empty string': at(0, text({ content: { text: '' } })),
  'no values': at(0, any([])),
  'a skip': at(0, { kind: 'skip', length: 3 }, any([true])),
  'a clock far ahead': at(1_000_000, any([true])),
  'a length beyond all clocks': at(0, { kind: 'gc', length: 2 ** 40 }),
  'an unknown origin': at(0, text({ origin: [1234, 5] })),
  'an unknown right origin': at(
    0,
    text({ rightOrigin: [SEED_CLIENT, 1_000_000] })
  ),
  'an unknown parent': at(0, any([1], { parent: [4321, 0] })),
  'itself as origin': at(0, text({ origin: [MALLORY, 0] })),
  'its own future as origin': at(0, text({ origin: [MALLORY, 1] }), text()),
  'itself as parent': at(0, any([1], { parent: [MALLORY, 0], key: 'a' })),
  'a circle of two clients': rawUpdate([
    {
      client: MALLORY,
      clock: 0,
      structs: [text({ origin: [MALLORY + 1, 0] })]
    },
    { client: MALLORY + 1, clock: 0, structs: [text({ origin: [MALLORY, 0] })] }
  ]),
  'one client twice': rawUpdate([
    { client: MALLORY, clock: 0, structs: [any([1])] },
    { client: MALLORY, clock: 1, structs: [any([2])] }
  ]),
  'a client id out of range': rawUpdate([
    { client: 2 ** 40, clock: 0, structs: [any([1])] }
  ]),
  "the seed's client id": rawUpdate([
    { client: SEED_CLIENT, clock: 100_000, structs: [any([1])] }
  ]),
  'a deletion of something unknown': rawUpdate(
    [],
    [[SEED_CLIENT, 0, 1_000_000]]
  ),
  'a deletion of nothing': rawUpdate([], [[SEED_CLIENT, 0, 0]]),
  'a top-level name of its own': at(0, any([1], { parent: 'evil' })),
  'a list entry with a key': at(0, map({ key: 'a' })),
  'a map entry without a key': at(
    0,
    item({ parent: 'state', content: { any: [1] } })
  ),
  'text in a list': at(0, text()),
  'a document in the document': at(
    0,
    item({ parent: 'state', key: 'd', content: { raw: [9, [1, 65, 118, 0]] } })
  ),
  'a binary value': at(
    0,
    item({ parent: 'state', key: 'd', content: { raw: [3, [1, 65]] } })
  ),
  'a big integer': at(0, any([2n ** 60n])),
  'an XML type': at(0, item({ parent: 'cells', content: { type: 3 + 1 } })),
  'a value nested without end': at(0, any([deep(5_000)])),
  'types nested without end': at(
    0,
    map(),
    ...Array.from({ length: 100 }, (_, index) =>
      map({ parent: [MALLORY, index], key: 'a' })
    )
  ),
  'too many structs': at(0, ...Array.from({ length: 20_001 }, () => any([1]))),
  'neighbours that do not stand together': at(
    0,
    any([1], { parent: 'state', key: 'a' }),
    any([1], { parent: 'state', key: 'b' }),
    any([1], { origin: [MALLORY, 0], rightOrigin: [MALLORY, 1] })
  )
};

test('S6 every malformed update closes its sender, is never applied, and nobody notices', async t => {
  for (const [name, update] of Object.entries(malformed)) {
    await t.test(name, async () => {
      const room = await openTestRoom();
      await room.join('ada');
      const mallory = await room.join('mallory');
      mallory.sendUpdate(update);
      await room.deliver();
      assert.equal(mallory.closedWith(), 'BAD_UPDATE');
      await isUnharmed(room);
      await room.close();
    });
  }
});

test("S6 nobody writes under somebody else's client id, not even one that has only shown itself", async () => {
  const room = await openTestRoom();
  const bob = await room.join('bob');
  bob.show({ cursor: 1 });
  await room.deliver();
  const write = (client: number) =>
    rawUpdate([{ client, clock: 0, structs: [any([true])] }]);
  const mallory = await room.join('mallory');
  mallory.sendUpdate(write(bob.doc.clientID));
  await room.deliver();
  assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  bob.type(0, 'mine');
  await room.deliver();
  room.cut(bob);
  const again = await room.join('mallory');
  const state = Y.getState(bob.doc.store, bob.doc.clientID);
  again.sendUpdate(
    rawUpdate([
      { client: bob.doc.clientID, clock: state, structs: [any([true])] }
    ])
  );
  await room.deliver();
  assert.equal(again.closedWith(), 'BAD_UPDATE');
  const restarted = await room.restart();
  const third = await restarted.join('mallory');
  third.sendUpdate(
    rawUpdate([
      { client: bob.doc.clientID, clock: state, structs: [any([true])] }
    ])
  );
  await restarted.deliver();
  assert.equal(third.closedWith(), 'BAD_UPDATE', 'J1 also after a restart');
  await restarted.close();
});

test('S6 a connection brings at most eight new client ids', async () => {
  const room = await openTestRoom();
  const mallory = await room.join('mallory');
  for (let index = 0; index < 8; index++) {
    mallory.sendUpdate(
      rawUpdate([{ client: 1000 + index, clock: 0, structs: [any([index])] }])
    );
  }
  await room.deliver();
  assert.equal(mallory.closedWith(), null);
  mallory.sendUpdate(
    rawUpdate([{ client: 2000, clock: 0, structs: [any([1])] }])
  );
  await room.deliver();
  assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  await room.close();
});

test('S10 a page cannot show itself as somebody else, rename, move or remove others', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const bob = await room.join('bob');
  const mallory = await room.join('mallory', 'view');
  bob.show({ cursor: 1 });
  await room.pass(100);
  mallory.toRoom.push(
    presenceFrame([
      { client: bob.doc.clientID, clock: 99, state: '{"user":{"name":"x"}}' }
    ])
  );
  mallory.toRoom.push(
    presenceFrame([{ client: bob.doc.clientID, clock: 100, state: null }])
  );
  mallory.show({ user: { username: 'bob', name: 'Bob Test' }, cursor: 2 });
  await room.pass(200);
  mallory.show({ cursor: 3 }, 12345);
  await room.pass(200);
  const shown = [...ada.shown.values()].map(({ user, cursor }) => [
    (user as { username: string }).username,
    cursor
  ]);
  assert.deepEqual(shown, [
    ['bob', 1],
    ['mallory', 2]
  ]);
  assert.deepEqual(ada.shown.get(bob.doc.clientID)?.user, {
    username: 'bob',
    name: 'Bob Test',
    display_name: 'Bob Test',
    initials: 'BT',
    color: (ada.shown.get(bob.doc.clientID)?.user as { color: string }).color,
    avatar_url: null
  });
  assert.equal(mallory.closedWith(), null);
  await room.close();
});

test('a bad frame ends the connection that sent it and nothing else', async () => {
  const frames = [
    [],
    [0],
    [0, 9],
    [0, 2, 255, 255, 255, 255, 127],
    [0, 0, 200],
    [1],
    [1, 5, 1],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255]
  ];
  for (const bytes of frames) {
    const room = await openTestRoom();
    await room.join('ada');
    const mallory = await room.join('mallory');
    mallory.toRoom.push(new Uint8Array(bytes));
    await room.deliver();
    assert.match(
      mallory.closedWith() ?? '',
      /BAD_REQUEST|BAD_UPDATE/,
      JSON.stringify(bytes)
    );
    await isUnharmed(room);
    await room.close();
  }
});

test('a frame that claims more bytes than it has shows nobody the memory beside it', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const shared = new Uint8Array(64).fill(7);
  shared.set([0, 0, 40]);
  ada.toRoom.push(shared.subarray(0, 10));
  await room.deliver();
  assert.equal(ada.closedWith(), 'BAD_REQUEST');
  await room.close();
});

test('a message over the limit is refused with the name of the setting', async () => {
  const room = await openTestRoom({ limits: { messageBytes: 1000 } });
  const ada = await room.join('ada');
  ada.toRoom.push(updateFrame(new Uint8Array(1001)));
  await room.deliver();
  assert.equal(ada.closedWith(), 'TOO_LARGE');
  assert.match(ada.connection.closed?.detail ?? '', /COMMONS_MESSAGE_BYTES/);
  await room.close();
});

test('S6 neighbours in the wrong order are refused, or pages would disagree about the place', async () => {
  const room = await openTestRoom();
  await room.join('ada');
  const mallory = await withLongText(room, 5000, 5);
  mallory.sendUpdate(
    rawUpdate([
      {
        client: 4000,
        clock: 0,
        structs: [
          item({
            origin: [5000, 3],
            rightOrigin: [5000, 1],
            content: { text: 'y' }
          })
        ]
      }
    ])
  );
  await room.deliver();
  assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  await isUnharmed(room);
  await room.close();
});

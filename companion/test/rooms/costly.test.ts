/** What would cost minutes costs its sender the connection, and nobody else time: rules S6, S8. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isUnharmed,
  item,
  MALLORY,
  text,
  withLongText
} from './hostile-updates.ts';
import { rawUpdate } from './raw-update.ts';
import { openTestRoom } from './test-room.ts';

test('bombs: what stops other servers for seconds costs this one little', async () => {
  const room = await openTestRoom();
  await room.join('ada');
  const began = performance.now();
  for (let index = 0; index < 20; index++) {
    const mallory = await room.join(`mallory${index}`);
    for (let k = 0; k < 150; k++) {
      mallory.sendUpdate(
        rawUpdate([
          {
            client: MALLORY + k,
            clock: 50 * k + 1,
            structs: [text({ origin: [77, k] })]
          }
        ])
      );
    }
    await room.deliver();
    assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  }
  await isUnharmed(room);
  const took = performance.now() - began;
  assert.ok(took < 5_000, `${took} ms`);
  await room.close();
});

/** Structs that all want to stand between the same item and ever farther ones. */
function crowd(base: number, clock: number, count: number): Uint8Array {
  const structs = Array.from({ length: count }, (_, index) =>
    item({
      origin: [base, 0],
      rightOrigin: [base, index + 2],
      content: { text: 'y' }
    })
  );
  return rawUpdate([{ client: 4000, clock, structs }]);
}

test('20,000 structs that crowd one place keep nobody waiting for minutes', async () => {
  const room = await openTestRoom();
  await room.join('ada');
  const mallory = await withLongText(room, 5000, 20_000);
  const began = performance.now();
  mallory.sendUpdate(crowd(5000, 0, 19_000));
  await room.deliver();
  const took = performance.now() - began;
  assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  assert.ok(took < 5_000, `${took} ms`);
  await isUnharmed(room);
  await room.close();
});

test('and the same in small pieces is stopped after a few', async () => {
  const room = await openTestRoom();
  await room.join('ada');
  const mallory = await withLongText(room, 5000, 200);
  let sent = 0;
  for (; sent < 500 && mallory.closedWith() === null; sent++) {
    mallory.sendUpdate(crowd(5000, sent * 100, 100));
    await room.deliver();
  }
  assert.ok(sent < 100, `${sent} pieces`);
  assert.match(mallory.closedWith() ?? '', /TOO_FAST|BAD_UPDATE/);
  await isUnharmed(room);
  await room.close();
});

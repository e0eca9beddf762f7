/** S7: what Yjs takes and no notebook can be is taken back, and nobody else notices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { isUnharmed } from './hostile-updates.ts';
import { openTestRoom } from './test-room.ts';

/** Each of these looks right to Yjs and breaks a notebook for those who have it open. */
const breaking: Record<string, (doc: Y.Doc) => void> = {
  'a number as cell': doc => doc.getArray('cells').push([7]),
  'a list as cell': doc => doc.getArray('cells').push([new Y.Array()]),
  'an empty cell': doc => doc.getArray('cells').push([new Y.Map()]),
  'a cell of unknown type': doc => firstCell(doc).set('cell_type', 'evil'),
  'a cell without id': doc => firstCell(doc).delete('id'),
  'a cell whose id is no text': doc => firstCell(doc).set('id', { a: 1 }),
  'a cell whose id is long': doc => firstCell(doc).set('id', 'x'.repeat(300)),
  'a cell without source': doc => firstCell(doc).delete('source'),
  'a source that is a string': doc => firstCell(doc).set('source', 'x'),
  'metadata that is JSON': doc => firstCell(doc).set('metadata', {}),
  'outputs that are JSON': doc => firstCell(doc).set('outputs', []),
  'an output that is a number': doc => outputsOf(doc).push([3]),
  'an output without type': doc => outputsOf(doc).push([new Y.Map()]),
  'a stream whose text is a string': doc =>
    outputsOf(doc).push([
      new Y.Map<unknown>([
        ['output_type', 'stream'],
        ['text', 'x']
      ])
    ]),
  'an unknown key of meta': doc => doc.getMap('meta').set('evil', 1),
  'meta without format': doc => doc.getMap('meta').delete('nbformat'),
  'meta without metadata': doc => doc.getMap('meta').delete('metadata'),
  'metadata of the notebook that is JSON': doc =>
    doc.getMap('meta').set('metadata', {})
};

function firstCell(doc: Y.Doc): Y.Map<unknown> {
  return doc.getArray<Y.Map<unknown>>('cells').get(0);
}

function outputsOf(doc: Y.Doc): Y.Array<unknown> {
  const outputs = firstCell(doc).get('outputs');
  assert.ok(outputs instanceof Y.Array);
  return outputs;
}

test('S7 every broken notebook is rebuilt from the journal, and nobody notices', async t => {
  for (const [name, spoil] of Object.entries(breaking)) {
    await t.test(name, async () => {
      const room = await openTestRoom();
      const ada = await room.join('ada');
      const mallory = await room.join('mallory');
      ada.type(0, 'before');
      mallory.doc.transact(() => spoil(mallory.doc));
      // On its way together with the bad one, and before it is known whether that is bad.
      ada.type(0, ' after');
      await room.deliver();
      assert.equal(mallory.closedWith(), 'BAD_UPDATE');
      assert.deepEqual(ada.sources(), ['before after']);
      await isUnharmed(room);
      await room.close();
    });
  }
});

test('a text document has only its text', async () => {
  const room = await openTestRoom({ type: 'text', content: 'hello' });
  const ada = await room.join('ada');
  ada.doc.getText('source').insert(5, ' world');
  ada.doc.getMap('state').set('dirty', true);
  await room.deliver();
  assert.equal(await room.content(), 'hello world');
  ada.doc.getArray('cells').push([1]);
  await room.deliver();
  assert.equal(ada.closedWith(), 'BAD_UPDATE');
  await room.close();
});

test('edits that arrive while the room is rebuilt are kept', async () => {
  const room = await openTestRoom();
  const ada = await room.join('ada');
  const mallory = await room.join('mallory');
  ada.type(0, 'a');
  await room.deliver();
  mallory.doc.getArray('cells').push([7]);
  room.deliverOnce();
  ada.type(0, 'b');
  const bob = await room.join('bob');
  assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  assert.deepEqual(ada.sources(), ['ab']);
  assert.deepEqual(bob.sources(), ['ab']);
  assert.equal(ada.saved, ada.updatesSent);
  await room.close();
});

test('who spoils a room again and again must wait before coming back', async () => {
  const room = await openTestRoom();
  await room.join('ada');
  for (let round = 0; round < 3; round++) {
    const mallory = await room.join('mallory');
    mallory.doc.getArray('cells').push([7]);
    await room.deliver();
    assert.equal(mallory.closedWith(), 'BAD_UPDATE');
  }
  assert.equal((await room.join('mallory')).closedWith(), 'TOO_FAST');
  room.clock.advance(61_000);
  assert.equal((await room.join('mallory')).closedWith(), null);
  await room.close();
});

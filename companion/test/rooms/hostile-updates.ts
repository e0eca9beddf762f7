/** Updates that no page writes, and whether the others in the room notice. */
import assert from 'node:assert/strict';
import * as Y from 'yjs';
import { rawUpdate, type RawStruct } from './raw-update.ts';
import type { TestPage } from './test-page.ts';
import type { TestRoom } from './test-room.ts';

/** The client id that Mallory writes them under. */
export const MALLORY = 666;

/** The structs of such updates, right where `fields` does not say otherwise. */
export const item = (
  fields: Omit<Extract<RawStruct, { kind: 'item' }>, 'kind'>
): RawStruct => ({ kind: 'item', ...fields });
export const map = (fields: object = {}) =>
  item({ parent: 'cells', content: { type: 1 }, ...fields });
export const text = (fields: object = {}) =>
  item({ parent: 'cells', content: { text: 'x' }, ...fields });
export const any = (values: unknown[], fields: object = {}) =>
  item({ parent: 'state', key: 'dirty', content: { any: values }, ...fields });

/** One update of hers that begins at `clock`. */
export const at = (clock: number, ...structs: RawStruct[]) =>
  rawUpdate([{ client: MALLORY, clock, structs }]);

/** Others type on, whoever comes reads the same, and everything is on disk. */
export async function isUnharmed(room: TestRoom): Promise<void> {
  const [ada] = room.pages;
  ada!.type(0, '.');
  await room.deliver();
  const fresh = await room.join('carl');
  assert.deepEqual(fresh.sources(), ada!.sources());
  assert.equal(fresh.doc.store.pendingStructs, null);
  assert.equal(ada!.saved, ada!.updatesSent);
  assert.equal(ada!.closedWith(), null);
  room.cut(fresh);
}

/** Mallory's page, from which a text of `length` letters has come as that of the client `base`. */
export async function withLongText(
  room: TestRoom,
  base: number,
  length: number
): Promise<TestPage> {
  const mallory = await room.join('mallory');
  const source = mallory.cells.get(0).get('source');
  assert.ok(source instanceof Y.Text);
  const { client, clock } = source._item!.id;
  const content = { text: 'x'.repeat(length) };
  mallory.sendUpdate(
    rawUpdate([
      {
        client: base,
        clock: 0,
        structs: [item({ parent: [client, clock], content })]
      }
    ])
  );
  await room.deliver();
  return mallory;
}

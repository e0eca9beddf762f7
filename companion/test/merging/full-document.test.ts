/** A document at its limit takes a merge, or its undoing, that makes it no larger. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { code, Live, stream } from './live-notebook.ts';

const LIMIT = 20_000;
const large = (letter: string, length = LIMIT) => stream(letter.repeat(length));

describe('L a document at its limit', () => {
  let live: Live;
  afterEach(() => live.close());
  const open = (...cells: Parameters<typeof code>[]) =>
    Live.open(
      cells.map(cell => code(...cell)),
      {},
      { limits: { documentBytes: LIMIT } }
    );

  it('takes back the merge that has filled it', async () => {
    live = await open(['a = 1', 'a'], ['b = 1', 'b']);
    const merged = await live.outside([
      code('a = 1', 'a', { outputs: [large('x')] }),
      code('b = 1', 'b')
    ]);
    live.page.type(1, ' + 1');
    await live.room.deliver();
    assert.deepEqual(
      live.page.heardOf('refusal').map(({ code: why }) => why),
      ['DOCUMENT_FULL']
    );
    const undone = await live.undo(merged);
    assert.equal(undone.changes, true);
    assert.deepEqual((await live.cells())[0]!.outputs, []);
    await live.room.pass(5_000);
    assert.deepEqual(await live.sources(), ['a = 1', 'b = 1 + 1']);
  });

  it('takes a change of the file that makes it smaller', async () => {
    live = await open(['a', 'a', { outputs: [large('x')] }], ['b', 'b']);
    const { changes } = await live.outside([
      code('a = 2', 'a'),
      code('b', 'b')
    ]);
    assert.equal(changes, true);
    assert.deepEqual(await live.sources(), ['a = 2', 'b']);
    assert.deepEqual((await live.cells())[0]!.outputs, []);
  });

  it('takes none that makes it larger, and is what it was', async () => {
    live = await open(['a', 'a', { outputs: [large('x')] }]);
    const before = await live.cells();
    await assert.rejects(
      live.outside([code('a', 'a', { outputs: [large('y', 2 * LIMIT)] })]),
      { code: 'DOCUMENT_FULL' }
    );
    assert.deepEqual(await live.cells(), before);
    assert.equal(live.page.closedWith(), null);
  });

  it('takes one that changes nothing', async () => {
    live = await open(['a', 'a', { outputs: [large('x')] }]);
    const { changes, same } = await live.outside(await live.cells());
    assert.deepEqual([changes, same], [false, true]);
  });
});

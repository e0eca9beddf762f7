/** Work in pieces holds up nobody, however much of it there is at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { othersTurn } from '../src/clock.ts';

test('of all that give way one goes on in each turn of the event loop', async () => {
  const done: string[] = [];
  let turns = 0;
  let counting = true;
  const count = () => {
    turns++;
    if (counting) {
      setImmediate(count);
    }
  };
  setImmediate(count);
  const work = async (name: string) => {
    for (let piece = 1; piece <= 3; piece++) {
      await othersTurn();
      done.push(`${name}${piece} ${turns}`);
    }
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  counting = false;
  const names = done.map(each => each.split(' ')[0]);
  assert.deepEqual(names, 'a1 b1 c1 a2 b2 c2 a3 b3 c3'.split(' '));
  const at = done.map(each => each.split(' ')[1]);
  assert.equal(new Set(at).size, at.length);
});

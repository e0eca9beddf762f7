/** Frames that nobody waits for are handled together, all of them, and in order. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Gathered } from '../../src/live/gathered.ts';
import { TestClock } from '../rooms/test-clock.ts';

const WAIT_MS = 250;

describe('frames that wait for each other', () => {
  let clock: TestClock;
  let handled: string[];
  let gathered: Gathered<string, string>;

  const start = (waitMs: number) => {
    clock = new TestClock();
    handled = [];
    gathered = new Gathered({
      ...{ clock, waitMs },
      mayWait: frame => frame !== 'now',
      handle: (sender, frame) => handled.push(`${sender} ${frame}`)
    });
  };
  const say = (sender: string, word: string) => gathered.hear(sender, word);

  beforeEach(() => start(WAIT_MS));

  it('are handled together after a while, and of each sender in order', () => {
    say('ada', '1');
    say('bob', '1');
    say('ada', '2');
    clock.advance(WAIT_MS - 1);
    assert.deepEqual(handled, []);
    clock.advance(1);
    assert.deepEqual(handled, ['ada 1', 'ada 2', 'bob 1']);
    assert.equal(clock.pending, 0);
  });

  it('come again after that', () => {
    say('ada', '1');
    clock.advance(WAIT_MS);
    say('ada', '2');
    clock.advance(WAIT_MS);
    assert.deepEqual(handled, ['ada 1', 'ada 2']);
  });

  it('go before what somebody waits for of the same sender, and once', () => {
    say('ada', '1');
    say('bob', '1');
    say('ada', 'now');
    assert.deepEqual(handled, ['ada 1', 'ada now']);
    clock.advance(WAIT_MS);
    assert.deepEqual(handled, ['ada 1', 'ada now', 'bob 1']);
  });

  it('of one sender are handled when they are asked for', () => {
    say('ada', '1');
    gathered.flush('ada');
    clock.advance(WAIT_MS);
    assert.deepEqual(handled, ['ada 1']);
  });

  it('of a sender who says very much are not heaped up', () => {
    for (let word = 1; word <= 4; word++) {
      say('ada', String(word));
    }
    assert.equal(handled.length, 4);
  });

  it('are handled at once where nothing is to wait', () => {
    start(0);
    say('ada', '1');
    assert.deepEqual(handled, ['ada 1']);
    assert.equal(clock.pending, 0);
  });
});

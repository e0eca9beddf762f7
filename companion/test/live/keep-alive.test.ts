/** S11: who says nothing is asked, and who does not answer is dropped. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import type { WebSocket } from 'ws';
import { keepAlive } from '../../src/live/sockets.ts';
import { TestClock } from '../rooms/test-clock.ts';

const PING_MS = 20_000;

class Peer extends EventEmitter {
  readonly clock = new TestClock();
  pings = 0;
  dropped = false;

  constructor() {
    super();
    keepAlive(this as unknown as WebSocket, (ms, call) =>
      this.clock.after(ms, call)
    );
  }

  ping(): void {
    this.pings++;
  }

  terminate(): void {
    this.dropped = true;
    this.emit('close');
  }
}

describe('S11 a socket without a room', () => {
  it('is dropped when it has answered no ping twice', () => {
    const peer = new Peer();
    peer.clock.advance(2 * PING_MS);
    assert.deepEqual([peer.pings, peer.dropped], [2, false]);
    peer.clock.advance(PING_MS);
    assert.ok(peer.dropped);
  });

  it('is asked every time as long as it only answers', () => {
    const peer = new Peer();
    for (let look = 1; look <= 10; look++) {
      peer.clock.advance(PING_MS);
      assert.equal(peer.pings, look);
      peer.emit('pong');
    }
    assert.ok(!peer.dropped);
  });

  for (const word of ['message', 'ping']) {
    it(`is not asked while a ${word} of its own comes by itself`, () => {
      const peer = new Peer();
      for (let look = 1; look <= 10; look++) {
        peer.emit(word);
        peer.clock.advance(PING_MS);
      }
      assert.equal(peer.pings, 0);
      peer.clock.advance(3 * PING_MS);
      assert.ok(peer.dropped);
    });
  }

  it('is not looked at any more once it is closed', () => {
    const peer = new Peer();
    peer.emit('close');
    peer.clock.advance(10 * PING_MS);
    assert.deepEqual([peer.pings, peer.dropped], [0, false]);
  });
});

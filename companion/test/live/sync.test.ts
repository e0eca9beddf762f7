/** Rooms behind real sockets: y-websocket as it stands, and clients that behave badly. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import {
  decodeOwnMessage,
  type OwnMessage,
  type Role
} from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import { WebSocket, WebSocketServer } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import {
  attachSync,
  defaultPace,
  type SyncConnection,
  type SyncPace
} from '../../src/live/sync.ts';
import { step1Frame, updateFrame } from '../../src/rooms/frames.ts';
import type { Clock } from '../../src/rooms/types.ts';
import { openTestRoom, turn, type TestRoom } from '../rooms/test-room.ts';

type Hall = {
  room: TestRoom;
  url: string;
  port: number;
  connections: SyncConnection[];
  sockets: WebSocket[];
  stop(): void;
};

/** A server that lets in whoever names themselves: `/ada/edit`. */
async function openHall(
  t: TestContext,
  pace: SyncPace = defaultPace,
  clock?: Clock
): Promise<Hall> {
  const room = await openTestRoom();
  const http = createServer();
  const wss = new WebSocketServer({
    server: http,
    maxPayload: 1024 * 1024,
    perMessageDeflate: false
  });
  const connections: SyncConnection[] = [];
  const sockets: WebSocket[] = [];
  wss.on('connection', (socket, request) => {
    const [, user = '', role = 'edit'] = (request.url ?? '').split('/');
    sockets.push(socket);
    connections.push(
      attachSync({
        socket,
        room: room.room,
        person: { user, displayName: user },
        role: role === 'view' ? 'view' : ('edit' satisfies Role),
        clock: clock ?? room.clock,
        pace
      })
    );
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const stop = () => {
    wss.clients.forEach(socket => socket.terminate());
    http.closeAllConnections();
    http.close();
    wss.close();
  };
  t.after(async () => {
    stop();
    await room.close();
  });
  return {
    room,
    url: `ws://127.0.0.1:${port}`,
    port,
    connections,
    sockets,
    stop
  };
}

/** Waits for a state of affairs that events bring about; the test's own time limit is its end. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await turn();
  }
}

/** A socket that speaks no protocol by itself and keeps what it hears. */
async function rawClient(hall: Hall, path: string) {
  const socket = new WebSocket(`${hall.url}/${path}`);
  const heard: OwnMessage[] = [];
  let frames = 0;
  socket.on('message', data => {
    frames++;
    const decoder = decoding.createDecoder(new Uint8Array(data as Buffer));
    const message = decodeOwnMessage(decoding.readVarUint(decoder), decoder);
    if (message !== null) {
      heard.push(message);
    }
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({
    code: Number(code),
    reason: String(reason)
  }));
  await once(socket, 'open');
  return { socket, heard, closed, frames: () => frames };
}

function page(hall: Hall, t: TestContext, user: string, role = 'edit') {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${hall.url}/${user}`, role, doc, {
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true
  });
  t.after(() => {
    provider.destroy();
    doc.destroy();
  });
  return { doc, provider, cells: doc.getArray<Y.Map<unknown>>('cells') };
}

function sourceOf(cells: Y.Array<Y.Map<unknown>>): string {
  return cells.length === 0 ? '' : String(cells.get(0).get('source'));
}

const limit = { timeout: 20_000 };

test(
  'the provider of y-websocket works as it is, for two people and a reconnect',
  limit,
  async t => {
    // The provider reports our own types of message as unknown; that is all.
    t.mock.method(console, 'error', () => undefined);
    const hall = await openHall(t);
    const ada = page(hall, t, 'ada');
    const bob = page(hall, t, 'bob');
    await until(() => ada.provider.synced && bob.provider.synced);
    const source = ada.cells.get(0).get('source') as Y.Text;
    source.insert(0, 'hello');
    await until(() => sourceOf(bob.cells) === 'hello');
    hall.sockets[1]!.terminate();
    source.insert(5, ' world');
    await until(() => sourceOf(bob.cells) === 'hello world');
    bob.provider.awareness.setLocalStateField('cursor', 3);
    await until(() => {
      hall.room.clock.advance(50);
      return [...ada.provider.awareness.getStates().values()].some(
        state => state.user?.username === 'bob'
      );
    });
  }
);

test(
  'S8 a refusal is said, then the socket is closed with its code and word',
  limit,
  async t => {
    const hall = await openHall(t);
    const client = await rawClient(hall, 'mallory');
    client.socket.send(updateFrame(new Uint8Array([1, 1, 5, 9, 0])));
    const { code, reason } = await client.closed;
    assert.deepEqual({ code, reason }, { code: 4422, reason: 'BAD_UPDATE' });
    const refusal = client.heard.at(-1);
    assert.equal(refusal?.type === 'refusal' && refusal.final, true);
    await until(() => hall.room.room.connections().length === 0);
  }
);

test('a text frame is refused', limit, async t => {
  const hall = await openHall(t);
  const client = await rawClient(hall, 'mallory');
  client.socket.send('hello');
  assert.equal((await client.closed).reason, 'BAD_REQUEST');
});

/** A WebSocket frame from a client, masked with zeros. */
function wireFrame(first: number, payload: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from([first, 0x80 | payload.length, 0, 0, 0, 0]),
    payload
  ]);
}

async function upgraded(hall: Hall): Promise<Socket> {
  const socket = connect(hall.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'GET /mallory HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
  );
  await once(socket, 'data');
  return socket;
}

test(
  'malformed WebSocket frames end their own socket and nothing else',
  limit,
  async t => {
    const hall = await openHall(t);
    const ada = await rawClient(hall, 'ada');
    const frames = [
      Buffer.from([0x82, 0x05, 1, 2, 3, 4, 5]),
      wireFrame(0xc2, Buffer.from([0])),
      wireFrame(0x83, Buffer.from([0])),
      wireFrame(0x80, Buffer.from([0])),
      wireFrame(0x09, Buffer.from([0])),
      wireFrame(0x88, Buffer.from([3])),
      wireFrame(0x88, Buffer.from([0, 1])),
      wireFrame(0x81, Buffer.from([0xff, 0xfe])),
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
      Buffer.from([0x82, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0])
    ];
    for (const frame of frames) {
      const socket = await upgraded(hall);
      socket.write(frame);
      await once(socket, 'close');
    }
    const random = await upgraded(hall);
    random.write(Buffer.from('\x82\x85garbage that ends in the middle'));
    random.destroy();
    await until(() => hall.room.room.connections().length === 1);
    assert.equal(ada.socket.readyState, WebSocket.OPEN);
  }
);

test(
  'S11 a socket that answers no ping twice is dropped; one that does hears saved',
  limit,
  async t => {
    const hall = await openHall(t);
    const ada = await rawClient(hall, 'ada');
    const silent = await rawClient(hall, 'bob');
    silent.socket.pause();
    await until(() => ada.heard.length >= 3);
    for (let round = 0; round < 4; round++) {
      const before = ada.heard.filter(({ type }) => type === 'saved').length;
      hall.room.clock.advance(20_000);
      await until(
        () => ada.heard.filter(({ type }) => type === 'saved').length > before
      );
      // The answer to the ping follows in the same direction as this.
      ada.socket.send(step1Frame(new Uint8Array([0])));
      const frames = ada.frames();
      await until(() => ada.frames() > frames);
    }
    await until(() => hall.room.room.connections().length === 1);
    assert.equal(ada.socket.readyState, WebSocket.OPEN);
    silent.socket.terminate();
  }
);

test(
  'S12 a reader that takes nothing is closed at 8 MiB, and nobody else is slower',
  limit,
  async t => {
    const hall = await openHall(t);
    const ada = await rawClient(hall, 'ada');
    const slow = await rawClient(hall, 'bob');
    slow.socket.pause();
    const [, connection] = hall.connections;
    const frame = new Uint8Array(1024 * 1024);
    frame[0] = 126;
    for (
      let sent = 0;
      sent < 64 && hall.room.room.connections().length === 2;
      sent++
    ) {
      connection!.send(frame);
      await turn();
    }
    assert.equal(hall.room.room.connections().length, 1);
    hall.room.clock.advance(6_000);
    slow.socket.resume();
    assert.notEqual((await slow.closed).code, 1000);
    assert.equal(ada.socket.readyState, WebSocket.OPEN);
  }
);

test('S12 one large answer is no fault of the reader', limit, async t => {
  const hall = await openHall(t);
  const ada = await rawClient(hall, 'ada');
  const frame = new Uint8Array(30 * 1024 * 1024);
  frame[0] = 126;
  hall.connections[0]!.send(frame);
  hall.connections[0]!.send(frame.subarray(0, 100));
  const before = ada.frames();
  await until(() => ada.frames() >= before + 2);
  assert.equal(ada.socket.readyState, WebSocket.OPEN);
});

test(
  'a page that is faster than its pace waits, and loses nothing',
  limit,
  async t => {
    const hall = await openHall(t, {
      ...defaultPace,
      framesPerSecond: 10,
      framesAtOnce: 20
    });
    const client = await rawClient(hall, 'ada');
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on('update', update => updates.push(update));
    for (let index = 0; index < 60; index++) {
      doc.getMap('state').set('dirty', index);
    }
    updates.forEach(update => client.socket.send(updateFrame(update)));
    const saved = () =>
      client.heard.findLast(message => message.type === 'saved');
    await until(() => hall.sockets[0]!.isPaused);
    await until(() => {
      hall.room.clock.advance(100);
      const last = saved();
      return last?.type === 'saved' && last.frames === 60;
    });
    assert.equal(client.socket.readyState, WebSocket.OPEN);
    doc.destroy();
  }
);

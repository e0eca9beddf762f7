/**
 * A small y-websocket client without a view, for benches and browser tests: it
 * opens a document, knows when an edit is on disk, when a peer's edit arrives,
 * and how its connection ended.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import * as syncProtocol from 'y-protocols/sync';
import {
  decodeOwnMessage,
  messageType,
  SUBPROTOCOL,
  type OwnMessage
} from '@jupyterlab-commons/protocol';

/** The Yjs of the clients: two of them in one program do not know each other's types. */
export { Y };

/** Calls one route of the companion; rejects on a refusal. */
export async function call<T>(
  base: string,
  method: string,
  path: string,
  authorization: string,
  body?: unknown
): Promise<T> {
  const answer = await fetch(base + path, {
    method,
    headers: {
      authorization,
      ...(body === undefined ? {} : { 'content-type': 'application/json' })
    },
    body: body === undefined ? undefined : JSON.stringify(body)
  });
  if (!answer.ok) {
    throw new Error(
      `${method} ${path}: ${answer.status} ${await answer.text()}`
    );
  }
  return (answer.status === 204 ? null : await answer.json()) as T;
}

/** What goes into `Authorization` once the companion knows whose token it is. */
export async function signIn(base: string, token: string): Promise<string> {
  const { session } = await call<{ session: string }>(
    base,
    'POST',
    'api/session',
    `token ${token}`,
    {}
  );
  return `Bearer ${session}`;
}

export type Ended = { code: number; reason: string };

export class SocketClient {
  readonly doc: Y.Doc;
  /** Rejects when the connection ends before the first sync. */
  readonly synced: Promise<void>;
  /** How the connection ended; stays open until then. */
  readonly ended: Promise<Ended>;
  /** Codes of the refusals that were said on this connection. */
  readonly refusals: string[] = [];
  role: string | null = null;
  /** Called with every update frame that came from a peer. */
  onPeerUpdate: () => void = () => undefined;
  readonly #socket: WebSocket;
  #sent = 0;
  #saved = 0;
  #waiting: { frames: number; done: () => void }[] = [];

  /** Opens a document; `doc` may bring what an earlier connection knew. */
  static async open(
    base: string,
    session: string,
    id: string,
    doc = new Y.Doc()
  ): Promise<SocketClient> {
    const { ticket } = await call<{ ticket: string }>(
      base,
      'POST',
      `api/documents/${id}/tickets`,
      session,
      {}
    );
    const url = `${base.replace(/^http/, 'ws')}sync/${id}`;
    const socket = new WebSocket(url, [SUBPROTOCOL, ticket]);
    const client = new SocketClient(socket, doc);
    await client.synced;
    return client;
  }

  private constructor(socket: WebSocket, doc: Y.Doc) {
    this.#socket = socket;
    this.doc = doc;
    socket.on('error', () => undefined);
    this.ended = new Promise(resolve => {
      socket.once('close', (code, reason) =>
        resolve({ code, reason: String(reason) })
      );
    });
    this.synced = new Promise((resolve, reject) => {
      void this.ended.then(({ code, reason }) =>
        reject(new Error(`closed ${code} ${reason}`))
      );
      socket.on('message', (data: Buffer) => this.#read(data, resolve));
    });
    doc.on('update', this.#onUpdate);
  }

  /** Settles when everything sent so far is on disk; never, once the connection has ended. */
  durable(): Promise<void> {
    return new Promise(done => {
      this.#waiting.push({ frames: this.#sent, done });
      this.#settle();
    });
  }

  /** Lets go of the socket; the document stays with whoever gave it. */
  close(): void {
    this.doc.off('update', this.#onUpdate);
    this.#socket.terminate();
  }

  readonly #onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this && this.#socket.readyState === WebSocket.OPEN) {
      this.#sent++;
      this.#send(encoder => syncProtocol.writeUpdate(encoder, update));
    }
  };

  #read(data: Buffer, synced: () => void): void {
    const decoder = decoding.createDecoder(new Uint8Array(data));
    const type = decoding.readVarUint(decoder);
    if (type === messageType.sync) {
      this.#readSync(decoder, synced);
      return;
    }
    const message = decodeOwnMessage(type, decoder);
    if (message !== null) {
      this.#readOwn(message);
    }
  }

  #readOwn(message: OwnMessage): void {
    if (message.type === 'epoch') {
      this.#send(encoder => syncProtocol.writeSyncStep1(encoder, this.doc));
    } else if (message.type === 'role') {
      this.role = message.role;
    } else if (message.type === 'refusal') {
      this.refusals.push(message.code);
    } else if (message.type === 'saved') {
      this.#saved = message.frames;
      this.#settle();
    }
  }

  #readSync(decoder: decoding.Decoder, synced: () => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    const step = syncProtocol.readSyncMessage(decoder, encoder, this.doc, this);
    if (step === syncProtocol.messageYjsSyncStep1) {
      this.#sent++;
      this.#socket.send(encoding.toUint8Array(encoder));
    } else if (step === syncProtocol.messageYjsSyncStep2) {
      synced();
    } else {
      this.onPeerUpdate();
    }
  }

  #settle(): void {
    const ready = this.#waiting.filter(each => each.frames <= this.#saved);
    this.#waiting = this.#waiting.filter(each => each.frames > this.#saved);
    for (const { done } of ready) {
      done();
    }
  }

  #send(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    write(encoder);
    this.#socket.send(encoding.toUint8Array(encoder));
  }
}

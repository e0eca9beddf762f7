/**
 * A small y-websocket client without a view, for measuring: it signs in with a
 * static token, opens a document and knows when an edit is on disk and when a
 * peer's edit arrives.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import * as syncProtocol from 'y-protocols/sync';
import {
  decodeOwnMessage,
  messageType,
  SUBPROTOCOL
} from '@jupyterlab-commons/protocol';

/** Calls one route of the companion as the person of `token`. */
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

export class BenchClient {
  readonly doc = new Y.Doc();
  readonly synced: Promise<void>;
  /** Called with every update frame that came from a peer. */
  onPeerUpdate: () => void = () => undefined;
  #socket: WebSocket;
  #sent = 0;
  #saved = 0;
  #waiting: { frames: number; done: () => void }[] = [];

  static async open(
    base: string,
    session: string,
    id: string
  ): Promise<BenchClient> {
    const { ticket } = await call<{ ticket: string }>(
      base,
      'POST',
      `api/documents/${id}/tickets`,
      session,
      {}
    );
    const url = `${base.replace(/^http/, 'ws')}sync/${id}`;
    const client = new BenchClient(new WebSocket(url, [SUBPROTOCOL, ticket]));
    await client.synced;
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.synced = new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', (code, reason) =>
        reject(new Error(`closed ${code} ${String(reason)}`))
      );
      socket.on('message', (data: Buffer) => this.#read(data, resolve));
    });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) {
        this.#send(encoder => syncProtocol.writeUpdate(encoder, update), true);
      }
    });
  }

  /** Settles when everything sent so far is on disk. */
  durable(): Promise<void> {
    return new Promise(done => {
      if (this.#saved >= this.#sent) {
        done();
      } else {
        this.#waiting.push({ frames: this.#sent, done });
      }
    });
  }

  close(): void {
    this.#socket.removeAllListeners();
    this.#socket.on('error', () => undefined);
    this.#socket.terminate();
    this.doc.destroy();
  }

  #read(data: Buffer, synced: () => void): void {
    const decoder = decoding.createDecoder(new Uint8Array(data));
    const type = decoding.readVarUint(decoder);
    if (type !== messageType.sync) {
      const message = decodeOwnMessage(type, decoder);
      if (message?.type === 'epoch') {
        this.#send(
          encoder => syncProtocol.writeSyncStep1(encoder, this.doc),
          false
        );
      } else if (message?.type === 'saved') {
        this.#saved = message.frames;
        this.#waiting = this.#waiting.filter(({ frames, done }) => {
          if (this.#saved < frames) {
            return true;
          }
          done();
          return false;
        });
      }
      return;
    }
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

  #send(write: (encoder: encoding.Encoder) => void, counted: boolean): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    write(encoder);
    this.#sent += counted ? 1 : 0;
    this.#socket.send(encoding.toUint8Array(encoder));
  }
}

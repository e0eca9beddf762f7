import {
  decodeOwnMessage,
  errorOfClose,
  eventMessage,
  type ErrorCode,
  type EventMessage,
  type OwnMessage
} from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import { WebSocket } from 'ws';
import type { Answer } from './test-companion.ts';

/** One socket of a page, and everything it has heard so far. */
export class TestSocket {
  readonly socket: WebSocket;
  readonly frames: OwnMessage[] = [];
  readonly told: EventMessage[] = [];
  #wake: () => void = () => {};
  #end: { close?: ErrorCode | number; refused?: Answer } | null = null;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (isBinary) {
        const decoder = decoding.createDecoder(new Uint8Array(data as Buffer));
        const message = decodeOwnMessage(
          decoding.readVarUint(decoder),
          decoder
        );
        if (message) {
          this.frames.push(message);
        }
      } else {
        this.told.push(eventMessage(JSON.parse(String(data))));
      }
      this.#wake();
    });
    socket.on('open', () => this.#wake());
    socket.on('close', (code, reason) => {
      this.#end ??= { close: errorOfClose(code, String(reason)) ?? code };
      this.#wake();
    });
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', chunk => (text += String(chunk)));
      response.on('end', () => {
        const body = JSON.parse(text);
        this.#end = {
          refused: {
            status: response.statusCode!,
            code: body.error.code,
            body,
            headers: response.headers
          }
        };
        this.#wake();
        socket.terminate();
      });
    });
  }

  /** The first truthy answer of `look`, asked again after everything that happens. */
  async until<T>(look: () => T | null | undefined | false): Promise<T> {
    for (;;) {
      const found = look();
      if (found) {
        return found;
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  async opened(): Promise<void> {
    const end = await this.until(() =>
      this.socket.readyState === WebSocket.OPEN ? {} : this.#end
    );
    if ('refused' in end || 'close' in end) {
      throw new Error(`not opened: ${JSON.stringify(end)}`);
    }
  }

  /** `open`, or the code of the HTTP refusal before it. */
  async outcome(): Promise<string> {
    const end = await this.until<{
      refused?: Answer;
      close?: unknown;
      open?: true;
    }>(() =>
      this.socket.readyState === WebSocket.OPEN ? { open: true } : this.#end
    );
    return end.open ? 'open' : String(end.refused?.code ?? end.close);
  }

  async refused(): Promise<Answer> {
    return (await this.until(() => this.#end?.refused))!;
  }

  /** The code of the close. */
  closed(): Promise<ErrorCode | number> {
    return this.until(() => this.#end?.close);
  }

  frame<K extends OwnMessage['type']>(
    type: K,
    fits: (message: Extract<OwnMessage, { type: K }>) => boolean = () => true
  ) {
    return this.until(() =>
      this.frames.find(
        (each): each is Extract<OwnMessage, { type: K }> =>
          each.type === type && fits(each as Extract<OwnMessage, { type: K }>)
      )
    );
  }

  event(
    type: EventMessage['type'],
    fits: (message: EventMessage) => boolean = () => true
  ): Promise<EventMessage> {
    return this.until(() =>
      this.told.find(each => each.type === type && fits(each))
    );
  }
}

/** Resolves when the companion has read all that was sent before, or the socket has ended. */
export function roundTrip(socket: WebSocket): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off('pong', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('pong', done);
    socket.on('close', done);
    if (socket.readyState === WebSocket.OPEN) {
      socket.ping(undefined, undefined, () => {});
    } else {
      done();
    }
  });
}

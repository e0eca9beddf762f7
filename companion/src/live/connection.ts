/**
 * A WebSocket as a room sees it. Keeps account of what a slow reader owes,
 * looks whether the other end still lives, and never throws at the room.
 */
import {
  encodeOwnMessage,
  errors,
  type ErrorCode,
  type Person,
  type Role
} from '@jupyterlab-commons/protocol';
import type { WebSocket } from 'ws';
import type { Clock, RoomConnection } from '../rooms/types.ts';

/** S12. */
const OWED_BYTES_MOST = 8 * 1024 * 1024;
const STUCK_MS = 20_000;
/** S11. */
const PING_MS = 20_000;
const UNANSWERED_MOST = 2;
const LOOK_MS = 5_000;
/** How long the other end may take to answer our closing. */
const CLOSING_MS = 5_000;
/** A large frame goes in parts, so that its progress can be seen. */
const PART_BYTES = 256 * 1024;

export type ConnectionOptions = {
  socket: WebSocket;
  person: Person;
  role: Role;
  clock: Clock;
  /** Time for a sign of life of our own. */
  onBeat(): void;
  /** Once, when the connection is of no more use. */
  onGone(): void;
};

let lastId = 0;

export class SocketConnection implements RoomConnection {
  readonly id = ++lastId;
  readonly person: Person;
  role: Role;
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #options: ConnectionOptions;
  #owed = 0;
  /** The largest frame on its way: a cold copy of a large document is no fault of the reader. */
  #largest = 0;
  #movedAt: number;
  #pingedAt: number;
  #unanswered = 0;
  #closing = false;
  #gone = false;
  #cancelLook: () => void;
  #cancelClosing: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#socket = options.socket;
    this.#clock = options.clock;
    this.person = options.person;
    this.role = options.role;
    // First of all: without a listener one malformed frame ends the process.
    this.#socket.on('error', () => this.#socket.terminate());
    this.#socket.on('close', () => this.#leave());
    this.#socket.on('pong', () => this.alive());
    this.#movedAt = this.#clock.now();
    this.#pingedAt = this.#clock.now();
    this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
  }

  /** Bytes that the reader has not taken yet. */
  get owedBytes(): number {
    return this.#owed;
  }

  /** The other end has said something. */
  alive(): void {
    this.#unanswered = 0;
  }

  send(frame: Uint8Array): void {
    if (this.#closing || this.#socket.readyState !== this.#socket.OPEN) {
      return;
    }
    if (this.#owed === 0) {
      this.#movedAt = this.#clock.now();
    }
    this.#owed += frame.length;
    this.#largest = Math.max(this.#largest, frame.length);
    if (this.#owed - this.#largest > OWED_BYTES_MOST) {
      this.close('SLOW_READER');
      return;
    }
    for (let from = 0; from < frame.length; from += PART_BYTES) {
      const part = frame.subarray(from, from + PART_BYTES);
      const fin = from + PART_BYTES >= frame.length;
      this.#socket.send(part, { binary: true, fin }, () =>
        this.#taken(part.length)
      );
    }
  }

  close(code: ErrorCode, detail?: string): void {
    if (this.#closing) {
      return;
    }
    if (
      this.#socket.readyState === this.#socket.OPEN &&
      code !== 'SLOW_READER'
    ) {
      this.#socket.send(
        encodeOwnMessage({
          type: 'refusal',
          code,
          detail: detail?.slice(0, 256) ?? null,
          final: true
        }),
        () => undefined
      );
    }
    this.#closing = true;
    this.#socket.close(errors[code].close, code);
    this.#cancelClosing = this.#clock.after(CLOSING_MS, () =>
      this.#socket.terminate()
    );
    this.#leave();
  }

  #taken(bytes: number): void {
    this.#owed -= bytes;
    this.#movedAt = this.#clock.now();
    if (this.#owed <= 0) {
      this.#owed = 0;
      this.#largest = 0;
    }
  }

  #look(): void {
    const now = this.#clock.now();
    if (this.#owed > 0 && now - this.#movedAt >= STUCK_MS) {
      this.close('SLOW_READER');
      return;
    }
    if (now - this.#pingedAt >= PING_MS) {
      if (this.#unanswered >= UNANSWERED_MOST) {
        this.#socket.terminate();
        return;
      }
      this.#pingedAt = now;
      this.#unanswered += this.#socket.isPaused ? 0 : 1;
      this.#socket.ping(undefined, false, () => undefined);
      this.#options.onBeat();
    }
    this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
  }

  #leave(): void {
    if (this.#socket.readyState === this.#socket.CLOSED) {
      this.#cancelClosing();
    }
    if (!this.#gone) {
      this.#gone = true;
      this.#cancelLook();
      this.#options.onGone();
    }
  }
}

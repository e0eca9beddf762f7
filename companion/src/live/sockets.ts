import {
  CommonsError,
  errors,
  type ErrorCode,
  type Role
} from '@jupyterlab-commons/protocol';
import type { WebSocket } from 'ws';
import type { Claims } from '../hub/sessions.ts';

/** An open socket of a page, as those who watch over rights see it. */
export interface OpenSocket {
  /** Who opened it. */
  readonly claims: Claims;
  /** What it shows; null for `events`. */
  readonly document: string | null;
  /** The role it was told last; null for `events`. */
  readonly role: Role | null;
  /** When that role ends, if it does. */
  until: number | null;
  setRole(role: Role): void;
  close(code: ErrorCode, detail?: string): void;
}

export type SocketLimits = {
  perPerson: number;
  perDocument: number;
  total: number;
};

type Place = {
  user: string;
  document: string | null;
  socket: OpenSocket | null;
};

/**
 * Every open socket of a page, and every one that is about to open: a place is
 * taken before anything is awaited, so that a crowd cannot slip past the limits.
 */
export class Sockets {
  readonly #limits: SocketLimits;
  readonly #places = new Set<Place>();

  constructor(limits: SocketLimits) {
    this.#limits = limits;
  }

  /** Sockets that are open or being opened. */
  get size(): number {
    return this.#places.size;
  }

  /** A place for one socket; throws TOO_MANY. Whoever took it gives it back. */
  take(
    user: string,
    document: string | null
  ): { fill(socket: OpenSocket): void; free(): void } {
    const own = [...this.#places].filter(place => place.user === user);
    const here = own.filter(
      place => place.document !== null && place.document === document
    );
    const { perPerson, perDocument, total } = this.#limits;
    if (
      own.length >= perPerson ||
      here.length >= perDocument ||
      this.#places.size >= total
    ) {
      throw new CommonsError('TOO_MANY', 'open sockets');
    }
    const place: Place = { user, document, socket: null };
    this.#places.add(place);
    return {
      fill: socket => {
        place.socket = socket;
      },
      free: () => {
        this.#places.delete(place);
      }
    };
  }

  /** Those that are open now; a copy, so that closing while walking is safe. */
  all(): OpenSocket[] {
    return [...this.#places].flatMap(({ socket }) =>
      socket === null ? [] : [socket]
    );
  }

  of(document: string): OpenSocket[] {
    return this.all().filter(socket => socket.document === document);
  }

  users(): string[] {
    return [...new Set(this.all().map(socket => socket.claims.user))];
  }
}

/** Closes a socket so that the page finds the code again; a peer that does not answer is dropped. */
export function closeSocket(socket: WebSocket, code: ErrorCode): void {
  socket.close(errors[code].close, code);
}

const PING_MS = 20_000;

/**
 * S11 for sockets without a room: pings one that has said nothing for a while,
 * and drops it when it has not answered twice. Ends with the socket.
 */
export function keepAlive(
  socket: WebSocket,
  after: (ms: number, call: () => void) => () => void,
  pingMs = PING_MS
): void {
  let missed = 0;
  let heard = false;
  let cancel = () => {};
  const look = () => {
    if (missed >= 2) {
      socket.terminate();
      return;
    }
    if (!heard) {
      missed++;
      socket.ping();
    }
    heard = false;
    cancel = after(pingMs, look);
  };
  cancel = after(pingMs, look);
  const hear = () => {
    missed = 0;
    heard = true;
  };
  socket.on('message', hear).on('ping', hear);
  socket.on('pong', () => {
    missed = 0;
  });
  socket.on('close', () => cancel());
}

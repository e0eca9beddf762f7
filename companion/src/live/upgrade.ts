import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  CommonsError,
  matchPath,
  routes,
  SUBPROTOCOL,
  type Role
} from '@jupyterlab-commons/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Caller, Callers } from '../hub/callers.ts';
import type { Identity, Proven } from '../hub/identity.ts';
import type { Claims } from '../hub/sessions.ts';
import type { Tickets } from '../hub/tickets.ts';
import { addressOf } from '../http/forwarded.ts';
import type { Origins } from '../http/origin.ts';
import type { Rate } from '../http/rate.ts';
import { asRefusal, commonHeaders, refusalHeaders } from '../http/reply.ts';
import { credential } from '../http/router.ts';
import { targetOf } from '../http/server.ts';
import type { Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { Access, Door } from '../sharing/authorise.ts';
import { closeSocket, type OpenSocket, type Sockets } from './sockets.ts';
import type { SyncConnection } from './sync.ts';

/** The document in memory, loaded, ready to take sockets. */
export type AttachSync = (socket: WebSocket, role: Role) => SyncConnection;

/** What happens to sockets once they have been let in. */
export interface Halls {
  /** Loads the document; throws before the socket is opened when that fails (D4). */
  openRoom(access: Access): Promise<AttachSync>;
  events(socket: WebSocket, caller: () => Caller): void;
  link(socket: WebSocket, server: Proven): void;
  /** Rights may have changed while the socket was being opened. */
  opened(documentId: string): void;
}

export type UpgradeOptions = {
  prefix: string;
  origins: Origins;
  callers: Callers;
  identity: Identity;
  tickets: Tickets;
  door: Door;
  sockets: Sockets;
  halls: Halls;
  signIns: Rate;
  proxies: ReadonlySet<string>;
  messageBytes: number;
  clock: Clock;
  log: Log;
};

type SocketRoute = 'sync' | 'events' | 'link';
const socketRoutes: SocketRoute[] = ['sync', 'events', 'link'];

const EVENT_BYTES = 4 * 1024;
const LINK_BYTES = 4 * 1024 * 1024;
/** Somebody who is neither let in nor refused by then is dropped. */
const OPENING_MS = 15_000;

type Opening = {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  origin: string | null;
  parts: Record<string, string>;
};

/** Lets WebSockets in: the same order as for HTTP, and nothing is opened before its end. */
export class Upgrades {
  readonly #options: UpgradeOptions;
  readonly #servers: Record<SocketRoute, WebSocketServer>;
  #stopping = false;

  constructor(options: UpgradeOptions) {
    this.#options = options;
    const server = (maxPayload: number) => {
      const made = new WebSocketServer({
        noServer: true,
        clientTracking: true,
        perMessageDeflate: false,
        maxPayload,
        // The ticket is offered beside the name; only the name ever goes back.
        handleProtocols: offered =>
          offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false
      });
      made.on('wsClientError', (_error, socket) => {
        refuse(
          socket,
          new CommonsError('BAD_REQUEST', 'not a WebSocket handshake')
        );
      });
      return made;
    };
    this.#servers = {
      sync: server(options.messageBytes),
      events: server(EVENT_BYTES),
      link: server(LINK_BYTES)
    };
  }

  /** For `server.on('upgrade')`. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // First of all: without a listener the next reset of a peer ends the process.
    socket.on('error', () => socket.destroy());
    const drop = setTimeout(() => socket.destroy(), OPENING_MS);
    this.#open(request, socket, head)
      .catch((error: unknown) => {
        const refusal = asRefusal(error, this.#options.log, 'upgrade');
        this.#options.log.debug('socket refused', { code: refusal.code });
        refuse(socket, refusal);
      })
      .finally(() => clearTimeout(drop));
  }

  /** From now on new sockets are refused. */
  refuseNew(): void {
    this.#stopping = true;
  }

  /** Closes what is open with 1012; resolves when it is gone, or after `ms`. */
  async stop(ms: number): Promise<void> {
    this.#stopping = true;
    const open = Object.values(this.#servers).flatMap(server => [
      ...server.clients
    ]);
    const gone = open.map(
      socket =>
        new Promise<void>(resolve => socket.once('close', () => resolve()))
    );
    open.forEach(socket => closeSocket(socket, 'STOPPING'));
    const late = new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms);
      void Promise.all(gone)
        .then(() => clearTimeout(timer))
        .then(resolve);
    });
    await late;
    open.forEach(socket => socket.terminate());
  }

  async #open(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer
  ): Promise<void> {
    if (this.#stopping) {
      throw new CommonsError('STOPPING');
    }
    const origin = this.#options.origins.check(request);
    const { name, parts } = this.#route(request);
    const opening: Opening = { request, socket, head, origin, parts };
    switch (name) {
      case 'sync':
        return this.#sync(opening);
      case 'events':
        return this.#events(opening);
      case 'link':
        return this.#link(opening);
    }
  }

  #route(request: IncomingMessage): {
    name: SocketRoute;
    parts: Record<string, string>;
  } {
    const target = targetOf(request, this.#options.prefix);
    for (const name of socketRoutes) {
      const parts = target && matchPath(routes[name].path, target.path);
      if (parts) {
        return { name, parts };
      }
    }
    throw new CommonsError('NO_ROUTE');
  }

  async #sync(opening: Opening): Promise<void> {
    const { callers, door, sockets, halls } = this.#options;
    const id = opening.parts.id ?? '';
    const { claims, document } = await this.#whoOpens(opening, id);
    const place = sockets.take(claims.user, id);
    try {
      const access = await door.authorise(
        callers.ofClaims(claims),
        id,
        routes.sync.operation
      );
      if (document && document.epoch !== access.document.epoch) {
        throw new CommonsError('EPOCH_CHANGED');
      }
      if (document && document.role !== access.role) {
        throw new CommonsError('TICKET_INVALID', 'the role has changed since');
      }
      const attach = await halls.openRoom(access);
      const socket = await this.#accept('sync', opening);
      socket.on('close', () => place.free());
      place.fill(openSync(attach(socket, access.role), claims, access));
      halls.opened(id);
    } catch (error) {
      place.free();
      throw error;
    }
  }

  async #events(opening: Opening): Promise<void> {
    const { callers, sockets, halls } = this.#options;
    const { claims } = await this.#whoOpens(opening, null);
    const place = sockets.take(claims.user, null);
    try {
      const caller = () => callers.ofClaims(claims);
      caller();
      const socket = await this.#accept('events', opening);
      socket.on('close', () => place.free());
      place.fill(openEvents(socket, claims));
      halls.events(socket, caller);
    } catch (error) {
      place.free();
      throw error;
    }
  }

  /** A user's server. A browser has no business here, so there is never an Origin. */
  async #link(opening: Opening): Promise<void> {
    const { identity, halls } = this.#options;
    if (opening.origin !== null) {
      throw new CommonsError('ORIGIN_REFUSED');
    }
    const token = this.#token(opening, ['token', 'bearer']);
    const server = await identity.prove(token);
    halls.link(await this.#accept('link', opening), server);
  }

  /** I6: whose ticket it is; I8: programs without an Origin may present what makes a ticket. */
  async #whoOpens(
    opening: Opening,
    document: string | null
  ): Promise<{
    claims: Claims;
    document: { role: Role; epoch: string } | null;
  }> {
    const { callers, tickets, clock } = this.#options;
    const offered = (
      opening.request.headers['sec-websocket-protocol'] ?? ''
    ).split(',', 3);
    const [name, key] = offered.map(each => each.trim());
    if (name !== SUBPROTOCOL) {
      throw new CommonsError(
        'SIGNED_OUT',
        `offer ${SUBPROTOCOL} and a ticket as sub-protocols`
      );
    }
    if (key) {
      return tickets.redeem(key, document, clock.now());
    }
    if (opening.origin !== null) {
      throw new CommonsError('SIGNED_OUT', 'a ticket is needed');
    }
    const session = credential(opening.request, ['bearer']);
    if (session !== null) {
      return { claims: callers.ofSession(session).claims, document: null };
    }
    const { claims } = await callers.signIn(
      this.#token(opening, ['token']),
      undefined
    );
    return { claims, document: null };
  }

  #token({ request }: Opening, schemes: string[]): string {
    const { signIns, proxies, clock } = this.#options;
    const token = credential(request, schemes);
    if (token === null) {
      throw new CommonsError('SIGNED_OUT');
    }
    signIns.take(addressOf(request, proxies), clock.now());
    return token;
  }

  #accept(
    name: SocketRoute,
    { request, socket, head }: Opening
  ): Promise<WebSocket> {
    if (this.#stopping || socket.destroyed) {
      throw new CommonsError('STOPPING');
    }
    return new Promise((resolve, reject) => {
      // A handshake that is none was answered by then; the promise must not wait for ever.
      const gone = () =>
        reject(new CommonsError('BAD_REQUEST', 'not a WebSocket handshake'));
      socket.once('close', gone);
      this.#servers[name].handleUpgrade(request, socket, head, opened => {
        socket.off('close', gone);
        opened.on('error', () => opened.terminate());
        resolve(opened);
      });
    });
  }
}

function openSync(
  connection: SyncConnection,
  claims: Claims,
  access: Access
): OpenSocket {
  return {
    claims,
    document: access.document.id,
    until: access.until,
    get role() {
      return connection.role;
    },
    setRole: role => connection.setRole(role),
    close: (code, detail) => connection.close(code, detail)
  };
}

function openEvents(socket: WebSocket, claims: Claims): OpenSocket {
  return {
    claims,
    document: null,
    until: null,
    role: null,
    setRole: () => {},
    close: code => closeSocket(socket, code)
  };
}

/** A refusal before the upgrade is an HTTP answer like any other. */
function refuse(socket: Duplex, refusal: CommonsError): void {
  if (socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(refusal.toBody());
  const headers = {
    ...commonHeaders,
    ...refusalHeaders(refusal),
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body)
  };
  const lines = Object.entries(headers).map(
    ([key, value]) => `${key}: ${value}`
  );
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('\r\n')}\r\n\r\n${body}`
  );
}

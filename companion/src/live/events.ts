import type { EventMessage, Person } from '@jupyterlab-commons/protocol';
import type { WebSocket } from 'ws';
import type { Caller } from '../hub/callers.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { rightIn } from '../sharing/authorise.ts';
import type { LiveRooms } from '../sharing/live-rooms.ts';
import type { Views } from '../sharing/views.ts';
import type {
  DocumentStore,
  StoredDocument,
  StoredShare
} from '../storage/store.ts';
import { closeSocket, keepAlive } from './sockets.ts';

/** What a page that reads nothing may owe before it is closed. */
const MOST_OWED_BYTES = 1024 * 1024;
/** People coming and going within this time are told in one message. */
const PRESENCE_MS = 500;

/** One person with at least one `events` socket. */
type Listener = {
  sockets: Map<WebSocket, () => Caller>;
  /** Documents they have a role in and were told of (E2). */
  known: Set<string>;
  /** Resolves when `known` has been read from the store. */
  ready: Promise<void>;
};

export type EventsOptions = {
  store: DocumentStore;
  views: Views;
  rooms: Pick<LiveRooms, 'present'>;
  clock: Clock;
  log: Log;
  /** What a page that has just been opened must know besides. */
  greet?: (user: string) => EventMessage[];
};

/** E: tells pages what happens to the documents their person has a role in, and nothing else. */
export class Events {
  readonly #options: EventsOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #presence = new Map<string, () => void>();

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  /** From now on this socket hears of what concerns its person; `caller` tells how they stand now. */
  async attach(socket: WebSocket, caller: () => Caller): Promise<void> {
    const { user } = caller();
    const listener =
      this.#listeners.get(user) ?? this.#newListener(user, caller());
    listener.sockets.set(socket, caller);
    keepAlive(socket, (ms, call) => this.#options.clock.after(ms, call));
    socket.on('close', () => {
      listener.sockets.delete(socket);
      if (
        listener.sockets.size === 0 &&
        this.#listeners.get(user) === listener
      ) {
        this.#listeners.delete(user);
      }
    });
    await listener.ready;
    say(socket, { type: 'hello' });
    this.#options.greet?.(user).forEach(message => say(socket, message));
  }

  /** Everybody who has a page open. */
  people(): Iterable<string> {
    return this.#listeners.keys();
  }

  /** Tells all pages of one person. */
  tellPerson(user: string, message: EventMessage): void {
    const listener = this.#listeners.get(user);
    if (listener !== undefined) {
      tell(listener, message);
    }
  }

  /** Rights to the document may be others; `by` is who invited. */
  async rightsChanged(
    document: StoredDocument,
    shares: StoredShare[],
    by: Person | null
  ): Promise<void> {
    for (const [user, listener] of [...this.#listeners]) {
      try {
        await this.#tellRights(user, listener, document, shares, by);
      } catch (error) {
        this.#options.log.warn('an event was not told', {
          reason: reasonOf(error)
        });
      }
    }
  }

  /** Something of the document is another: everybody who knows it, or only its owner. */
  async changed(
    document: StoredDocument,
    shares: StoredShare[],
    onlyOwner: boolean
  ): Promise<void> {
    for (const [user, listener] of [...this.#listeners]) {
      const caller = callerOf(listener);
      const right =
        caller && rightIn(document, shares, caller, this.#options.clock.now());
      if (
        right &&
        listener.known.has(document.id) &&
        (!onlyOwner || user === document.owner)
      ) {
        const view = await this.#options.views.of(document, right);
        tell(listener, { type: 'changed', document: view });
      }
    }
  }

  /** The document is no longer there for anybody. */
  closed(id: string): void {
    for (const listener of this.#listeners.values()) {
      if (listener.known.delete(id)) {
        tell(listener, { type: 'removed', id, reason: 'DOCUMENT_CLOSED' });
      }
    }
  }

  /** From now on `user` hears of the document, or no longer. */
  setKnown(user: string, id: string, known: boolean): void {
    const listener = this.#listeners.get(user);
    if (known) {
      listener?.known.add(id);
    } else if (listener?.known.delete(id)) {
      tell(listener, { type: 'removed', id });
    }
  }

  /** Somebody came or went. */
  presenceChanged(id: string): void {
    if (this.#presence.has(id)) {
      return;
    }
    const cancel = this.#options.clock.after(PRESENCE_MS, () => {
      this.#presence.delete(id);
      const present = this.#options.rooms.present(id);
      for (const listener of this.#listeners.values()) {
        if (listener.known.has(id)) {
          tell(listener, { type: 'presence', id, present });
        }
      }
    });
    this.#presence.set(id, cancel);
  }

  /** What somebody is in by their groups may be other documents now. */
  async relist(user: string): Promise<void> {
    const listener = this.#listeners.get(user);
    const caller = listener && callerOf(listener);
    if (!listener || !caller) {
      return;
    }
    await listener.ready;
    const { store, clock } = this.#options;
    const now = clock.now();
    const listed = await store.documentsFor(user, [...caller.groups], now);
    for (const id of [...listener.known].filter(
      each => !listed.some(one => one.id === each)
    )) {
      listener.known.delete(id);
      tell(listener, { type: 'removed', id, reason: 'SHARE_ENDED' });
    }
    for (const document of listed.filter(one => !listener.known.has(one.id))) {
      listener.known.add(document.id);
      await this.changed(document, await store.shares(document.id), false);
    }
  }

  stop(): void {
    this.#presence.forEach(cancel => cancel());
    this.#presence.clear();
  }

  #newListener(user: string, caller: Caller): Listener {
    const { store, clock, log } = this.#options;
    const listener: Listener = {
      sockets: new Map(),
      known: new Set(),
      ready: Promise.resolve()
    };
    listener.ready = store
      .documentsFor(user, [...caller.groups], clock.now())
      .then(documents => documents.forEach(({ id }) => listener.known.add(id)))
      .catch((error: unknown) => {
        log.warn('the documents of a person could not be listed', {
          reason: reasonOf(error)
        });
        listener.sockets.forEach((_, socket) =>
          closeSocket(socket, 'STORE_BUSY')
        );
      });
    this.#listeners.set(user, listener);
    return listener;
  }

  async #tellRights(
    user: string,
    listener: Listener,
    document: StoredDocument,
    shares: StoredShare[],
    by: Person | null
  ): Promise<void> {
    await listener.ready;
    const { store, views, clock } = this.#options;
    const caller = callerOf(listener);
    const right = caller && rightIn(document, shares, caller, clock.now());
    const known = listener.known.has(document.id);
    if (!right) {
      if (listener.known.delete(document.id)) {
        tell(listener, {
          type: 'removed',
          id: document.id,
          reason: 'SHARE_ENDED'
        });
      }
      return;
    }
    // A link alone invites nobody, and whoever has left stays out (A6).
    if (!known && (right.byLink || (await store.hasLeft(document.id, user)))) {
      return;
    }
    listener.known.add(document.id);
    const view = await views.of(document, right);
    const invitation = !known && by !== null && by.user !== user;
    tell(
      listener,
      invitation
        ? { type: 'invited', document: view, by }
        : { type: 'changed', document: view }
    );
  }
}

/** How the person stands by the session of any of their pages that is still good. */
function callerOf(listener: Listener): Caller | null {
  for (const caller of listener.sockets.values()) {
    try {
      return caller();
    } catch {
      // This page's session has ended; its socket is closed by the watch.
    }
  }
  return null;
}

function tell(listener: Listener, message: EventMessage): void {
  for (const socket of listener.sockets.keys()) {
    say(socket, message);
  }
}

function say(socket: WebSocket, message: EventMessage): void {
  if (socket.readyState !== socket.OPEN) {
    return;
  }
  if (socket.bufferedAmount > MOST_OWED_BYTES) {
    closeSocket(socket, 'SLOW_READER');
    socket.terminate();
    return;
  }
  socket.send(JSON.stringify(message));
}

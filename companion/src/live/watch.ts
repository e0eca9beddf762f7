import { CommonsError, type Person } from '@jupyterlab-commons/protocol';
import { every } from '../clock.ts';
import type { Caller, Callers } from '../hub/callers.ts';
import type { Identity } from '../hub/identity.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { rightIn } from '../sharing/authorise.ts';
import { KeyedQueue } from '../sharing/keyed-queue.ts';
import type { Notices } from '../sharing/notices.ts';
import type {
  DocumentStore,
  StoredDocument,
  StoredShare
} from '../storage/store.ts';
import type { Events } from './events.ts';
import type { OpenSocket, Sockets } from './sockets.ts';

const SESSIONS_MS = 5_000;
const HUB_MS = 30_000;

export type WatchOptions = {
  store: DocumentStore;
  callers: Callers;
  identity: Identity;
  sockets: Sockets;
  events: Events;
  clock: Clock;
  log: Log;
  /** The end of a right that an open socket has. */
  expectEnd: (at: number | null) => void;
  random?: () => number;
};

/**
 * Enforces on open sockets what was decided elsewhere: changes and ends of
 * shares (A4), sessions that were not renewed (I7), people and groups that the
 * hub no longer knows.
 */
export class Watch implements Notices {
  readonly #options: WatchOptions;
  readonly #queue = new KeyedQueue();
  /** Sockets of people who may only read while the hub is away. */
  readonly #readOnly = new WeakSet<OpenSocket>();
  #stops: (() => void)[] = [];

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, random = Math.random } = this.#options;
    const jittered = () => HUB_MS * (0.8 + 0.4 * random());
    this.#stops = [
      every(
        clock,
        () => SESSIONS_MS,
        () => this.checkSessions()
      ),
      every(clock, jittered, () => void this.checkHub())
    ];
  }

  stop(): void {
    this.#stops.forEach(stop => stop());
  }

  async rightsChanged(id: string, by?: Person): Promise<void> {
    await this.#queue.run(id, async () => {
      const now = await this.#reassess(id);
      if (now !== null) {
        await this.#options.events.rightsChanged(
          now.document,
          now.shares,
          by ?? null
        );
      }
    });
  }

  /** Compares the open sockets of a document with its shares; a failure is logged. */
  recheck(id: string): void {
    this.#queue.run(id, () => this.#reassess(id)).catch(this.#failed);
  }

  async timePassed(): Promise<void> {
    const now = this.#options.clock.now();
    const ended = this.#options.sockets
      .all()
      .filter(
        ({ until, document }) =>
          document !== null && until !== null && until <= now
      );
    for (const id of new Set(ended.map(socket => socket.document ?? ''))) {
      await this.rightsChanged(id);
    }
  }

  nextEnd(): number | null {
    const now = this.#options.clock.now();
    const ends = this.#options.sockets
      .all()
      .flatMap(({ until }) => until ?? []);
    const next = Math.min(...ends.filter(end => end > now));
    return Number.isFinite(next) ? next : null;
  }

  joined(id: string, user: string): void {
    this.#options.events.setKnown(user, id, true);
  }

  left(id: string, user: string): void {
    this.#options.events.setKnown(user, id, false);
    for (const socket of this.#options.sockets.of(id)) {
      if (socket.claims.user === user) {
        socket.close('SHARE_ENDED', 'you left this document');
      }
    }
  }

  changed(id: string): void {
    this.#tellChanged(id, false);
  }

  /** The owner alone is told, of what only the owner sees. */
  changedForOwner(id: string): void {
    this.#tellChanged(id, true);
  }

  closed(id: string): void {
    for (const socket of this.#options.sockets.of(id)) {
      socket.close('DOCUMENT_CLOSED');
    }
    this.#options.events.closed(id);
  }

  /** I5, I7: closes what has no session any more; lowers what may only read, and raises it again. */
  checkSessions(): void {
    const { sockets, callers } = this.#options;
    const others = new Set<string>();
    for (const socket of sockets.all()) {
      const caller = this.#callerOf(socket);
      if (
        caller &&
        socket.document !== null &&
        caller.readOnly !== this.#readOnly.has(socket)
      ) {
        this.#readOnly[caller.readOnly ? 'add' : 'delete'](socket);
        others.add(socket.document);
      }
    }
    for (const id of others) {
      this.recheck(id);
    }
    callers.sweep();
  }

  /** Asks the hub about everybody with an open socket: do they exist, and in which groups? */
  async checkHub(): Promise<void> {
    const { sockets, identity } = this.#options;
    await identity.probe();
    if (identity.absence?.until === null) {
      return;
    }
    await Promise.all(
      sockets.users().map(user => this.#checkUser(user).catch(this.#failed))
    );
  }

  async #checkUser(user: string): Promise<void> {
    const { identity, callers, sockets, events } = this.#options;
    const news = callers.learn(user, await identity.lookUp(user));
    if (!news) {
      return;
    }
    const own = sockets.all().filter(socket => socket.claims.user === user);
    for (const socket of own) {
      this.#callerOf(socket);
    }
    await events.relist(user);
    for (const id of new Set(own.flatMap(({ document }) => document ?? []))) {
      await this.rightsChanged(id);
    }
  }

  async #reassess(
    id: string
  ): Promise<{ document: StoredDocument; shares: StoredShare[] } | null> {
    const { store, sockets } = this.#options;
    const document = await store.document(id);
    if (document === null || document.closedAt !== null) {
      return null;
    }
    const shares = await store.shares(id);
    for (const socket of sockets.of(id)) {
      this.#apply(socket, document, shares);
    }
    return { document, shares };
  }

  #apply(
    socket: OpenSocket,
    document: { owner: string },
    shares: StoredShare[]
  ): void {
    const caller = this.#callerOf(socket);
    const right =
      caller && rightIn(document, shares, caller, this.#options.clock.now());
    if (caller === null) {
      return;
    }
    if (right === null) {
      socket.close('SHARE_ENDED');
      return;
    }
    socket.until = right.until;
    this.#options.expectEnd(right.until);
    if (socket.role !== right.role) {
      socket.setRole(right.role);
    }
  }

  /** Who the socket belongs to; closes it and answers null when they are nobody any more. */
  #callerOf(socket: OpenSocket): Caller | null {
    try {
      return this.#options.callers.ofClaims(socket.claims);
    } catch (error) {
      socket.close(error instanceof CommonsError ? error.code : 'INTERNAL');
      return null;
    }
  }

  #tellChanged(id: string, onlyOwner: boolean): void {
    const { store, events } = this.#options;
    const told = this.#queue.run(id, async () => {
      const document = await store.document(id);
      if (document !== null && document.closedAt === null) {
        await events.changed(document, await store.shares(id), onlyOwner);
      }
    });
    told.catch(this.#failed);
  }

  readonly #failed = (error: unknown): void => {
    this.#options.log.warn('rights could not be checked again', {
      reason: reasonOf(error)
    });
  };
}

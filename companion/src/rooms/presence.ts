/**
 * Who is where in a document (rule S10). The companion keeps the table itself:
 * it writes the names, decides which client id is whose, and renews entries as
 * long as their socket lives, so that the renewals of n pages do not cost n².
 */
import { colorOf, type Person } from '@jupyterlab-commons/protocol';
import { presenceFrame, readPresence, type PresenceEntry } from './frames.ts';
import { isObject } from './json.ts';
import type { Clock, RoomConnection } from './types.ts';

/** Changes are collected for this long. */
const BATCH_MS = 50;
/** One connection is shown at most ten times a second. */
const PAUSE_MS = 100;
/** Pages forget an entry that is 30 s old. */
const RENEW_MS = 12_000;
/** Entries of one message that are looked at; pages echo those of others. */
const ENTRIES_MOST = 1_000;
/** Client ids kept reserved for people who left. */
const RESERVED_MOST = 5_000;

type Entry = {
  client: number;
  user: string;
  /** Null when nobody is there any more; the id stays reserved for its user. */
  holder: RoomConnection | null;
  clock: number;
  state: string | null;
  shownAt: number;
};

export type PresenceOptions = {
  clock: Clock;
  bytes: number;
  /** Everybody who is to hear of changes. */
  members(): Iterable<RoomConnection>;
  /** Whether edits under this client id belong to that user or to nobody. */
  mayClaim(client: number, user: string): boolean;
};

function initialsOf(name: string): string {
  const words = name.split(/\s+/u).filter(word => word !== '');
  return words
    .slice(0, 2)
    .map(word => [...word][0]!.toUpperCase())
    .join('');
}

/** The identity of a person in the shape that JupyterLab's panels and cursors read. */
export function identityOf(person: Person): Record<string, string | null> {
  const name = person.displayName === '' ? person.user : person.displayName;
  return {
    username: person.user,
    name,
    display_name: name,
    initials: initialsOf(name),
    color: colorOf(person.user),
    avatar_url: null
  };
}

export class Presence {
  readonly #options: PresenceOptions;
  readonly #entries = new Map<number, Entry>();
  readonly #held = new Map<RoomConnection, Entry>();
  readonly #dirty = new Set<Entry>();
  #cancelBatch: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** Who showed themselves under this client id; nobody else may write under it. */
  userOf(client: number): string | undefined {
    return this.#entries.get(client)?.user;
  }

  /** Everybody's entry, for somebody who has just come. */
  welcome(connection: RoomConnection): void {
    const entries = [...this.#held.values()].filter(
      entry => entry.holder !== connection
    );
    this.#send([connection], entries);
  }

  /** Takes a presence message; what is not the sender's own is passed over. */
  receive(connection: RoomConnection, payload: Uint8Array): void {
    let given: PresenceEntry[];
    try {
      given = readPresence(payload, ENTRIES_MOST);
    } catch {
      return;
    }
    for (const { client, state } of given) {
      const entry = this.#entryFor(connection, client, state);
      if (entry !== null) {
        this.#set(entry, state, connection.person);
        return;
      }
    }
  }

  leave(connection: RoomConnection): void {
    const entry = this.#held.get(connection);
    if (entry === undefined) {
      return;
    }
    this.#held.delete(connection);
    entry.holder = null;
    entry.state = null;
    entry.shownAt = 0;
    this.#markDirty(entry);
    this.#forgetOldest();
  }

  close(): void {
    this.#cancelBatch?.();
    this.#cancelRenewal?.();
    this.#cancelBatch = null;
    this.#cancelRenewal = null;
  }

  /** The one entry this connection may write, bound to it now if it had none. */
  #entryFor(
    connection: RoomConnection,
    client: number,
    state: string | null
  ): Entry | null {
    const held = this.#held.get(connection);
    if (held !== undefined) {
      return held.client === client ? held : null;
    }
    const { user } = connection.person;
    const known = this.#entries.get(client);
    if (
      state === null ||
      (known?.user ?? user) !== user ||
      !this.#options.mayClaim(client, user)
    ) {
      return null;
    }
    if (known !== undefined && known.holder !== null) {
      // The same page on a new socket, while the old one has not noticed yet.
      this.#held.delete(known.holder);
    }
    const entry = known ?? {
      client,
      user,
      holder: null,
      clock: 0,
      state: null,
      shownAt: 0
    };
    entry.holder = connection;
    this.#entries.delete(client);
    this.#entries.set(client, entry);
    this.#held.set(connection, entry);
    this.#renewLater();
    return entry;
  }

  #set(entry: Entry, state: string | null, person: Person): void {
    const stamped = state === null ? null : this.#stamp(state, person);
    if (stamped !== undefined && stamped !== entry.state) {
      entry.state = stamped;
      this.#markDirty(entry);
    }
  }

  /** The state with the companion's `user` in it; undefined for one that is dropped. */
  #stamp(state: string, person: Person): string | undefined {
    if (Buffer.byteLength(state) > this.#options.bytes) {
      return undefined;
    }
    try {
      const given: unknown = JSON.parse(state);
      return isObject(given)
        ? JSON.stringify({ ...given, user: identityOf(person) })
        : undefined;
    } catch {
      return undefined;
    }
  }

  #markDirty(entry: Entry): void {
    this.#dirty.add(entry);
    this.#cancelBatch ??= this.#options.clock.after(BATCH_MS, () => {
      this.#cancelBatch = null;
      this.#flush();
    });
  }

  #flush(): void {
    const now = this.#options.clock.now();
    const due = [...this.#dirty].filter(
      entry => now - entry.shownAt >= PAUSE_MS
    );
    for (const entry of due) {
      this.#dirty.delete(entry);
      entry.shownAt = now;
    }
    this.#show(due);
    const [waiting] = this.#dirty;
    if (waiting !== undefined) {
      this.#markDirty(waiting);
    }
  }

  #show(entries: readonly Entry[]): void {
    if (entries.length === 0) {
      return;
    }
    for (const entry of entries) {
      entry.clock++;
    }
    const holders = new Set(entries.map(entry => entry.holder));
    const others: RoomConnection[] = [];
    for (const member of this.#options.members()) {
      if (holders.has(member)) {
        // A page that is told its own entry would go back to where its cursor was.
        this.#send(
          [member],
          entries.filter(entry => entry.holder !== member)
        );
      } else {
        others.push(member);
      }
    }
    this.#send(others, entries);
  }

  #send(to: readonly RoomConnection[], entries: readonly Entry[]): void {
    if (entries.length === 0 || to.length === 0) {
      return;
    }
    const frame = presenceFrame(entries);
    for (const member of to) {
      member.send(frame);
    }
  }

  #renewLater(): void {
    this.#cancelRenewal ??= this.#options.clock.after(RENEW_MS, () => {
      this.#cancelRenewal = null;
      this.#show(
        [...this.#held.values()].filter(entry => entry.state !== null)
      );
      if (this.#held.size > 0) {
        this.#renewLater();
      }
    });
  }

  #forgetOldest(): void {
    for (const [client, entry] of this.#entries) {
      if (this.#entries.size <= RESERVED_MOST) {
        return;
      }
      if (entry.holder === null) {
        this.#entries.delete(client);
      }
    }
  }
}

/** A room with people in it, a store in memory and time that the test moves. */
import type { DocumentType, Role } from '@jupyterlab-commons/protocol';
import { seedUpdate } from '../../src/rooms/content.ts';
import type { Room } from '../../src/rooms/room.ts';
import { Rooms } from '../../src/rooms/rooms.ts';
import {
  defaultRoomLimits,
  type Pace,
  type RoomLimits,
  type RoomListener
} from '../../src/rooms/types.ts';
import { MemoryStore } from '../../src/storage/memory.ts';
import type { DocumentStore, StoredDocument } from '../../src/storage/store.ts';
import { TestClock } from './test-clock.ts';
import { TestPage } from './test-page.ts';

export const ID = 'abcdefghijklmnopqrstuvwxyz';

export const emptyNotebook = {
  cells: [],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5
};

export function storedDocument(
  type: DocumentType = 'notebook',
  id = ID
): StoredDocument {
  return {
    id,
    name: type === 'notebook' ? 'a.ipynb' : 'a.txt',
    type,
    epoch: 'epoch-1',
    owner: 'ada',
    ownerDisplayName: 'Ada',
    path: null,
    server: null,
    createdAt: 0,
    changedAt: null,
    closedAt: null,
    file: { state: 'none', detail: null, hash: null, seq: 0, sent: null }
  };
}

export type TestRoomOptions = {
  type?: DocumentType;
  content?: unknown;
  limits?: Partial<RoomLimits>;
  store?: DocumentStore;
  listener?: Partial<RoomListener>;
  pace?: () => Pace;
  /** The document is in the store already. */
  existing?: boolean;
};

/** Lets everything that waits for the store go on. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}

/** Each step of a change is an edit of its own, and everybody has a turn after it. */
export const piecemeal = (): Pace => ({ spent: () => true, pause: turn });

/** The store as one process sees it: what the test replaces is replaced for this process alone. */
function processStore(
  disk: DocumentStore,
  isKilled: () => boolean
): DocumentStore {
  const replaced = new Map<PropertyKey, unknown>();
  return new Proxy(disk, {
    get(target, key) {
      if (isKilled() && (key === 'append' || key === 'compact')) {
        return () => new Promise(() => undefined);
      }
      const value: unknown = replaced.get(key) ?? Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set(_target, key, value) {
      replaced.set(key, value);
      return true;
    }
  });
}

export class TestRoom {
  readonly clock = new TestClock();
  readonly disk: DocumentStore;
  readonly store: DocumentStore;
  #killed = false;
  readonly rooms: Rooms;
  readonly logged: {
    message: string;
    facts: Record<string, string | number>;
  }[] = [];
  room!: Room;
  readonly pages: TestPage[] = [];

  constructor(options: TestRoomOptions) {
    this.disk = options.store ?? new MemoryStore();
    this.store = processStore(this.disk, () => this.#killed);
    this.rooms = new Rooms({
      store: this.store,
      clock: this.clock,
      limits: { ...defaultRoomLimits, ...options.limits },
      idleSeconds: 60,
      listener: options.listener,
      pace: options.pace,
      log: (message, facts) => this.logged.push({ message, facts })
    });
  }

  /** Somebody opens the document. */
  async join(
    user: string,
    role: Role = 'edit',
    page = new TestPage(user, role)
  ): Promise<TestPage> {
    if (!this.pages.includes(page)) {
      this.pages.push(page);
    }
    this.connect(page);
    await this.deliver();
    return page;
  }

  /** The network is back: a new socket. Nothing is delivered yet. */
  connect(page: TestPage): void {
    page.begin();
    this.room.join(page.connection);
  }

  /** The network is gone, with everything that was on its way. */
  cut(page: TestPage): void {
    page.online = false;
    page.toRoom = [];
    page.connection.toPage = [];
    this.room.leave(page.connection);
  }

  /** Carries frames to and fro until nobody has anything to say. */
  async deliver(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      const moved = this.deliverOnce();
      await turn();
      quiet = moved ? 0 : quiet + 1;
    }
  }

  deliverOnce(): boolean {
    let moved = false;
    for (const page of this.pages) {
      const up = page.toRoom.splice(0);
      const down = page.connection.toPage.splice(0);
      moved ||= up.length + down.length > 0;
      up.forEach(frame => this.room.receive(page.connection, frame));
      down.forEach(frame => page.receive(frame));
    }
    return moved;
  }

  /** Moves time in small steps and delivers what that brings. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      this.clock.advance(Math.min(50, left));
      this.deliverOnce();
    }
    await this.deliver();
  }

  /** What the document says to somebody who comes now. */
  async content(): Promise<string> {
    const content = this.rooms.content(ID);
    await this.deliver();
    return (await content).text;
  }

  /** As if the process had been killed: memory is gone, the store stays. */
  async restart(options: TestRoomOptions = {}): Promise<TestRoom> {
    this.#killed = true;
    for (const page of this.pages) {
      page.online = false;
      page.toRoom = [];
      page.connection.toPage = [];
    }
    return openTestRoom({ ...options, store: this.disk, existing: true });
  }

  async close(): Promise<void> {
    if (!this.#killed) {
      await this.rooms.close();
    }
    this.pages.forEach(page => page.doc.destroy());
  }
}

export async function openTestRoom(
  options: TestRoomOptions = {}
): Promise<TestRoom> {
  const test = new TestRoom(options);
  const { type = 'notebook' } = options;
  if (options.existing !== true) {
    const content =
      options.content ?? (type === 'notebook' ? emptyNotebook : '');
    const { update } = seedUpdate(type, content);
    await test.store.createDocument(storedDocument(type), {
      seq: 1,
      user: '',
      at: 0,
      update
    });
  }
  test.room = await test.rooms.open(ID);
  return test;
}

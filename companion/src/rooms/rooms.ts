/** All documents that are in memory. Each is loaded once, however many ask for it. */
import {
  CommonsError,
  DOCUMENT_ID,
  type ErrorCode,
  type MergedMessage,
  type PresentPerson
} from '@jupyterlab-commons/protocol';
import type {
  DocumentStore,
  JournalMark,
  StoredDocument
} from '../storage/store.ts';
import { unhurried } from './in-turns.ts';
import type { Outline } from './outline.ts';
import { RoomState } from './room-state.ts';
import { Room, type FileStatus } from './room.ts';
import { lastOf } from './state-keeper.ts';
import type {
  Clock,
  Pace,
  Prepare,
  RoomLimits,
  RoomListener,
  RoomLog
} from './types.ts';

export type RoomsOptions = {
  store: DocumentStore;
  clock: Clock;
  limits: RoomLimits;
  /** For each long piece of work one; without it nobody gets a turn in between. */
  pace?: () => Pace;
  /** How long a room with nobody in it stays in memory. */
  idleSeconds: number;
  listener?: Partial<RoomListener>;
  log?: RoomLog;
};

export class Rooms {
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #loading = new Map<string, Promise<Room>>();
  /** Rooms on their way out; the same document is not loaded before they are gone. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #cancelUnload = new Map<string, () => void>();
  readonly #listener: RoomListener;
  #stopping = false;

  constructor(options: RoomsOptions) {
    this.#options = options;
    const { listener = {} } = options;
    this.#listener = {
      journalled: (room, seq, byPerson) =>
        listener.journalled?.(room, seq, byPerson),
      presenceChanged: room => listener.presenceChanged?.(room),
      statusChanged: (room, status) => listener.statusChanged?.(room, status)
    };
  }

  /** The room if it is in memory. */
  get(id: string): Room | undefined {
    return this.#rooms.get(id);
  }

  /** Everything in memory at the moment. */
  all(): Room[] {
    return [...this.#rooms.values()];
  }

  /**
   * The room, loaded if need be (D4: whole or not at all). Rejects with
   * NOT_FOUND, DOCUMENT_CLOSED, STOPPING, or with what the store says.
   */
  async open(id: string): Promise<Room> {
    if (this.#stopping) {
      throw new CommonsError('STOPPING');
    }
    const room = this.#rooms.get(id);
    if (room !== undefined) {
      return room;
    }
    const loading = this.#loading.get(id) ?? this.#load(id);
    this.#loading.set(id, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(id);
    }
  }

  /** Who has the document open; nobody where it is not in memory. */
  present(id: string): PresentPerson[] {
    return this.#rooms.get(id)?.present() ?? [];
  }

  /**
   * The document as its file would hold it, and the last edit in it, which is
   * on disk. A closed one is read without being opened: its file may lack edits.
   */
  async content(
    id: string
  ): Promise<{ text: string; outline: Outline; seq: number; closed: boolean }> {
    try {
      const room = await this.open(id);
      return { ...(await room.content()), closed: false };
    } catch (error) {
      if (error instanceof CommonsError && error.code === 'DOCUMENT_CLOSED') {
        return { ...(await this.#storedContent(id)), closed: true };
      }
      throw error;
    }
  }

  /** See {@link Room.change}; loads the document when needed, also one that is closed: its file may lack edits. */
  async change<T>(
    id: string,
    user: string,
    mark: JournalMark,
    prepare: Prepare<T>
  ): Promise<{ result: T; seq: number }> {
    let room: Room;
    try {
      room = await this.open(id);
    } catch (error) {
      if (error instanceof CommonsError && error.code === 'DOCUMENT_CLOSED') {
        return this.#changeClosed(id, each => each.change(user, mark, prepare));
      }
      throw error;
    }
    return room.change(user, mark, prepare);
  }

  /** Tells everybody in the room of a merge. */
  tellMerged(id: string, merged: MergedMessage): void {
    this.#rooms.get(id)?.tellMerged(merged);
  }

  /** Tells everybody in the room how the owner's file stands. */
  setFileStatus(id: string, file: FileStatus): void {
    this.#rooms.get(id)?.setFileStatus(file);
  }

  /** Sends everybody away and forgets the room, once all that was accepted is on disk. */
  async closeRoom(id: string, code: ErrorCode): Promise<void> {
    await this.#loading.get(id)?.catch(() => undefined);
    const room = this.#rooms.get(id);
    if (room !== undefined) {
      this.#forget(room);
      this.#leaving.set(id, room.close(code));
    }
    await this.#leaving.get(id);
    this.#leaving.delete(id);
  }

  /** Closes every room; nothing can be opened after it. */
  async close(): Promise<void> {
    this.#stopping = true;
    await Promise.allSettled(this.#loading.values());
    await Promise.all(
      [...this.#rooms.keys()].map(id => this.closeRoom(id, 'STOPPING'))
    );
    await Promise.all(this.#leaving.values());
  }

  async #load(id: string): Promise<Room> {
    if (!DOCUMENT_ID.test(id)) {
      throw new CommonsError('NOT_FOUND');
    }
    await this.#leaving.get(id);
    const document = await this.#options.store.document(id);
    if (document === null) {
      throw new CommonsError('NOT_FOUND');
    }
    if (document.closedAt !== null) {
      throw new CommonsError('DOCUMENT_CLOSED');
    }
    const room = await this.#roomOf(document);
    this.#rooms.set(id, room);
    this.#unloadLater(room);
    return room;
  }

  async #roomOf(document: StoredDocument): Promise<Room> {
    const { store, clock, limits, log = () => undefined } = this.#options;
    const { pace = () => unhurried } = this.#options;
    return new Room(document, await store.load(document.id), {
      store,
      clock,
      limits,
      pace,
      listener: this.#listener,
      log,
      onEmpty: empty => this.#unloadLater(empty),
      onEnd: ended => this.#forget(ended)
    });
  }

  /** In a room that nobody can enter. Of two changes at once the store takes only the first. */
  async #changeClosed<T>(
    id: string,
    change: (room: Room) => Promise<T>
  ): Promise<T> {
    const document = await this.#options.store.document(id);
    if (document === null) {
      throw new CommonsError('NOT_FOUND');
    }
    const room = await this.#roomOf(document);
    try {
      return await change(room);
    } finally {
      await room.close('DOCUMENT_CLOSED');
    }
  }

  async #storedContent(
    id: string
  ): Promise<{ text: string; outline: Outline; seq: number }> {
    const { store, limits } = this.#options;
    const document = await store.document(id);
    if (document === null) {
      throw new CommonsError('NOT_FOUND');
    }
    const stored = await store.load(id);
    const state = new RoomState(document.type, limits, stored, () => undefined);
    const text = state.content();
    const outline = state.outline();
    state.destroy();
    return { text, outline, seq: lastOf(stored) };
  }

  #forget(room: Room): void {
    this.#cancelUnload.get(room.id)?.();
    this.#cancelUnload.delete(room.id);
    if (this.#rooms.get(room.id) === room) {
      this.#rooms.delete(room.id);
    }
  }

  #unloadLater(room: Room): void {
    this.#cancelUnload.get(room.id)?.();
    const cancel = this.#options.clock.after(
      this.#options.idleSeconds * 1000,
      () => {
        this.#cancelUnload.delete(room.id);
        if (
          this.#rooms.get(room.id) !== room ||
          room.connections().length > 0
        ) {
          return;
        }
        if (room.idle) {
          void this.closeRoom(room.id, 'STOPPING');
        } else {
          this.#unloadLater(room);
        }
      }
    );
    this.#cancelUnload.set(room.id, cancel);
  }
}

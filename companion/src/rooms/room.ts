/** A document in memory, and everybody who has it open. */
import {
  CommonsError,
  encodeOwnMessage,
  higherRole,
  may,
  type ErrorCode,
  type MergedMessage,
  type PresentPerson,
  type Role,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import type {
  DocumentStore,
  JournalMark,
  StoredContent,
  StoredDocument
} from '../storage/store.ts';
import { Edits } from './edits.ts';
import { BadFrame, readFrame, type Message } from './frames.ts';
import { Member } from './member.ts';
import { MergeNews } from './merge-news.ts';
import type { Outline } from './outline.ts';
import { Presence } from './presence.ts';
import { Strikes } from './strikes.ts';
import type {
  Clock,
  Pace,
  Prepare,
  RoomConnection,
  RoomLimits,
  RoomListener,
  RoomLog
} from './types.ts';

/** How the owner's file stands, as the page is told. */
export type FileStatus = Pick<
  StatusMessage,
  'fileState' | 'fileDetail' | 'behind'
>;

export type RoomOptions = {
  store: DocumentStore;
  clock: Clock;
  limits: RoomLimits;
  pace: () => Pace;
  listener: RoomListener;
  log: RoomLog;
  /** Nobody is in the room any more. */
  onEmpty(room: Room): void;
  /** The room cannot go on and has closed itself. */
  onEnd(room: Room): void;
};

export class Room {
  readonly id: string;
  readonly epoch: string;
  readonly #options: RoomOptions;
  readonly #members = new Map<RoomConnection, Member>();
  readonly #strikes = new Strikes();
  readonly #presence: Presence;
  readonly #edits: Edits;
  readonly #news: MergeNews;
  #file: FileStatus;
  #over = false;

  /** Throws when the stored content is not whole. */
  constructor(
    document: StoredDocument,
    stored: StoredContent,
    options: RoomOptions
  ) {
    const { store, clock, limits, pace, listener } = options;
    const { state, detail } = document.file;
    this.id = document.id;
    this.epoch = document.epoch;
    this.#options = options;
    this.#file = { fileState: state, fileDetail: detail };
    this.#presence = new Presence({
      clock,
      bytes: limits.presenceBytes,
      members: () => this.#members.keys(),
      mayClaim: (client, user) => this.#edits.mayClaim(client, user)
    });
    this.#news = new MergeNews(clock, () => this.#members.keys());
    const edits = {
      ...{ id: this.id, type: document.type, store, clock, limits, pace },
      members: () => this.#members.values(),
      reservedFor: (client: number) => this.#presence.userOf(client),
      drop: this.#drop.bind(this),
      violation: (member: Member, reason: string) =>
        this.#violation(member, 'BAD_UPDATE', reason),
      tooCostly: (member: Member, steps: number) =>
        this.#strikes.tooCostly(userOf(member), steps, clock.now()),
      slow: (member: Member, milliseconds: number, bytes: number) =>
        this.#log('An edit took long', member, { milliseconds, bytes }),
      journalled: (seq: number, byPerson: boolean) =>
        listener.journalled(this, seq, byPerson),
      broughtBack: (texts: readonly string[]) => this.#news.broughtBack(texts),
      writableChanged: () => this.#writableChanged(),
      fail: (error: unknown) => this.#fail(error)
    };
    this.#edits = new Edits(edits, stored);
  }

  /** The last edit that is on disk. */
  get seq(): number {
    return this.#edits.seq;
  }

  /** Whether nobody is here and nothing waits for the disk. */
  get idle(): boolean {
    return this.#members.size === 0 && this.#edits.settled;
  }

  /** Everybody here, once each. */
  present(): PresentPerson[] {
    const people = new Map<string, PresentPerson>();
    for (const { person, role } of this.#members.keys()) {
      const known = people.get(person.user);
      people.set(person.user, {
        user: person.user,
        displayName: person.displayName,
        role: higherRole(role, known?.role ?? null) ?? role,
        pages: (known?.pages ?? 0) + 1
      });
    }
    return [...people.values()];
  }

  /** Everybody's sockets. */
  connections(): RoomConnection[] {
    return [...this.#members.keys()];
  }

  /** S1: the companion speaks first. Closes the connection where it cannot be let in. */
  join(connection: RoomConnection): void {
    const now = this.#options.clock.now();
    if (this.#over) {
      connection.close('STOPPING');
      return;
    }
    if (this.#strikes.isOut(connection.person.user, now)) {
      connection.close('TOO_FAST');
      return;
    }
    const member = new Member(connection, now);
    this.#members.set(connection, member);
    connection.send(encodeOwnMessage({ type: 'epoch', epoch: this.epoch }));
    connection.send(encodeOwnMessage({ type: 'role', role: connection.role }));
    connection.send(this.#statusFrame());
    this.#news.welcome(connection);
    this.#whenReady(0, member, () => {
      this.#edits.ask(member);
      this.#presence.welcome(connection);
    });
    this.#options.listener.presenceChanged(this);
  }

  /** The socket is gone. */
  leave(connection: RoomConnection): void {
    if (!this.#members.delete(connection)) {
      return;
    }
    this.#presence.leave(connection);
    this.#options.listener.presenceChanged(this);
    if (this.#members.size === 0 && !this.#over) {
      this.#options.onEmpty(this);
    }
  }

  /** One frame from a page. Never throws, whatever is in it. */
  receive(connection: RoomConnection, frame: Uint8Array): void {
    const member = this.#members.get(connection);
    if (member === undefined) {
      return;
    }
    const { messageBytes } = this.#options.limits;
    if (frame.length > messageBytes) {
      const detail = `COMMONS_MESSAGE_BYTES is ${messageBytes}`;
      this.#drop(member, 'TOO_LARGE', detail);
      return;
    }
    this.#whenReady(frame.length, member, () => {
      try {
        this.#handle(member, frame);
      } catch (error) {
        const facts = { error: String(error) };
        this.#log('A frame could not be handled', member, facts);
        this.#drop(member, 'BAD_REQUEST', 'a frame could not be read');
      }
    });
  }

  /** A4: acts at once on what is under way. What was refused before is asked for again. */
  setRole(connection: RoomConnection, role: Role): void {
    const member = this.#members.get(connection);
    const changed = connection.role !== role;
    connection.role = role;
    if (member === undefined || !changed) {
      return;
    }
    connection.send(encodeOwnMessage({ type: 'role', role }));
    if (member.holdsRefused && may(role, 'edit')) {
      this.#whenReady(0, member, () => this.#edits.ask(member));
    }
    this.#options.listener.presenceChanged(this);
  }

  /** Tells everybody how the owner's file stands, if that is news. */
  setFileStatus(file: FileStatus): void {
    const { fileState, fileDetail, behind } = this.#file;
    if (
      file.fileState !== fileState ||
      file.fileDetail !== fileDetail ||
      file.behind !== behind
    ) {
      this.#file = file;
      this.#sendAll(this.#statusFrame());
    }
  }

  /** S11: something that y-websocket counts as a sign of life. */
  beat(connection: RoomConnection): void {
    this.#members.get(connection)?.tellSaved(true);
  }

  /** The document as a file would hold it, once all of that is on disk. */
  content(): Promise<{ text: string; outline: Outline; seq: number }> {
    return this.#edits.content();
  }

  /** See {@link Edits.change}. */
  change<T>(
    user: string,
    mark: JournalMark,
    prepare: Prepare<T>
  ): Promise<{ result: T; seq: number }> {
    const { expect } = this.#news;
    return this.#edits.change(user, mark, function* (doc, outline) {
      const { apply, ...prepared } = yield* prepare(doc, outline);
      const expected = () => {
        expect();
        return apply!();
      };
      return { ...prepared, apply: apply && expected };
    });
  }

  /** Tells everybody of a merge, also those who lost their connection in these moments. */
  tellMerged(merged: MergedMessage): void {
    this.#news.tell(merged);
  }

  /** Sends everybody away and resolves when all that was accepted is on disk. */
  async close(code: ErrorCode): Promise<void> {
    this.#endAll(code);
    await this.#edits.saved().catch(() => undefined);
    this.#presence.close();
    this.#edits.dispose(new CommonsError('STOPPING'));
  }

  #handle(member: Member, frame: Uint8Array): void {
    let message: Message;
    try {
      message = readFrame(frame);
    } catch (error) {
      const edit = error instanceof BadFrame && error.edit;
      const code = edit ? 'BAD_UPDATE' : 'BAD_REQUEST';
      this.#violation(member, code, String(error));
      return;
    }
    switch (message.type) {
      case 'step1':
        this.#edits.answer(member, message.stateVector);
        break;
      case 'edit':
        this.#edits.receive(member, message.update, message.step2);
        break;
      case 'presence':
        this.#presence.receive(member.connection, message.payload);
        break;
      case 'queryPresence':
        this.#presence.welcome(member.connection);
        break;
      case 'other':
        break;
    }
  }

  /** Now, or in its turn when the room has been rebuilt. */
  #whenReady(bytes: number, member: Member, act: () => void): void {
    const isIn = () => this.#members.get(member.connection) === member;
    if (!this.#edits.whenReady(bytes, () => isIn() && act())) {
      this.#drop(member, 'STORE_BUSY');
    }
  }

  /** S8. */
  #violation(
    member: Member,
    code: 'BAD_UPDATE' | 'BAD_REQUEST',
    reason: string
  ): void {
    this.#strikes.add(userOf(member), this.#options.clock.now());
    this.#log('An edit or frame was refused', member, { code, reason });
    this.#drop(member, code, reason);
  }

  #drop(member: Member, code: ErrorCode, detail?: string): void {
    member.connection.close(code, detail);
    this.leave(member.connection);
  }

  #writableChanged(): void {
    const { writable } = this.#edits;
    const reason = writable ? null : 'STORE_BUSY';
    this.#sendAll(this.#statusFrame());
    this.#options.listener.statusChanged(this, { writable, reason });
  }

  #statusFrame(): Uint8Array {
    const { writable } = this.#edits;
    const reason = writable ? null : 'STORE_BUSY';
    return encodeOwnMessage({
      type: 'status',
      writable,
      reason,
      ...this.#file
    });
  }

  #sendAll(frame: Uint8Array): void {
    for (const connection of this.#members.keys()) {
      connection.send(frame);
    }
  }

  #endAll(code: ErrorCode): void {
    this.#over = true;
    for (const member of [...this.#members.values()]) {
      this.#drop(member, code);
    }
  }

  #fail(error: unknown): void {
    const facts = { document: this.id, error: String(error) };
    this.#options.log('A room cannot go on', facts);
    this.#endAll('INTERNAL');
    this.#presence.close();
    this.#edits.dispose(error);
    this.#options.onEnd(this);
  }

  #log(
    message: string,
    member: Member,
    facts: Record<string, string | number>
  ): void {
    const all = { document: this.id, user: userOf(member), ...facts };
    this.#options.log(message, all);
  }
}

function userOf({ connection }: Member): string {
  return connection.person.user;
}

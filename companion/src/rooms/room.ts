/**
 * A document in memory and everybody who has it open. An edit goes guard,
 * apply, schema, journal, and only then to others and back as `saved`; so
 * nobody sees what a crash can take back.
 */
import {
  encodeOwnMessage,
  higherRole,
  may,
  type ErrorCode,
  type PresentPerson,
  type Role,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import type {
  DocumentStore,
  JournalRow,
  StoredContent,
  StoredDocument
} from '../storage/store.ts';
import {
  BadFrame,
  readFrame,
  step1Frame,
  step2Frame,
  type Message
} from './frames.ts';
import { Gate } from './gate.ts';
import { Journal } from './journal.ts';
import { Member } from './member.ts';
import { framesOf } from './merge.ts';
import { Presence } from './presence.ts';
import { RoomState, type Applied } from './room-state.ts';
import { Strikes } from './strikes.ts';
import { Timers } from './timers.ts';
import type {
  Clock,
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
  listener: RoomListener;
  log: RoomLog;
  /** Nobody is in the room any more. */
  onEmpty(room: Room): void;
  /** The room cannot go on and has closed itself. */
  onEnd(room: Room): void;
};

/** Bytes that may wait for the disk or for a rebuild before senders are sent away. */
const WAITING_BYTES_MOST = 64 * 1024 * 1024;
const MEASURE_AFTER_MS = 1_000;
const CACHE_MS = 5_000;
const SLOW_APPLY_MS = 50;

export class Room {
  readonly id: string;
  readonly epoch: string;
  readonly #document: StoredDocument;
  readonly #options: RoomOptions;
  readonly #members = new Map<RoomConnection, Member>();
  readonly #presence: Presence;
  readonly #journal: Journal;
  readonly #strikes = new Strikes();
  readonly #timers: Timers;
  /** Closed while the room is being rebuilt. */
  readonly #gate = new Gate(WAITING_BYTES_MOST);
  /** Rejects when the room cannot go on. */
  readonly #ended: Promise<never>;
  #reject: (error: unknown) => void = () => undefined;
  /** The sender of each row that is not on disk; null where everybody must hear of it. */
  readonly #senders = new Map<number, Member | null>();
  #state: RoomState;
  #file: FileStatus;
  #rebuilt: Promise<void> = Promise.resolve();
  #fullState: { seq: number; frame: Uint8Array } | null = null;
  #over = false;

  /** Throws when the stored content is not whole. */
  constructor(
    document: StoredDocument,
    stored: StoredContent,
    options: RoomOptions
  ) {
    this.id = document.id;
    this.epoch = document.epoch;
    this.#document = document;
    this.#options = options;
    this.#timers = new Timers(options.clock);
    this.#ended = new Promise((_, reject) => {
      this.#reject = reject;
    });
    this.#ended.catch(() => undefined);
    this.#file = {
      fileState: document.file.state,
      fileDetail: document.file.detail
    };
    this.#presence = new Presence({
      clock: options.clock,
      bytes: options.limits.presenceBytes,
      members: () => this.#members.keys(),
      mayClaim: (client, user) => this.#state.mayClaim(client, user)
    });
    this.#state = this.#load(stored);
    this.#journal = new Journal({
      id: this.id,
      store: options.store,
      clock: options.clock,
      limits: options.limits,
      from: {
        seq: stored.rows.at(-1)?.seq ?? stored.snapshot?.seq ?? 0,
        rows: stored.rows.length,
        bytes: stored.rows.reduce((sum, row) => sum + row.update.length, 0)
      },
      snapshot: () => (this.#gate.closed ? null : this.#state.encode()),
      onDurable: rows => this.#onDurable(rows),
      onFlushed: () => this.#tellSaved(),
      onWritable: () => this.#onWritable(),
      onBroken: error => this.#fail('INTERNAL', error)
    });
  }

  /** The last edit that is on disk. */
  get seq(): number {
    return this.#journal.durable;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether nobody is here and nothing waits for the disk. */
  get idle(): boolean {
    return (
      this.#members.size === 0 &&
      !this.#gate.closed &&
      this.#journal.head === this.#journal.durable
    );
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

  /** The sockets of one person, so that a change of their role can act on them. */
  connectionsOf(user: string): RoomConnection[] {
    return [...this.#members.keys()].filter(
      ({ person }) => person.user === user
    );
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
    this.#whenReady(0, member, () => {
      this.#ask(member);
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
    if (frame.length > this.#options.limits.messageBytes) {
      this.#drop(
        member,
        'TOO_LARGE',
        `COMMONS_MESSAGE_BYTES is ${this.#options.limits.messageBytes}`
      );
      return;
    }
    this.#whenReady(frame.length, member, () => {
      try {
        this.#handle(member, frame);
      } catch (error) {
        this.#log('A frame could not be handled', member, {
          error: String(error)
        });
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
      this.#whenReady(0, member, () => this.#ask(member));
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
  async content(): Promise<{ text: string; seq: number }> {
    while (this.#gate.closed) {
      await Promise.race([this.#rebuilt, this.#ended]);
    }
    const seq = this.#journal.head;
    const text = this.#state.content();
    await this.#saved();
    return { text, seq };
  }

  /** Sends everybody away and resolves when all that was accepted is on disk. */
  async close(code: ErrorCode): Promise<void> {
    this.#endAll(code);
    await this.#rebuilt;
    await this.#saved().catch(() => undefined);
    this.#dispose();
  }

  #saved(): Promise<void> {
    return Promise.race([this.#journal.settled(), this.#ended]);
  }

  #load(stored: StoredContent): RoomState {
    return new RoomState(
      this.#document.type,
      this.#options.limits,
      stored,
      client => this.#presence.userOf(client)
    );
  }

  /** Now, or in its turn when the room has been rebuilt. */
  #whenReady(bytes: number, member: Member, act: () => void): void {
    const isIn = () => this.#members.get(member.connection) === member;
    if (!this.#gate.pass(bytes, () => isIn() && act())) {
      this.#drop(member, 'STORE_BUSY');
    }
  }

  #handle(member: Member, frame: Uint8Array): void {
    let message: Message;
    try {
      message = readFrame(frame);
    } catch (error) {
      const edit = error instanceof BadFrame && error.edit;
      this.#violation(
        member,
        edit ? 'BAD_UPDATE' : 'BAD_REQUEST',
        String(error)
      );
      return;
    }
    switch (message.type) {
      case 'step1':
        this.#answer(member, message.stateVector);
        break;
      case 'edit':
        this.#edit(member, message.update, message.step2);
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

  /** Asks a page for everything that it has and the room lacks. */
  #ask(member: Member): void {
    member.asked = true;
    member.holdsRefused = false;
    member.connection.send(step1Frame(this.#state.stateVector()));
  }

  /** S4: the answer waits until all that is in it is on disk. */
  #answer(member: Member, stateVector: Uint8Array): void {
    if (member.syncs.take(1, this.#options.clock.now()) > 0) {
      this.#drop(member, 'TOO_FAST');
      return;
    }
    const seq = this.#journal.head;
    const isEmpty = stateVector.length === 1 && stateVector[0] === 0;
    const frame = isEmpty
      ? this.#wholeState(seq)
      : step2Frame(this.#state.encode(stateVector));
    member.syncedTo = seq;
    this.#journal.whenDurable(seq, () => member.connection.send(frame));
  }

  /** Kept for a moment: people come in crowds, after a restart of the proxy for one. */
  #wholeState(seq: number): Uint8Array {
    if (this.#fullState?.seq !== seq) {
      this.#fullState = { seq, frame: step2Frame(this.#state.encode()) };
      this.#timers.later(CACHE_MS, () => {
        this.#fullState = null;
      });
    }
    return this.#fullState.frame;
  }

  #edit(member: Member, update: Uint8Array, step2: boolean): void {
    const { connection } = member;
    const asked = member.asked;
    if (step2) {
      member.asked = false;
    }
    const frames = 1 + (step2 ? member.takeDeferred() : 0);
    if (!may(connection.role, 'edit')) {
      if (step2 && this.#state.changesNothing(update)) {
        this.#count(member, frames);
      } else {
        this.#refuse(member, 'ROLE_TOO_LOW', frames);
      }
      return;
    }
    if (this.#journal.queuedBytes > WAITING_BYTES_MOST) {
      this.#drop(member, 'STORE_BUSY');
      return;
    }
    const applied = this.#apply(member, update);
    switch (applied.kind) {
      case 'nothing':
        this.#count(member, frames);
        break;
      case 'changed':
        this.#accept(member, applied, frames);
        break;
      case 'full':
        this.#refuse(member, 'DOCUMENT_FULL', frames);
        break;
      case 'unknown':
        this.#unknown(member, { asked, step2, reason: applied.reason });
        break;
      case 'malformed':
        this.#violation(member, 'BAD_UPDATE', applied.reason);
        break;
      case 'tainted':
        this.#violation(member, 'BAD_UPDATE', applied.reason);
        this.#rebuild();
        break;
    }
  }

  #apply(member: Member, update: Uint8Array): Applied {
    const { clock, limits } = this.#options;
    const began = clock.now();
    const applied = this.#state.apply(update, {
      user: member.connection.person.user,
      newClientsLeft: limits.clientIdsPerConnection - member.newClients
    });
    const took = clock.now() - began;
    if (took > SLOW_APPLY_MS) {
      this.#log('An edit took long to apply', member, {
        milliseconds: took,
        bytes: update.length
      });
    }
    return applied;
  }

  #accept(
    member: Member,
    applied: Extract<Applied, { kind: 'changed' }>,
    frames: number
  ): void {
    const { user } = member.connection.person;
    member.newClients += applied.owners.filter(
      ([, owner]) => owner === user
    ).length;
    const seq = this.#journal.head + 1;
    this.#senders.set(seq, applied.repaired ? null : member);
    this.#journal.accept(user, applied.update, applied.owners);
    this.#count(member, frames);
    if (this.#state.full) {
      this.#measureLater();
    }
  }

  #count(member: Member, frames: number): void {
    const { head, durable } = this.#journal;
    this.#journal.whenDurable(head, () => member.countSaved(frames));
    if (head === durable) {
      member.tellSaved();
    }
  }

  /** Each frame that is not taken gets exactly one refusal, so that the page can count. */
  #refuse(member: Member, code: ErrorCode, frames: number): void {
    member.holdsRefused = true;
    for (let frame = 0; frame < frames; frame++) {
      member.connection.send(
        encodeOwnMessage({ type: 'refusal', code, detail: null, final: false })
      );
    }
  }

  /**
   * An edit that builds on what the room lacks. An honest page sends one while
   * it has not answered step 1 yet, or after an edit of its own was refused; the
   * answer to step 1 will hold it again.
   */
  #unknown(
    member: Member,
    { asked, step2, reason }: { asked: boolean; step2: boolean; reason: string }
  ): void {
    if (member.holdsRefused && this.#state.full) {
      this.#refuse(member, 'DOCUMENT_FULL', 1);
    } else if (!step2 && (asked || member.holdsRefused)) {
      member.defer();
      if (!asked) {
        this.#ask(member);
      }
    } else {
      this.#violation(member, 'BAD_UPDATE', reason);
    }
  }

  /** S8. */
  #violation(
    member: Member,
    code: 'BAD_UPDATE' | 'BAD_REQUEST',
    reason: string
  ): void {
    this.#strikes.add(member.connection.person.user, this.#options.clock.now());
    this.#log('An edit or frame was refused', member, { code, reason });
    this.#drop(member, code, reason);
  }

  #drop(member: Member, code: ErrorCode, detail?: string): void {
    member.connection.close(code, detail);
    this.leave(member.connection);
  }

  /** Yjs cannot take back what it applied, so the room starts again from its journal. */
  #rebuild(): void {
    // What was accepted and may not be on disk: nothing is accepted until this is over.
    const unsaved = this.#journal.unsaved;
    this.#gate.close();
    this.#fullState = null;
    this.#state.destroy();
    this.#rebuilt = this.#options.store.load(this.id).then(
      stored => this.#resume(stored, unsaved),
      error => this.#fail('INTERNAL', error)
    );
  }

  #resume(stored: StoredContent, unsaved: Journal['unsaved']): void {
    const last = stored.rows.at(-1)?.seq ?? stored.snapshot?.seq ?? 0;
    const rows = [
      ...stored.rows,
      ...unsaved.rows.filter(row => row.seq > last)
    ];
    const owners = new Map([...stored.owners, ...unsaved.owners]);
    try {
      this.#state = this.#load({ snapshot: stored.snapshot, rows, owners });
    } catch (error) {
      this.#fail('INTERNAL', error);
      return;
    }
    this.#gate.open();
  }

  #onDurable(rows: readonly JournalRow[]): void {
    const senders = new Set(
      rows.map(row => this.#senders.get(row.seq) ?? null)
    );
    for (const row of rows) {
      this.#senders.delete(row.seq);
    }
    const [only] = senders;
    const last = rows[rows.length - 1]!.seq;
    let frames: Uint8Array[] | null = null;
    for (const member of this.#members.values()) {
      const hasIt = senders.size === 1 && member === only;
      if (!hasIt && member.syncedTo !== null && member.syncedTo < last) {
        frames ??= framesOf(rows.map(row => row.update));
        frames.forEach(frame => member.connection.send(frame));
      }
    }
    this.#options.listener.journalled(
      this,
      last,
      rows.some(row => row.user !== '')
    );
  }

  #tellSaved(): void {
    for (const member of this.#members.values()) {
      member.tellSaved();
    }
  }

  #onWritable(): void {
    const writable = this.#journal.writable;
    this.#sendAll(this.#statusFrame());
    this.#options.listener.statusChanged(this, {
      writable,
      reason: writable ? null : 'STORE_BUSY'
    });
  }

  #statusFrame(): Uint8Array {
    const { writable } = this.#journal;
    return encodeOwnMessage({
      type: 'status',
      writable,
      reason: writable ? null : 'STORE_BUSY',
      ...this.#file
    });
  }

  #sendAll(frame: Uint8Array): void {
    for (const connection of this.#members.keys()) {
      connection.send(frame);
    }
  }

  /** Deletions make a full document smaller, but how much only encoding it tells. */
  #measureLater(): void {
    this.#timers.later(MEASURE_AFTER_MS, () => {
      if (this.#gate.closed || !this.#state.full) {
        return;
      }
      this.#state.encode();
      if (this.#state.full) {
        return;
      }
      for (const member of this.#members.values()) {
        if (member.holdsRefused && may(member.connection.role, 'edit')) {
          this.#ask(member);
        }
      }
    });
  }

  #endAll(code: ErrorCode): void {
    this.#over = true;
    for (const member of [...this.#members.values()]) {
      this.#drop(member, code);
    }
  }

  #fail(code: ErrorCode, error: unknown): void {
    this.#options.log('A room cannot go on', {
      document: this.id,
      error: String(error)
    });
    this.#endAll(code);
    this.#reject(error);
    this.#dispose();
    this.#options.onEnd(this);
  }

  #dispose(): void {
    this.#timers.clear();
    this.#presence.close();
    this.#state.destroy();
  }

  #log(
    message: string,
    { connection }: Member,
    facts: Record<string, string | number>
  ): void {
    this.#options.log(message, {
      document: this.id,
      user: connection.person.user,
      ...facts
    });
  }
}

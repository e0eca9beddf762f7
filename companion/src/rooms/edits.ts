/**
 * The edits of one room, from the frame to the disk and to everybody else
 * (rules S2 to S8). Knows who is in the room only as far as it must tell them.
 */
import {
  CommonsError,
  encodeOwnMessage,
  may,
  type ErrorCode
} from '@jupyterlab-commons/protocol';
import type {
  JournalMark,
  JournalRow,
  StoredContent
} from '../storage/store.ts';
import type { EditsHost } from './edits-host.ts';
import { step1Frame, step2Frame } from './frames.ts';
import { Journal } from './journal.ts';
import type { Member } from './member.ts';
import type { Outline } from './outline.ts';
import { makeOwnChange } from './own-change.ts';
import { RoomState, type Applied } from './room-state.ts';
import { Spread } from './spread.ts';
import { lastOf, StateKeeper } from './state-keeper.ts';
import { TakenCells } from './taken-cells.ts';
import { Timers } from './timers.ts';
import type { Pace, Prepare } from './types.ts';
import { WholeState } from './whole-state.ts';

/** Bytes that may wait for the disk or for a rebuild before senders are sent away. */
const WAITING_BYTES_MOST = 64 * 1024 * 1024;
const MEASURE_AFTER_MS = 1_000;
const SLOW_APPLY_MS = 50;

export class Edits {
  readonly #host: EditsHost;
  readonly #journal: Journal;
  readonly #timers: Timers;
  readonly #keeper: StateKeeper;
  readonly #whole: WholeState;
  readonly #spread = new Spread();
  readonly #taken: TakenCells;
  /** Rejects when the room cannot go on. */
  readonly #ended: Promise<never>;
  #end: (error: unknown) => void = () => undefined;
  #measuring = false;

  /** Throws when the stored content is not whole. */
  constructor(host: EditsHost, stored: StoredContent) {
    this.#host = host;
    this.#timers = new Timers(host.clock);
    this.#whole = new WholeState(this.#timers);
    this.#taken = new TakenCells(() => host.clock.now());
    this.#ended = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => undefined);
    const load = {
      load: (content: StoredContent) => this.#load(content),
      read: () => host.store.load(host.id),
      fail: (error: unknown) => host.fail(error),
      waitingBytes: WAITING_BYTES_MOST
    };
    this.#keeper = new StateKeeper(load, stored);
    this.#journal = new Journal({
      id: host.id,
      store: host.store,
      clock: host.clock,
      limits: host.limits,
      from: {
        seq: lastOf(stored),
        rows: stored.rows.length,
        bytes: stored.rows.reduce((sum, row) => sum + row.update.length, 0)
      },
      snapshot: () => (this.#keeper.away ? null : this.#state.encode()),
      onDurable: rows => this.#onDurable(rows),
      onFlushed: () => this.#tellSaved(),
      onWritable: () => host.writableChanged(),
      onBroken: error => host.fail(error)
    });
  }

  /** The last edit that is on disk. */
  get seq(): number {
    return this.#journal.durable;
  }

  get writable(): boolean {
    return this.#journal.writable;
  }

  /** Whether nothing waits for the disk. */
  get settled(): boolean {
    return !this.#keeper.away && this.#journal.head === this.#journal.durable;
  }

  /** Whether `user` may show themselves under `client`. */
  mayClaim(client: number, user: string): boolean {
    return this.#state.mayClaim(client, user);
  }

  /** Now, or in its turn when the state has been rebuilt; false when too much waits. */
  whenReady(bytes: number, act: () => void): boolean {
    return this.#keeper.whenReady(bytes, act);
  }

  /** Asks a page for everything that it has and the room lacks. */
  ask(member: Member): void {
    member.asked = true;
    member.holdsRefused = false;
    member.connection.send(step1Frame(this.#state.stateVector()));
  }

  /** S4: the answer to step 1 waits until all that is in it is on disk. */
  answer(member: Member, stateVector: Uint8Array): void {
    if (member.syncs.take(1, this.#host.clock.now()) > 0) {
      this.#host.drop(member, 'TOO_FAST');
      return;
    }
    const seq = this.#journal.head;
    const isEmpty = stateVector.length === 1 && stateVector[0] === 0;
    const frame = isEmpty
      ? this.#whole.frame(seq, this.#state)
      : step2Frame(this.#state.encode(stateVector));
    member.syncedTo = seq;
    this.#journal.whenDurable(seq, () => member.connection.send(frame));
  }

  /** S2: takes one edit, or says why not. */
  receive(member: Member, update: Uint8Array, step2: boolean): void {
    const { asked } = member;
    if (step2) {
      member.asked = false;
    }
    const frames = 1 + (step2 ? member.takeDeferred() : 0);
    if (!may(member.connection.role, 'edit')) {
      if (step2 && this.#state.changesNothing(update)) {
        this.#count(member, frames);
      } else {
        this.#refuse(member, 'ROLE_TOO_LOW', frames);
      }
    } else if (this.#journal.queuedBytes > WAITING_BYTES_MOST) {
      this.#host.drop(member, 'STORE_BUSY');
    } else {
      const applied = this.#apply(member, update, step2);
      this.#conclude(member, applied, { frames, asked, step2 });
    }
  }

  /** The document as a file would hold it, once all of that is on disk. */
  async content(): Promise<{ text: string; outline: Outline; seq: number }> {
    await this.#keeper.ready(this.#ended);
    const seq = this.#journal.head;
    const text = this.#state.content();
    const outline = this.#state.outline();
    await this.saved();
    return { text, outline, seq };
  }

  /**
   * A change of the companion's own in the name of `user`, from looking at the
   * document to changing it, while edits of others wait, and then on disk. A
   * large one lets other rooms have their turn, and is more than one edit in the
   * journal. Rejects with DOCUMENT_FULL or STORE_BUSY, and the document is what
   * it was. A full one takes what makes it no larger.
   */
  async change<T>(
    user: string,
    mark: JournalMark,
    prepare: Prepare<T>
  ): Promise<{ result: T; seq: number }> {
    const made = await this.#keeper.hold(async () => {
      if (this.#journal.queuedBytes > WAITING_BYTES_MOST) {
        throw new CommonsError('STORE_BUSY');
      }
      const result = await makeOwnChange({
        state: this.#state,
        taken: this.#taken,
        pace: this.#pace(),
        cellsMost: this.#host.limits.cells,
        user,
        prepare,
        accept: applied => this.#changed(user, mark, applied)
      });
      return { result, seq: this.#journal.head };
    }, this.#ended);
    await this.saved();
    return made;
  }

  /** Resolves when all that was accepted is on disk; rejects when the room cannot go on. */
  async saved(): Promise<void> {
    await this.#keeper.back;
    await Promise.race([this.#journal.settled(), this.#ended]);
  }

  /** Lets go of everything. Whoever still waits gets the error. */
  dispose(error: unknown): void {
    this.#end(error);
    this.#timers.clear();
    this.#keeper.dispose();
    this.#taken.clear();
  }

  get #state(): RoomState {
    return this.#keeper.state;
  }

  /** The room may have come to its end meanwhile. */
  #pace(): Pace {
    const pace = this.#host.pace();
    const pause = () => Promise.race([pace.pause(), this.#ended]);
    return { spent: () => pace.spent(), pause };
  }

  #changed(user: string, mark: JournalMark, applied: Applied): void {
    switch (applied.kind) {
      case 'nothing':
        return;
      case 'changed':
        this.#spread.accepted(this.#journal.head + 1, null);
        this.#journal.accept(user, applied.update, applied.owners, mark);
        if (this.#state.full) {
          this.#measureLater();
        }
        return;
      case 'full':
        throw new CommonsError('DOCUMENT_FULL');
      default:
        this.#rebuild();
        throw new CommonsError('INTERNAL', applied.reason);
    }
  }

  #load(stored: StoredContent): RoomState {
    const { type, limits } = this.#host;
    const reservedFor = (client: number) => this.#host.reservedFor(client);
    return new RoomState(type, limits, stored, reservedFor, this.#taken);
  }

  #apply(member: Member, update: Uint8Array, whole: boolean): Applied {
    const { clock, limits } = this.#host;
    const began = clock.now();
    const applied = this.#state.apply(update, {
      user: member.connection.person.user,
      newClientsLeft: limits.clientIdsPerConnection - member.newClients,
      whole
    });
    const took = clock.now() - began;
    if (took > SLOW_APPLY_MS) {
      this.#host.slow(member, took, update.length);
    }
    return applied;
  }

  #conclude(
    member: Member,
    applied: Applied,
    frame: { frames: number; asked: boolean; step2: boolean }
  ): void {
    switch (applied.kind) {
      case 'nothing':
        this.#count(member, frame.frames);
        break;
      case 'changed':
        this.#accept(member, applied, frame.frames);
        break;
      case 'full':
        this.#refuse(member, 'DOCUMENT_FULL', frame.frames);
        break;
      case 'unknown':
        this.#unknown(member, applied.reason, frame);
        break;
      case 'malformed':
        this.#host.violation(member, applied.reason);
        break;
      case 'tainted':
        this.#host.violation(member, applied.reason);
        this.#rebuild();
        break;
    }
  }

  #accept(
    member: Member,
    applied: Extract<Applied, { kind: 'changed' }>,
    frames: number
  ): void {
    const { user } = member.connection.person;
    const { update, owners, repaired, visible, steps, broughtBack } = applied;
    member.newClients += owners.filter(([, owner]) => owner === user).length;
    this.#spread.accepted(this.#journal.head + 1, repaired ? null : member);
    const mark = visible ? undefined : 'unseen';
    this.#journal.accept(user, update, owners, mark);
    if (broughtBack.length > 0) {
      this.#host.broughtBack(broughtBack);
    }
    this.#count(member, frames);
    if (this.#state.full) {
      this.#measureLater();
    }
    if (this.#host.tooCostly(member, steps)) {
      this.#host.drop(member, 'TOO_FAST');
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
    const refusal = {
      type: 'refusal',
      code,
      detail: null,
      final: false
    } as const;
    for (let frame = 0; frame < frames; frame++) {
      member.connection.send(encodeOwnMessage(refusal));
    }
  }

  /**
   * An edit that builds on what the room lacks. An honest page sends one while
   * it has not answered step 1 yet, or after an edit of its own was refused; the
   * answer to step 1 will hold it again.
   */
  #unknown(
    member: Member,
    reason: string,
    { asked, step2 }: { asked: boolean; step2: boolean }
  ): void {
    if (member.holdsRefused && this.#state.full) {
      this.#refuse(member, 'DOCUMENT_FULL', 1);
    } else if (!step2 && (asked || member.holdsRefused)) {
      member.defer();
      if (!asked) {
        this.ask(member);
      }
    } else {
      this.#host.violation(member, reason);
    }
  }

  #rebuild(): void {
    this.#whole.forget();
    this.#keeper.rebuild(this.#journal.unsaved);
  }

  #onDurable(rows: readonly JournalRow[]): void {
    this.#spread.durable(rows, this.#host.members());
    const byPerson = rows.some(row => row.user !== '');
    this.#host.journalled(rows[rows.length - 1]!.seq, byPerson);
  }

  #tellSaved(): void {
    for (const member of this.#host.members()) {
      member.tellSaved();
    }
  }

  /** Deletions make a full document smaller, but how much only encoding it tells. */
  #measureLater(): void {
    if (this.#measuring) {
      return;
    }
    this.#measuring = true;
    this.#timers.later(MEASURE_AFTER_MS, () => {
      this.#measuring = false;
      if (!this.#keeper.away) {
        this.#state.encode();
        this.#askForRefused();
      }
    });
  }

  #askForRefused(): void {
    for (const member of this.#state.full ? [] : this.#host.members()) {
      if (member.holdsRefused && may(member.connection.role, 'edit')) {
        this.ask(member);
      }
    }
  }
}

/**
 * One document in memory, and the only place where an update is applied:
 * guard, apply, schema, in this order. Knows nothing of connections.
 */
import {
  atOnce,
  type DocumentType,
  type Steps
} from '@jupyterlab-commons/protocol';
import * as Y from 'yjs';
import type { StoredContent } from '../storage/store.ts';
import { SEED_CLIENT, toContent } from './content.ts';
import { forgetPlaces } from './forget-places.ts';
import { guard, type Guarded } from './guard.ts';
import { inTurns } from './in-turns.ts';
import { integrate } from './integrate.ts';
import { forgetChanged, newCellId, type CellTexts } from './notebook.ts';
import { outlining, type CellOutlines, type Outline } from './outline.ts';
import { defineRoots, Schema } from './schema.ts';
import type { BroughtBack, TakenCells } from './taken-cells.ts';
import type { Pace, Prepare, RoomLimits } from './types.ts';
import { Violation } from './violation.ts';
import { changesContent } from './visible.ts';

/** What became of an update. */
export type Applied =
  /** Everything in it was known. */
  | { kind: 'nothing' }
  /** Applied; `update` is what is new, `repaired` means that the sender must get it too. */
  | {
      kind: 'changed';
      update: Uint8Array;
      owners: [number, string][];
      repaired: boolean;
      /** The texts of cells that it has brought back; see taken-cells.ts. */
      broughtBack: string[];
      /** Whether a file would show it. */
      visible: boolean;
      /** What finding the places of its items took; see integrate.ts. */
      steps: number;
    }
  /** Refused: the document is at its limit. */
  | { kind: 'full' }
  /** Refused by the guard; nothing was applied. */
  | { kind: 'unknown' | 'malformed'; reason: string }
  /** It broke the schema after it was applied: this state must be thrown away. */
  | { kind: 'tainted'; reason: string };

/** `whole`: the update is the answer to a sync step 1. */
export type Sender = { user: string; newClientsLeft: number; whole: boolean };

/** An edit of the companion that is made piece by piece. */
export type OwnChange = {
  readonly user: string;
  readonly client: number;
  readonly steps: Steps<void>;
  over: boolean;
};

/** A full document still takes small edits that delete, up to this share above its limit. */
const LEEWAY = 1.1;
const SMALL_BYTES = 1024;

export class RoomState {
  readonly doc: Y.Doc;
  readonly #type: DocumentType;
  readonly #limits: RoomLimits;
  readonly #owners: Map<number, string>;
  readonly #schema: Schema;
  readonly #texts: CellTexts = new WeakMap();
  readonly #outlines: CellOutlines = new WeakMap();
  /** Never less than the encoded size; exact after {@link RoomState.encode}. */
  #bytes: number;
  #lastUpdate: Uint8Array | null = null;

  readonly #reservedFor: (client: number) => string | undefined;
  readonly #taken: TakenCells | null;

  /**
   * Throws when the stored content cannot be applied without a rest.
   * `reservedFor` says whose a client id is that nobody has written under yet.
   */
  constructor(
    type: DocumentType,
    limits: RoomLimits,
    stored: StoredContent,
    reservedFor: (client: number) => string | undefined,
    taken: TakenCells | null = null
  ) {
    this.#type = type;
    this.#reservedFor = reservedFor;
    this.#taken = type === 'notebook' ? taken : null;
    this.#limits = limits;
    this.#owners = new Map(stored.owners);
    this.doc = new Y.Doc();
    this.#owners.set(this.doc.clientID, '');
    this.#owners.set(SEED_CLIENT, '');
    defineRoots(this.doc, type);
    const updates = stored.rows.map(row => row.update);
    if (stored.snapshot !== null) {
      updates.unshift(stored.snapshot.state);
    }
    this.doc.transact(() => {
      for (const update of updates) {
        Y.applyUpdate(this.doc, update);
      }
    });
    this.#assertWhole();
    this.#bytes = updates.reduce((sum, update) => sum + update.length, 0);
    this.#schema = new Schema(this.doc, type, {
      cells: limits.cells,
      newId: newCellId
    });
    if (type === 'notebook') {
      const cells = this.doc.getArray('cells');
      this.doc.on('afterTransaction', transaction =>
        forgetChanged([this.#texts, this.#outlines], cells, transaction)
      );
    }
    this.doc.on('update', update => {
      this.#lastUpdate = update;
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get full(): boolean {
    return this.#bytes > this.#limits.documentBytes;
  }

  /** Whether `user` may write under `client`. */
  mayClaim(client: number, user: string): boolean {
    return (this.#owners.get(client) ?? user) === user;
  }

  /** Takes one update from a page. */
  apply(update: Uint8Array, sender: Sender): Applied {
    const checked = this.#guard(update, sender);
    if (checked instanceof Violation) {
      return { kind: checked.kind, reason: checked.message };
    }
    const changesNothing = checked.fresh.length === 0 && !checked.deletes;
    if (changesNothing && this.#taken?.watches !== true) {
      return { kind: 'nothing' };
    }
    if (this.full && !this.#fits(update, checked)) {
      return { kind: 'full' };
    }
    return this.#applyChecked(checked, sender, update);
  }

  /** Whether a page without the right to edit only repeats what is known. */
  changesNothing(update: Uint8Array): boolean {
    const checked = this.#guard(update, {
      user: '',
      newClientsLeft: Infinity,
      whole: true
    });
    return (
      !(checked instanceof Violation) &&
      checked.fresh.length === 0 &&
      !checked.deletes
    );
  }

  /** The whole document as one update, or what is missing to the holder of a state vector. */
  encode(stateVector?: Uint8Array): Uint8Array {
    const state = Y.encodeStateAsUpdate(this.doc, stateVector);
    if (stateVector === undefined) {
      this.#bytes = state.length;
    }
    return state;
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }

  content(): string {
    return toContent(this.doc, this.#type, this.#texts);
  }

  outline(): Outline {
    return atOnce(this.outlining());
  }

  outlining(): Steps<Outline> {
    return outlining(this.doc, this.#type, this.#outlines);
  }

  /** An edit of the companion in the name of `user`, under a client id that nobody has written under. */
  changing(user: string, steps: Steps<void>): OwnChange {
    return { user, client: this.#freshClient(), steps, over: false };
  }

  /**
   * Carries it on until it is over or `spent`. What was done is one edit, which
   * is held to the schema like everybody's.
   */
  carryOn(change: OwnChange, spent: () => boolean): Applied {
    const { user, client, steps } = change;
    const own = this.doc.clientID;
    let broken: string | null = null;
    this.#lastUpdate = null;
    this.doc.clientID = client;
    try {
      this.doc.transact(transaction => {
        const from = Y.getState(this.doc.store, client);
        do {
          change.over = steps.next().done === true;
        } while (!change.over && !spent());
        const structs = this.doc.store.clients.get(client) ?? [];
        const fresh = structs.filter(({ id }) => id.clock >= from);
        const ids = fresh.map(({ id }) => id);
        broken = this.#schema.check(transaction, ids).broken;
      });
    } catch (error) {
      broken = error instanceof Error ? error.message : 'cannot be applied';
    } finally {
      this.doc.clientID = own;
    }
    if (broken !== null) {
      return { kind: 'tainted', reason: broken };
    }
    const written = this.#lastUpdate as Uint8Array | null;
    if (written === null) {
      return { kind: 'nothing' };
    }
    this.#owners.set(client, user);
    this.#bytes += written.length;
    return {
      kind: 'changed',
      update: written,
      owners: [[client, user]],
      repaired: true,
      broughtBack: [],
      visible: true,
      steps: 0
    };
  }

  /** Whether the document is no larger after a change; tried on a copy, since Yjs takes nothing back. */
  async shrinksBy(prepare: Prepare<unknown>, pace: Pace): Promise<boolean> {
    const state = this.encode();
    if (!this.full) {
      return true;
    }
    const copy = new Y.Doc();
    defineRoots(copy, this.#type);
    Y.applyUpdate(copy, state);
    const { apply } = await inTurns(prepare(copy, this.outline()), pace);
    copy.transact(() => {
      if (apply !== null) {
        atOnce(apply());
      }
    });
    const after = Y.encodeStateAsUpdate(copy).length;
    copy.destroy();
    return after <= state.length;
  }

  destroy(): void {
    this.doc.destroy();
  }

  #freshClient(): number {
    let client = 0;
    do {
      [client = 0] = crypto.getRandomValues(new Uint32Array(1));
    } while (
      this.#owners.has(client) ||
      this.doc.store.clients.has(client) ||
      this.#reservedFor(client) !== undefined
    );
    return client;
  }

  #guard(update: Uint8Array, sender: Sender): Guarded | Violation {
    try {
      return guard(update, {
        doc: this.doc,
        user: sender.user,
        ownerOf: client => this.#owners.get(client),
        reservedFor: this.#reservedFor,
        newClientsLeft: sender.newClientsLeft,
        structsPerMessage: this.#limits.structsPerMessage
      });
    } catch (error) {
      if (error instanceof Violation) {
        return error;
      }
      return new Violation('malformed', 'cannot be checked');
    }
  }

  #fits(update: Uint8Array, { fresh, deletes }: Guarded): boolean {
    if (fresh.length === 0) {
      return true;
    }
    const room = this.#limits.documentBytes * LEEWAY - this.#bytes;
    return deletes && update.length <= Math.min(SMALL_BYTES, room);
  }

  #applyChecked(
    checked: Guarded,
    { user, whole }: Sender,
    update: Uint8Array
  ): Applied {
    let answer = { broken: null as string | null, repaired: false };
    let steps = 0;
    let visible = false;
    let back: BroughtBack = { items: [], texts: [] };
    this.#lastUpdate = null;
    try {
      this.doc.transact(transaction => {
        steps = integrate(transaction, checked);
        // Before cells are brought back by their place.
        forgetPlaces(transaction);
        const received = { update, whole };
        back = this.#taken?.receive(transaction, checked, received) ?? back;
        visible = changesContent(transaction);
        const fresh = [...checked.fresh, ...back.items];
        answer = this.#schema.check(transaction, fresh);
      });
      this.#assertWhole();
    } catch (error) {
      answer.broken =
        error instanceof Error ? error.message : 'cannot be applied';
    }
    this.#taken?.settle(answer.broken === null);
    if (answer.broken !== null) {
      return { kind: 'tainted', reason: answer.broken };
    }
    const owners = checked.newClients.map((client): [number, string] => [
      client,
      user
    ]);
    for (const [client] of owners) {
      this.#owners.set(client, user);
    }
    // Set by the listener, which control flow analysis cannot see.
    const written = this.#lastUpdate as Uint8Array | null;
    if (written === null) {
      return { kind: 'nothing' };
    }
    this.#bytes += written.length;
    const repaired = answer.repaired || back.items.length > 0;
    if (repaired) {
      owners.push([this.doc.clientID, '']);
    }
    return {
      kind: 'changed',
      update: written,
      owners,
      repaired,
      broughtBack: back.texts,
      visible,
      steps
    };
  }

  #assertWhole(): void {
    const { pendingStructs, pendingDs } = this.doc.store;
    if (pendingStructs !== null || pendingDs !== null) {
      throw new Error('an update builds on something that is not there');
    }
  }
}

/**
 * A page of somebody, as a room sees it: the client half of y-websocket's
 * protocol over two queues that the test delivers.
 */
import {
  decodeOwnMessage,
  messageType,
  type ErrorCode,
  type OwnMessage,
  type Person,
  type Role
} from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync';
import * as Y from 'yjs';
import {
  presenceFrame,
  readPresence,
  updateFrame
} from '../../src/rooms/frames.ts';
import type { RoomConnection } from '../../src/rooms/types.ts';

let nextId = 1;

export class TestConnection implements RoomConnection {
  readonly id = nextId++;
  readonly person: Person;
  role: Role;
  closed: { code: ErrorCode; detail: string | undefined } | null = null;
  toPage: Uint8Array[] = [];

  constructor(person: Person, role: Role) {
    this.person = person;
    this.role = role;
  }

  send(frame: Uint8Array): void {
    if (this.closed === null) {
      this.toPage.push(frame);
    }
  }

  close(code: ErrorCode, detail?: string): void {
    this.closed ??= { code, detail };
  }
}

export class TestPage {
  readonly user: string;
  readonly doc: Y.Doc;
  role: Role;
  connection: TestConnection;
  toRoom: Uint8Array[] = [];
  /** Everything the companion said in its own words since the last connecting. */
  heard: OwnMessage[] = [];
  /** What others show, by client id. */
  shown = new Map<number, Record<string, unknown>>();
  /** Messages about presence, and edits, that came in. */
  presenceFrames = 0;
  editFrames = 0;
  updatesSent = 0;
  synced = false;
  online = false;
  #presenceClock = 0;

  constructor(user: string, role: Role, doc = new Y.Doc()) {
    this.user = user;
    this.role = role;
    this.doc = doc;
    this.connection = new TestConnection(this.person, role);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this && this.online) {
        this.sendUpdate(update);
      }
    });
  }

  get person(): Person {
    return {
      user: this.user,
      displayName: `${this.user[0]!.toUpperCase()}${this.user.slice(1)} Test`
    };
  }

  /** Why the companion closed the connection; null while it is open. */
  closedWith(): ErrorCode | null {
    return this.connection.closed?.code ?? null;
  }

  get cells(): Y.Array<Y.Map<unknown>> {
    return this.doc.getArray('cells');
  }

  /** The sources of all cells. */
  sources(): string[] {
    return this.cells.map(cell => String(cell.get('source')));
  }

  ids(): unknown[] {
    return this.cells.map(cell => cell.get('id'));
  }

  /** How many of its frames are on disk, as last told. */
  get saved(): number {
    const last = this.heard.findLast(message => message.type === 'saved');
    return last?.type === 'saved' ? last.frames : 0;
  }

  heardOf<T extends OwnMessage['type']>(
    type: T
  ): Extract<OwnMessage, { type: T }>[] {
    return this.heard.filter(
      (message): message is Extract<OwnMessage, { type: T }> =>
        message.type === type
    );
  }

  sendUpdate(update: Uint8Array): void {
    this.updatesSent++;
    this.toRoom.push(updateFrame(update));
  }

  insertCell(
    source: string,
    options: { id?: string; index?: number } = {}
  ): Y.Map<unknown> {
    const cell = new Y.Map<unknown>();
    this.doc.transact(() => {
      this.cells.insert(options.index ?? this.cells.length, [cell]);
      cell.set('source', new Y.Text(source));
      cell.set('metadata', new Y.Map());
      cell.set('cell_type', 'code');
      cell.set('id', options.id ?? crypto.randomUUID());
      cell.set('outputs', new Y.Array());
      cell.set('execution_count', null);
    });
    return cell;
  }

  type(cell: number, text: string): void {
    const source = this.cells.get(cell).get('source');
    if (source instanceof Y.Text) {
      source.insert(source.length, text);
    }
  }

  show(
    state: Record<string, unknown> | null,
    client = this.doc.clientID
  ): void {
    const text = state === null ? null : JSON.stringify(state);
    this.toRoom.push(
      presenceFrame([{ client, clock: ++this.#presenceClock, state: text }])
    );
  }

  /** What happens on a new socket: y-websocket sends step 1 at once. */
  begin(): void {
    this.connection = new TestConnection(this.person, this.role);
    this.heard = [];
    this.shown.clear();
    this.toRoom = [];
    this.updatesSent = 0;
    this.synced = false;
    this.online = true;
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    writeSyncStep1(encoder, this.doc);
    this.toRoom.push(encoding.toUint8Array(encoder));
  }

  receive(frame: Uint8Array): void {
    const decoder = decoding.createDecoder(frame);
    const type = decoding.readVarUint(decoder);
    if (type === messageType.sync) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, messageType.sync);
      const step = readSyncMessage(decoder, encoder, this.doc, this);
      this.synced ||= step === 1;
      this.editFrames += step === 2 ? 1 : 0;
      if (encoding.length(encoder) > 1) {
        this.updatesSent++;
        this.toRoom.push(encoding.toUint8Array(encoder));
      }
    } else if (type === messageType.awareness) {
      this.presenceFrames++;
      for (const { client, state } of readPresence(
        decoding.readVarUint8Array(decoder),
        1000
      )) {
        if (state === null) {
          this.shown.delete(client);
        } else {
          this.shown.set(client, JSON.parse(state));
        }
      }
    } else {
      const message = decodeOwnMessage(type, decoder);
      if (message !== null) {
        this.heard.push(message);
      }
    }
    if (decoding.hasContent(decoder)) {
      throw new Error('a frame holds more than one message');
    }
  }
}

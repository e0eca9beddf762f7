import {
  CommonsError,
  encodeOwnMessage,
  messageType,
  syncStep,
  type DocumentInfo,
  type ErrorCode,
  type OwnMessage,
  type Role,
  type RouteName
} from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { Signal } from '@lumino/signaling';
import * as sync from 'y-protocols/sync';
import { Doc } from 'yjs';
import type { CompanionState, ICompanion } from '../../tokens';
import type { SyncSocket } from '../../notebook/ticket-socket';

export const ID = 'abcdefghijklmnopqrstuvwxyz';

export const INFO: DocumentInfo = {
  id: ID,
  name: 'demo.ipynb',
  type: 'notebook',
  epoch: 'e1',
  owner: { user: 'ada', displayName: 'Ada' },
  role: 'edit',
  roleUntil: null,
  path: null,
  server: null,
  fileState: 'saved',
  createdAt: '2026-01-01T00:00:00.000Z',
  changedAt: null,
  present: [],
  shareCount: 0
};

/** The page's end of a socket whose other end the test holds. */
export class FakeSocket implements SyncSocket {
  constructor(
    readonly url: string,
    readonly protocols: string[]
  ) {}

  binaryType: BinaryType = 'blob';
  readyState = 0;
  onopen: SyncSocket['onopen'] = null;
  onmessage: SyncSocket['onmessage'] = null;
  onclose: SyncSocket['onclose'] = null;
  onerror: SyncSocket['onerror'] = null;
  readonly sent: Uint8Array[] = [];

  send(data: Parameters<WebSocket['send']>[0]): void {
    this.sent.push(data as Uint8Array);
  }
  close(): void {
    this.readyState = 3;
  }

  private get _self(): WebSocket {
    return this as unknown as WebSocket;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.call(this._self, new Event('open'));
  }
  receive(frame: Uint8Array): void {
    const data = frame.slice().buffer;
    this.onmessage?.call(this._self, new MessageEvent('message', { data }));
  }
  lose(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.call(this._self, new CloseEvent('close', { code, reason }));
  }
}

/** The companion as the page meets it; the test says what it answers, and when. */
export class FakeCompanion implements ICompanion {
  readonly room = new Doc();
  readonly sockets: FakeSocket[] = [];
  /** Each ask for a ticket, with the epoch that the page gave. */
  readonly asked: unknown[] = [];
  role: Role = 'edit';
  epoch = 'e1';
  /** What the next asks for a ticket are refused with. */
  refuse: ErrorCode | null = null;

  state: CompanionState = { kind: 'connecting' };
  readonly stateChanged = new Signal<this, CompanionState>(this);
  readonly events = new Signal<this, never>(this);

  async call<T>(
    _route: RouteName,
    { body, answer }: Parameters<ICompanion['call']>[1]
  ): Promise<T> {
    this.asked.push(body);
    if (this.refuse !== null) {
      throw new CommonsError(this.refuse);
    }
    const ticket = {
      ticket: `t${this.asked.length}`,
      expiresAt: '2026-01-01T00:00:30.000Z',
      role: this.role,
      epoch: this.epoch
    };
    return answer(ticket) as T;
  }

  socketUrl(_: string, parts: Record<string, string> = {}): string {
    return `ws://hub/services/commons/sync/${parts['id']}`;
  }
  linkTo(id: string): string {
    return `/hub/user-redirect/lab?live=${id}`;
  }
  retry(): void {
    // Nothing to do here.
  }

  open = (url: string, protocols: string[]): SyncSocket => {
    const socket = new FakeSocket(url, protocols);
    this.sockets.push(socket);
    return socket;
  };

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!;
  }

  say(message: OwnMessage): void {
    this.socket.receive(encodeOwnMessage(message));
  }

  /** S1: epoch, role, status, then sync step 1. */
  greet(): void {
    this.socket.open();
    this.say({ type: 'epoch', epoch: this.epoch });
    this.say({ type: 'role', role: this.role });
    this.say({
      type: 'status',
      writable: true,
      reason: null,
      fileState: 'saved',
      fileDetail: null
    });
    this.socket.receive(
      syncFrame(encoder => sync.writeSyncStep1(encoder, this.room))
    );
  }

  /** Answers the page's sync step 1, so that it has the whole document. */
  answerSync(): void {
    for (const { step, decoder } of this.syncFrames()) {
      if (step === syncStep.step1) {
        const vector = decoding.readVarUint8Array(decoder);
        this.socket.receive(
          syncFrame(encoder => sync.writeSyncStep2(encoder, this.room, vector))
        );
      }
    }
  }

  /** The update frames of the present connection that have arrived, applied. */
  takeUpdates(): number {
    let count = 0;
    for (const { step, decoder } of this.syncFrames()) {
      if (step !== syncStep.step1) {
        count++;
        sync.readUpdate(decoder, this.room, 'page');
      }
    }
    return count;
  }

  syncFrames(): { step: number; decoder: decoding.Decoder }[] {
    return this.socket.sent.flatMap(frame => {
      const decoder = decoding.createDecoder(frame);
      return decoding.readVarUint(decoder) === messageType.sync
        ? [{ step: decoding.readVarUint(decoder), decoder }]
        : [];
    });
  }

  dispose(): void {
    this.room.destroy();
    Signal.clearData(this);
  }
}

function syncFrame(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageType.sync);
  write(encoder);
  return encoding.toUint8Array(encoder);
}

import {
  CommonsError,
  decodeOwnMessage,
  errorOfClose,
  isErrorCode,
  messageType,
  ticket as ticketAnswer,
  type ErrorCode,
  type OwnMessage,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { WebsocketProvider } from 'y-websocket';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc, Transaction } from 'yjs';
import { backoffMs } from '../client/backoff';
import type { CompanionState, ICompanion } from '../tokens';
import { filterFrame } from './frame-filter';
import type { LiveEntry } from './live-entry';
import { SaveTracker } from './save-tracker';
import { TicketSocket, type SyncSocket } from './ticket-socket';

export interface ILiveProviderOptions {
  companion: ICompanion;
  entry: LiveEntry;
  document: {
    readonly ydoc: Doc;
    readonly awareness: Awareness;
    writable: boolean;
    /** Only a notebook has outputs. */
    writesOutputs?: boolean;
    /** Is given by the provider to who wants to know. */
    isUnsaved?: () => boolean;
  };
  openSocket?: (url: string, protocols: string[]) => SyncSocket;
}

/**
 * Keeps one document in step with the companion. When its entry is disposed
 * while edits are still on their way it stays until they are saved.
 */
export class LiveProvider implements IDisposable {
  constructor({
    companion,
    entry,
    document,
    openSocket = (url, protocols) => new WebSocket(url, protocols)
  }: ILiveProviderOptions) {
    this._companion = companion;
    this._entry = entry;
    this._document = document;
    this._tracker.role = entry.info.role;
    document.isUnsaved = () => this._tracker.unsaved;
    this._provider = this._connect(openSocket);
    document.ydoc.on('update', this._onUpdate);
    companion.stateChanged.connect(this._onCompanion, this);
    this._tell();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Edits that would be lost if the page were left now. */
  get unsaved(): boolean {
    return this._tracker.unsaved;
  }

  dispose(): void {
    this._closing = true;
    if (!this._tracker.unsaved || this._tracker.ended !== null) {
      this._destroy();
    }
  }

  private _connect(
    open: (url: string, protocols: string[]) => SyncSocket
  ): WebsocketProvider {
    const { info } = this._entry;
    const { ydoc, awareness } = this._document;
    const socketOptions = {
      ticket: () => this._ticket(),
      open,
      outgoing: (frame: Uint8Array) => this._outgoing(frame)
    };
    class Socket extends TicketSocket {
      constructor(url: string) {
        super(url, socketOptions);
      }
    }
    // The companion's address ends in the id, which y-websocket appends itself.
    const url = this._companion.socketUrl('sync', { id: info.id });
    const provider = new WebsocketProvider(
      url.slice(0, url.lastIndexOf('/')),
      info.id,
      ydoc,
      {
        connect: false,
        awareness,
        // Tabs of one browser would bypass the companion and its roles.
        disableBc: true,
        // y-websocket uses what TicketSocket has, and nothing else.
        WebSocketPolyfill: Socket as unknown as typeof WebSocket
      }
    );
    this._handleMessages(provider);
    provider.on('status', ({ status }) => this._onStatus(status));
    provider.on('connection-close', event => this._onClose(event));
    provider.on('closed', ({ code, reason }) => this._onRefused(code, reason));
    provider.on('sync', synced => this._onSync(synced));
    // Only once all of this object exists.
    queueMicrotask(() => {
      if (!this._isDisposed) {
        provider.connect();
      }
    });
    return provider;
  }

  private _handleMessages(provider: WebsocketProvider): void {
    const handlers = provider.messageHandlers;
    for (const [type, handle] of handlers.entries()) {
      if (handle !== undefined) {
        handlers[type] = (...args) => {
          // D3: before the epoch is known nothing may enter the document.
          if (this._epochAgreed) {
            handle(...args);
          }
        };
      }
    }
    for (let type: number = messageType.saved; type < 125; type++) {
      handlers[type] = (_, decoder) => {
        try {
          const message = decodeOwnMessage(type, decoder);
          if (message !== null) {
            this._onMessage(message);
          }
        } catch {
          this._end(new CommonsError('PAGE_TOO_OLD'));
        }
      };
    }
  }

  private async _ticket(): Promise<string> {
    const { info } = this._entry;
    const { ticket, role } = await this._companion.call('documentTicket', {
      parts: { id: info.id },
      body: { epoch: this._epoch ?? info.epoch },
      answer: ticketAnswer
    });
    if (role !== null) {
      this._tracker.role = role;
    }
    return ticket;
  }

  private _outgoing(frame: Uint8Array): Uint8Array | null {
    return filterFrame(frame, {
      awareness: this._document.awareness,
      offered: () => this._tracker.offered,
      onUpdate: whole => {
        this._tracker.frameSent(whole);
        this._tell();
      }
    });
  }

  private _onMessage(message: OwnMessage): void {
    const tracker = this._tracker;
    switch (message.type) {
      case 'epoch':
        this._onEpoch(message.epoch);
        return;
      case 'saved':
        tracker.framesSaved(message.frames);
        break;
      case 'role':
        this._onRole(message.role);
        break;
      case 'refusal':
        this._onRefusal(
          new CommonsError(message.code, message.detail ?? undefined),
          message.final
        );
        break;
      case 'status':
        tracker.notWritable = message.writable ? null : reasonOf(message);
        this._entry.update({ status: message });
        break;
      case 'merged':
        this._entry.update({ merged: message });
        break;
    }
    this._tell();
  }

  private _onEpoch(epoch: string): void {
    this._epoch ??= epoch;
    if (epoch === this._epoch) {
      this._epochAgreed = true;
    } else {
      this._end(new CommonsError('EPOCH_CHANGED'));
    }
  }

  private _onRole(role: LiveEntry['role']): void {
    const regained = this._tracker.role === 'view' && role !== 'view';
    this._tracker.role = role;
    if (regained && this._tracker.unsaved) {
      // What was refused in between is missing there; later edits would follow
      // on a gap. A new connection offers everything anew.
      this._provider.disconnect();
      this._provider.connect();
    }
  }

  private _onRefusal(error: CommonsError, final: boolean): void {
    if (!final) {
      this._tracker.frameRefused(error.code);
    } else if (!error.retry) {
      this._refusal = error;
    }
  }

  private _onStatus(status: string): void {
    if (status === 'connected') {
      this._epochAgreed = false;
      this._tracker.connected();
      this._tell();
    }
  }

  private _onClose(event: CloseEvent | null): void {
    const provider = this._provider;
    this._tracker.disconnected();
    this._epochAgreed = false;
    this._entry.problem = new CommonsError(
      (event && errorOfClose(event.code, event.reason)) ?? 'STOPPING'
    );
    provider.maxBackoffTime = backoffMs(provider.wsUnsuccessfulReconnects);
    this._tell();
  }

  private _onRefused(code: number, reason: string): void {
    this._end(
      this._refusal ??
        new CommonsError(errorOfClose(code, reason) ?? 'INTERNAL')
    );
  }

  private _onSync(synced: boolean): void {
    if (synced) {
      this._tracker.synced();
      this._tell();
      this._entry.setSynced();
    }
  }

  private _onUpdate = (
    _update: Uint8Array,
    _origin: unknown,
    _doc: Doc,
    transaction: Transaction
  ): void => {
    if (transaction.local) {
      this._tracker.edited();
      this._tell();
    }
  };

  /** Somebody who signed in again goes on without reloading. */
  private _onCompanion(_: ICompanion, state: CompanionState): void {
    if (state.kind === 'ready' && this._tracker.ended?.code === 'SIGNED_OUT') {
      this._tracker.ended = null;
      this._refusal = null;
      this._provider.connect();
      this._tell();
    }
  }

  private _end(error: CommonsError): void {
    this._tracker.ended = error;
    this._tracker.disconnected();
    this._provider.disconnect();
    this._tell();
  }

  private _tell(): void {
    const { role, state, unsaved, ended } = this._tracker;
    this._document.writable = role !== 'view' && ended === null;
    this._document.writesOutputs = role === 'owner';
    this._entry.update({ role, saveState: state, unsaved });
    if (this._closing && (!unsaved || ended !== null)) {
      this._destroy();
    }
  }

  private _destroy(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    this._document.ydoc.off('update', this._onUpdate);
    this._companion.stateChanged.disconnect(this._onCompanion, this);
    this._provider.destroy();
  }

  private _companion: ICompanion;
  private _entry: LiveEntry;
  private _document: ILiveProviderOptions['document'];
  private _provider: WebsocketProvider;
  private _tracker = new SaveTracker();
  private _epoch: string | null = null;
  private _epochAgreed = false;
  private _refusal: CommonsError | null = null;
  private _closing = false;
  private _isDisposed = false;
}

function reasonOf({ reason }: StatusMessage): ErrorCode {
  return isErrorCode(reason) ? reason : 'STORE_BUSY';
}

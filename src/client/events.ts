import {
  CommonsError,
  errorOfClose,
  eventMessage,
  SUBPROTOCOL,
  type EventMessage,
  type Ticket
} from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { backoffMs } from './backoff';

/** What this file needs of a WebSocket. */
export type EventSocket = Pick<
  WebSocket,
  'onopen' | 'onmessage' | 'onclose' | 'onerror' | 'close'
>;

export interface IEventsOptions {
  /** A fresh ticket; asked for before each connect, since one works once. */
  ticket: () => Promise<Ticket>;
  open: (protocols: string[]) => EventSocket;
  onMessage: (message: EventMessage) => void;
  /** The socket was lost or refused; with `retry` it is opened again by itself. */
  onLost: (error: CommonsError) => void;
}

/** The one `events` socket of the page, kept open. */
export class EventsChannel implements IDisposable {
  constructor(options: IEventsOptions) {
    this._options = options;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Whether the companion has spoken on the present socket. */
  get isOpen(): boolean {
    return this._isOpen;
  }

  /** Connects now unless it is connected or about to be. */
  start(): void {
    if (this._isDisposed || this._socket !== null || this._connecting) {
      return;
    }
    clearTimeout(this._timer);
    this._connecting = true;
    void this._connect().finally(() => {
      this._connecting = false;
    });
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._drop();
  }

  private async _connect(): Promise<void> {
    try {
      const { ticket } = await this._options.ticket();
      if (!this._isDisposed) {
        this._listen(this._options.open([SUBPROTOCOL, ticket]));
      }
    } catch (error) {
      this._lost(
        error instanceof CommonsError ? error : new CommonsError('STOPPING')
      );
    }
  }

  private _listen(socket: EventSocket): void {
    this._socket = socket;
    socket.onmessage = event => this._onMessage(event.data);
    socket.onerror = () => null;
    socket.onclose = event => {
      this._drop();
      this._lost(
        new CommonsError(errorOfClose(event.code, event.reason) ?? 'STOPPING')
      );
    };
  }

  private _onMessage(data: unknown): void {
    this._attempt = 0;
    this._isOpen = true;
    let message: EventMessage;
    try {
      message = eventMessage(JSON.parse(String(data)));
    } catch {
      // A newer companion may say more than this page understands.
      return;
    }
    this._options.onMessage(message);
  }

  private _lost(error: CommonsError): void {
    if (this._isDisposed) {
      return;
    }
    if (error.retry) {
      this._timer = setTimeout(() => this.start(), backoffMs(this._attempt++));
    }
    this._options.onLost(error);
  }

  private _drop(): void {
    const socket = this._socket;
    this._socket = null;
    this._isOpen = false;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private _options: IEventsOptions;
  private _socket: EventSocket | null = null;
  private _connecting = false;
  private _isOpen = false;
  private _attempt = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

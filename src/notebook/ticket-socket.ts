import { CommonsError, SUBPROTOCOL } from '@jupyterlab-commons/protocol';

/** What is used of a WebSocket. */
export type SyncSocket = Pick<
  WebSocket,
  | 'binaryType'
  | 'readyState'
  | 'onopen'
  | 'onmessage'
  | 'onclose'
  | 'onerror'
  | 'send'
  | 'close'
>;

export interface ITicketSocketOptions {
  /** Asks for a ticket; one works once, so it is asked for before each connect. */
  ticket: () => Promise<string>;
  open: (url: string, protocols: string[]) => SyncSocket;
  /** Called with each frame before it leaves; null holds it back. */
  outgoing: (frame: Uint8Array) => Uint8Array | null;
}

/**
 * Looks like a WebSocket to y-websocket, whose way of connecting is synchronous,
 * and fetches a ticket before it opens the real one. A refused ticket looks like
 * a connection that was closed with the code of the refusal.
 */
export class TicketSocket {
  constructor(url: string, options: ITicketSocketOptions) {
    this._options = options;
    void this._connect(url);
  }

  readonly OPEN = 1;
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;

  get readyState(): number {
    if (this._closed) {
      return 3;
    }
    return this._socket?.readyState ?? 0;
  }

  send(frame: Uint8Array): void {
    const allowed = this._options.outgoing(frame);
    if (allowed !== null) {
      this._socket?.send(new Uint8Array(allowed));
    }
  }

  close(): void {
    this._closed = true;
    this._socket?.close();
  }

  private async _connect(url: string): Promise<void> {
    try {
      const ticket = await this._options.ticket();
      if (!this._closed) {
        this._listen(this._options.open(url, [SUBPROTOCOL, ticket]));
      }
    } catch (reason) {
      this._refused(
        reason instanceof CommonsError ? reason : new CommonsError('STOPPING')
      );
    }
  }

  private _listen(socket: SyncSocket): void {
    this._socket = socket;
    socket.binaryType = this.binaryType;
    socket.onopen = event => this.onopen?.(event);
    socket.onmessage = event => this.onmessage?.(event);
    socket.onerror = event => this.onerror?.(event);
    socket.onclose = event => {
      this._closed = true;
      this.onclose?.(event);
    };
  }

  private _refused(error: CommonsError): void {
    if (!this._closed) {
      this._closed = true;
      this.onclose?.(
        new CloseEvent('close', { code: error.close, reason: error.code })
      );
    }
  }

  private _options: ITicketSocketOptions;
  private _socket: SyncSocket | null = null;
  private _closed = false;
}

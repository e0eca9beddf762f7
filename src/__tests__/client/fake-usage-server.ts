import { ServerConnection } from '@jupyterlab/services';

/** The other end of `commons/usage`: sockets that do what a test tells them. */
export class FakeUsageServer {
  readonly sockets: FakeSocket[] = [];
  /** Whether the next sockets open by themselves; else they are refused by `lose`. */
  accepts = true;

  settings(
    change: Partial<ServerConnection.ISettings> = {}
  ): ServerConnection.ISettings {
    const open = (url: string) => {
      const socket = new FakeSocket(url);
      this.sockets.push(socket);
      if (this.accepts) {
        setTimeout(() => socket.accept(), 0);
      }
      return socket;
    };
    return ServerConnection.makeSettings({
      baseUrl: 'https://hub/user/ada/',
      wsUrl: 'wss://hub/user/ada/',
      token: 'page token',
      appendToken: false,
      WebSocket: function (url: string) {
        return open(url);
      } as unknown as typeof WebSocket,
      ...change
    });
  }

  get last(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!;
  }

  /** The sockets that are not closed. */
  get open(): FakeSocket[] {
    return this.sockets.filter(each => each.readyState < 2);
  }

  say(frame: unknown): void {
    this.last.onmessage?.({ data: JSON.stringify(frame) });
  }
}

export class FakeSocket {
  readyState = 0;
  readonly heard: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(readonly url: string) {}

  accept(): void {
    if (this.readyState === 0) {
      this.readyState = 1;
      this.onopen?.();
    }
  }

  send(data: string): void {
    this.heard.push(JSON.parse(data));
  }

  close(): void {
    this.readyState = 3;
  }

  lose(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }
}

/** Hides the page or shows it again. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    value: hidden ? 'hidden' : 'visible'
  });
  document.dispatchEvent(new Event('visibilitychange'));
}

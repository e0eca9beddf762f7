import {
  CommonsError,
  errorOfClose,
  type ErrorCode
} from '@jupyterlab-commons/protocol';
import { Companion } from '../../client/companion';
import type { EventSocket } from '../../client/events';

export const SESSION = {
  session: 's1',
  user: 'ada',
  displayName: 'Ada',
  groups: [],
  admin: false,
  server: '',
  expiresAt: '2026-01-01T00:10:00.000Z',
  renewAfterSeconds: 300
};

export type Call = { url: string; method: string; proof: string; body: string };
type Answer = { status?: number; body: unknown };

/** Answers the page's calls from a table and holds the other end of `events`. */
export class FakeHub {
  readonly calls: Call[] = [];
  readonly sockets: (EventSocket & { protocols: string[] })[] = [];
  /** By path below the service; a function sees how often it was asked. */
  readonly answers: Record<string, Answer | ((times: number) => Answer)> = {
    'api/session': times => ({ body: { ...SESSION, session: `s${times}` } }),
    'api/events/tickets': {
      body: {
        ticket: 't',
        expiresAt: SESSION.expiresAt,
        role: null,
        epoch: null
      }
    }
  };

  readonly companion = new Companion({
    base: 'https://hub/services/commons/',
    problem: '',
    token: 'page-token',
    linkBase: 'https://hub/hub/user-redirect/lab',
    fetcher: (url, init) => this._answer(String(url), init ?? {}),
    openSocket: (url, protocols) => this._open(url, protocols)
  });

  times(path: string): number {
    return this.calls.filter(({ url }) => url === path).length;
  }

  refuse(path: string, code: ErrorCode): void {
    const error = new CommonsError(code);
    this.answers[path] = { status: error.status, body: error.toBody() };
  }

  say(message: unknown): void {
    const data = JSON.stringify(message);
    const socket = this.sockets[this.sockets.length - 1]!;
    socket.onmessage?.call(
      socket as unknown as WebSocket,
      new MessageEvent('message', { data })
    );
  }

  lose(code = 1006): void {
    const socket = this.sockets[this.sockets.length - 1]!;
    socket.onclose?.call(
      socket as unknown as WebSocket,
      new CloseEvent('close', { code, reason: errorOfClose(code) ?? '' })
    );
  }

  private async _answer(url: string, init: RequestInit): Promise<Response> {
    const path = url.replace('https://hub/services/commons/', '');
    const headers = new Headers(init.headers);
    this.calls.push({
      url: path,
      method: init.method ?? 'GET',
      proof: headers.get('Authorization') ?? '',
      body: String(init.body ?? '')
    });
    const row = this.answers[path];
    if (row === undefined) {
      throw new TypeError('fetch failed');
    }
    const answer = typeof row === 'function' ? row(this.times(path)) : row;
    return new Response(JSON.stringify(answer.body), {
      status: answer.status ?? 200
    });
  }

  private _open(_: string, protocols: string[]): EventSocket {
    const socket = {
      protocols,
      onopen: null,
      onmessage: null,
      onclose: null,
      onerror: null,
      close: () => null
    };
    this.sockets.push(socket);
    return socket;
  }
}

/** Runs what is settled; moves the clock of timers, if asked. */
export async function pass(ms = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 30; turn++) {
    await Promise.resolve();
  }
}

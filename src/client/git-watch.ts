import {
  errorOfClose,
  errors,
  gitNews,
  type GitNews
} from '@jupyterlab-commons/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { backoffMs } from './backoff';

export type GitChange = GitNews['changed'][number];

/** A server that does not take the socket is asked again this seldom. */
const MOST_MS = 5 * 60_000;
/** A refusal for good is not tried again. */
const ENDED = Number.POSITIVE_INFINITY;

/**
 * Listens on `commons/git/watch` while the page is seen. `hear` gets what has
 * changed; an empty list says that the server listens from now on, so that who
 * was away looks once.
 */
export class GitWatch implements IDisposable {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _repo: string,
    private readonly _hear: (changed: readonly GitChange[]) => void
  ) {
    document.addEventListener('visibilitychange', this._follow);
    this._follow();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    document.removeEventListener('visibilitychange', this._follow);
    this._drop();
  }

  private _follow = (): void => {
    if (document.visibilityState === 'hidden') {
      this._drop();
    } else if (this._socket === null && this._losses !== ENDED) {
      // Who comes back to the page does not wait for the next turn.
      clearTimeout(this._retry);
      this._open();
    }
  };

  private _open(): void {
    const { WebSocket, wsUrl, appendToken, token } = this._settings;
    const query = new URLSearchParams({ repo: this._repo });
    if (appendToken && token !== '') {
      query.set('token', token);
    }
    const url = URLExt.join(wsUrl, 'commons', 'git', 'watch');
    const socket = new WebSocket(`${url}?${query.toString()}`);
    this._socket = socket;
    socket.onmessage = event => this._onMessage(String(event.data));
    socket.onclose = ({ code, reason }) => this._onClose(code, reason);
  }

  private _onMessage(data: string): void {
    let changed: readonly GitChange[];
    try {
      ({ changed } = gitNews(JSON.parse(data)));
    } catch {
      // A newer server has more words; whatever it is, it is news.
      changed = ['refs', 'head', 'index', 'state'];
    }
    this._losses = 0;
    this._hear(changed);
  }

  private _onClose(code: number, reason: string): void {
    this._drop();
    const known = code >= 4400 ? errorOfClose(code, reason) : null;
    if (known !== null && !errors[known].retry) {
      this._losses = ENDED;
      return;
    }
    this._retry = setTimeout(this._follow, backoffMs(this._losses++, MOST_MS));
  }

  private _drop(): void {
    clearTimeout(this._retry);
    const socket = this._socket;
    this._socket = null;
    if (socket !== null) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private _socket: WebSocket | null = null;
  private _losses = 0;
  private _isDisposed = false;
  private _retry: ReturnType<typeof setTimeout> | undefined;
}

import {
  CommonsError,
  pathOf,
  PROTOCOL_VERSION,
  routes,
  session as sessionAnswer,
  ticket as ticketAnswer,
  type Decoder,
  type EventMessage,
  type RouteName,
  type Session
} from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { CompanionState, ICompanion } from '../tokens';
import { EventsChannel, type EventSocket } from './events';
import { request } from './http';
import { SessionKeeper } from './session';

export interface ICompanionOptions {
  /** Absolute, with a slash at the end; null where there is no companion. */
  base: string | null;
  /** Why there is none, in a sentence. */
  problem: string;
  /** The page's token; it goes to `api/session` and nowhere else. */
  token: string;
  /** `<origin><path>` before `?live=`. */
  linkBase: string;
  fetcher?: typeof fetch;
  openSocket?: (url: string, protocols: string[]) => EventSocket;
}

type CallOptions<T> = Parameters<ICompanion['call']>[1] & {
  answer: Decoder<T>;
};

export class Companion implements ICompanion, IDisposable {
  constructor(options: ICompanionOptions) {
    this._options = options;
    this._sessions = new SessionKeeper(earlier => this._signIn(earlier));
    this._sessions.granted.connect(this._onGranted, this);
    this._sessions.failed.connect(this._onFailed, this);
    this._channel = new EventsChannel({
      ticket: () =>
        this.call('eventsTicket', { body: {}, answer: ticketAnswer }),
      open: protocols => this._open(this.socketUrl('events'), protocols),
      onMessage: message => this._onMessage(message),
      onLost: error => this._setState({ kind: 'failed', error })
    });
    this._state =
      options.base === null
        ? { kind: 'absent', reason: options.problem }
        : { kind: 'connecting' };
  }

  get state(): CompanionState {
    return this._state;
  }

  get stateChanged(): ISignal<this, CompanionState> {
    return this._stateChanged;
  }

  get events(): ISignal<this, EventMessage> {
    return this._events;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Signs in and listens. Before this only `call` makes requests. */
  start(): void {
    if (this._options.base !== null) {
      this._channel.start();
    }
  }

  async call<T>(route: RouteName, options: CallOptions<T>): Promise<T> {
    if (routes[route].proof !== 'session') {
      return this._request(route, options, null);
    }
    const session = await this._sessions.get();
    try {
      return await this._request(route, options, session);
    } catch (error) {
      if (!isSignedOut(error)) {
        throw error;
      }
      return this._request(route, options, await this._sessions.renew());
    }
  }

  socketUrl(
    route: 'sync' | 'events',
    parts: Record<string, string> = {}
  ): string {
    const url = new URL(pathOf(route, parts), this._base());
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
  }

  linkTo(documentId: string): string {
    return `${this._options.linkBase}?live=${encodeURIComponent(documentId)}`;
  }

  retry(): void {
    if (this._options.base === null) {
      return;
    }
    this._setState({ kind: 'connecting' });
    this._channel.start();
    if (this._channel.isOpen) {
      // Refused again is told by the keeper's signal.
      void this._sessions.renew().catch(() => null);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    this._channel.dispose();
    this._sessions.dispose();
    Signal.clearData(this);
  }

  private _base(): string {
    const { base, problem } = this._options;
    if (base === null) {
      throw new CommonsError('HUB_ABSENT', problem);
    }
    return base;
  }

  private async _signIn(earlier: string | undefined): Promise<Session> {
    return request(
      {
        url: new URL(pathOf('session'), this._base()).href,
        method: 'POST',
        authorization: `token ${this._options.token}`,
        body: { session: earlier, protocol: PROTOCOL_VERSION }
      },
      sessionAnswer,
      this._options.fetcher
    );
  }

  private async _request<T>(
    route: RouteName,
    { parts, query, body, answer }: CallOptions<T>,
    session: Session | null
  ): Promise<T> {
    const url = new URL(pathOf(route, parts), this._base());
    for (const [name, value] of Object.entries(query ?? {})) {
      url.searchParams.set(name, value);
    }
    return request(
      {
        url: url.href,
        method: routes[route].method,
        authorization: session === null ? null : `Bearer ${session.session}`,
        body
      },
      answer,
      this._options.fetcher
    );
  }

  private _open(url: string, protocols: string[]): EventSocket {
    return this._options.openSocket === undefined
      ? new WebSocket(url, protocols)
      : this._options.openSocket(url, protocols);
  }

  private _onMessage(message: EventMessage): void {
    const session = this._sessions.current;
    if (message.type === 'hello' && session !== null) {
      this._setState({ kind: 'ready', session });
    }
    this._events.emit(message);
  }

  private _onGranted(_: SessionKeeper, session: Session): void {
    if (this._channel.isOpen) {
      this._setState({ kind: 'ready', session });
    }
  }

  private _onFailed(_: SessionKeeper, error: CommonsError): void {
    // A renewal that fails for a passing reason takes nothing from the user yet.
    if (!error.retry || this._state.kind !== 'ready') {
      this._setState({ kind: 'failed', error });
    }
  }

  private _setState(state: CompanionState): void {
    if (!this._isDisposed) {
      this._state = state;
      this._stateChanged.emit(state);
    }
  }

  private _options: ICompanionOptions;
  private _state: CompanionState;
  private _sessions: SessionKeeper;
  private _channel: EventsChannel;
  private _isDisposed = false;
  private _stateChanged = new Signal<this, CompanionState>(this);
  private _events = new Signal<this, EventMessage>(this);
}

function isSignedOut(error: unknown): boolean {
  return (
    error instanceof CommonsError &&
    (error.code === 'SIGNED_OUT' || error.code === 'SESSION_STALE')
  );
}

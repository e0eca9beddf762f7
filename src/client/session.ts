import { CommonsError, type Session } from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { backoffMs } from './backoff';

/** Signs in; `earlier` is the session to renew. */
export type SignIn = (earlier: string | undefined) => Promise<Session>;

/**
 * Holds the session of this page and renews it while the page is open. However
 * many callers ask at once, there is one request on its way.
 */
export class SessionKeeper implements IDisposable {
  constructor(signIn: SignIn) {
    this._signIn = signIn;
  }

  /** The last session that was granted; null before the first. */
  get current(): Session | null {
    return this._current;
  }

  /** A session was granted. */
  get granted(): ISignal<this, Session> {
    return this._granted;
  }

  /** Signing in or renewing has failed; with `retry` it goes on by itself. */
  get failed(): ISignal<this, CommonsError> {
    return this._failed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /**
   * A session that is good enough for a call now. One that is due for renewal is
   * still used while the renewal fails for a passing reason: the companion
   * prolongs sessions while the hub is away.
   */
  async get(): Promise<Session> {
    const current = this._current;
    if (current !== null && Date.now() < this._dueAt) {
      return current;
    }
    try {
      return await this.renew();
    } catch (error) {
      if (current !== null && error instanceof CommonsError && error.retry) {
        return current;
      }
      throw error;
    }
  }

  /** Presents the token again; callers at the same time share one request. */
  renew(): Promise<Session> {
    this._pending ??= this._renew().finally(() => {
      this._pending = null;
    });
    return this._pending;
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    Signal.clearData(this);
  }

  private async _renew(): Promise<Session> {
    clearTimeout(this._timer);
    try {
      const session = await this._signIn(this._current?.session);
      this._current = session;
      this._attempt = 0;
      const ms = session.renewAfterSeconds * 1000;
      this._dueAt = Date.now() + ms;
      this._schedule(ms);
      this._granted.emit(session);
      return session;
    } catch (reason) {
      const error =
        reason instanceof CommonsError ? reason : new CommonsError('INTERNAL');
      if (error.retry) {
        this._schedule(backoffMs(this._attempt++));
      }
      this._failed.emit(error);
      throw error;
    }
  }

  private _schedule(ms: number): void {
    if (!this._isDisposed) {
      // The failure was told by the signal; nobody awaits a turn of the timer.
      this._timer = setTimeout(() => void this.renew().catch(() => null), ms);
    }
  }

  private _signIn: SignIn;
  private _current: Session | null = null;
  /** By our own clock, so that a wrong one does not matter. */
  private _dueAt = 0;
  private _attempt = 0;
  private _pending: Promise<Session> | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private _granted = new Signal<this, Session>(this);
  private _failed = new Signal<this, CommonsError>(this);
}

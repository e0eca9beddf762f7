import { CommonsError, type QuotaReport } from '@jupyterlab-commons/protocol';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import { readQuota } from '../client/quota';
import type { CompanionState, ICompanion } from '../tokens';
import { isCommonsError } from '../ui/problem-words';
import { ServerClock } from '../ui/server-clock';
import { reportOf, type QuotaState } from './state';

const EVERY_MS = 60_000;

/**
 * The person's quota. It is asked for when somebody begins to look, when there
 * is news, and each minute while somebody looks; else never.
 */
export class QuotaModel implements IDisposable {
  constructor(
    private readonly _companion: ICompanion,
    private readonly _now: () => number = Date.now
  ) {
    this._clock = new ServerClock(_now);
    _companion.stateChanged.connect(this._onCompanion, this);
    this._onCompanion(_companion, _companion.state);
  }

  get state(): QuotaState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** The newest report, also while the companion does not answer. */
  get report(): QuotaReport | null {
    return reportOf(this._state);
  }

  /** The companion's time; this page's own before the first answer. Milliseconds since 1970. */
  time = (): number =>
    this._heardAt === null ? this._now() : this._clock.time;

  /** Milliseconds since the report came. */
  get age(): number {
    return this._clock.age;
  }

  /** The server of this page, as the hub names it: `''` is the default one. Null before the sign-in. */
  get ownServer(): string | null {
    return this._ownServer;
  }

  /** Somebody looks, until the answer is disposed. */
  look = (): IDisposable => {
    this._lookers++;
    this._wait();
    return new DisposableDelegate(() => {
      this._lookers--;
      this._wait();
    });
  };

  /** What is known may be out of date: asked again now if somebody looks, else when somebody does. */
  expire(): void {
    this._isOld = true;
    this._wait();
  }

  /** Asks now. Resolves also when there is no answer; `state` says so. */
  async refresh(): Promise<void> {
    if (this._companion.state.kind === 'absent') {
      return;
    }
    const turn = ++this._turn;
    this._isOld = false;
    this._askedAt = this._now();
    const state = await this._ask();
    // An answer that was overtaken by a later question would bring back the past.
    if (turn === this._turn && !this._isDisposed) {
      this._setState(state);
    }
  }

  dispose(): void {
    this._isDisposed = true;
    clearTimeout(this._timer);
    this._companion.stateChanged.disconnect(this._onCompanion, this);
    Signal.clearData(this);
  }

  private async _ask(): Promise<QuotaState> {
    try {
      const report = await readQuota(this._companion);
      this._clock.heard(report.at, true);
      this._heardAt = report.at;
      return { kind: 'ready', report };
    } catch (reason) {
      const error = isCommonsError(reason)
        ? reason
        : new CommonsError('INTERNAL');
      const last = this.report;
      // A companion of an earlier version counts nothing.
      return error.code === 'NO_ROUTE' && last === null
        ? { kind: 'absent', reason: null }
        : { kind: 'failed', error, last };
    }
  }

  private _wait(): void {
    clearTimeout(this._timer);
    if (this._lookers === 0 || this._companion.state.kind === 'absent') {
      return;
    }
    const due = this._isOld ? 0 : this._askedAt + EVERY_MS - this._now();
    if (due <= 0) {
      void this.refresh().then(() => this._wait());
    } else if (this._state.kind !== 'absent') {
      this._timer = setTimeout(() => this._wait(), due);
    }
  }

  private _onCompanion(_: ICompanion, state: CompanionState): void {
    if (state.kind === 'absent') {
      this._setState({ kind: 'absent', reason: state.reason });
    } else if (state.kind === 'ready') {
      this._ownServer = state.session.server;
      if (this._state.kind === 'failed' || this._state.kind === 'absent') {
        this.expire();
      }
    }
  }

  private _setState(state: QuotaState): void {
    this._state = state;
    this._changed.emit();
  }

  private readonly _clock: ServerClock;
  private _state: QuotaState = { kind: 'loading' };
  private _ownServer: string | null = null;
  private _lookers = 0;
  private _turn = 0;
  private _askedAt = -Infinity;
  private _heardAt: number | null = null;
  private _isOld = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
  private readonly _changed = new Signal<this, void>(this);
}

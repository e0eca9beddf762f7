import {
  CommonsError,
  errorOfClose,
  mergePatch,
  usageFrame,
  usageSample,
  type UsageHistory,
  type UsageSample
} from '@jupyterlab-commons/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { UsageState } from '../tokens';
import { backoffMs } from './backoff';
import type { LiveHistory } from './usage-history';

export type UsageView = 'none' | 'status' | 'panel';

/** Nobody looks, or the page is hidden: kept open so long, to be back at once. */
const UNSEEN_MS = 5 * 60_000;
/** Figures come every five seconds at least; a laptop that slept hears nothing. */
const SILENT_MS = 30_000;
/** A socket that lived so long was well. */
const WELL_MS = 30_000;
/** So many losses in a row are more than a hiccup. */
const FAILED_AFTER = 3;
/** A server that has never sent a figure is likely to have none. */
const ABSENT_MS = 5 * 60_000;
const OPEN = 1;

/** The one WebSocket to `commons/usage` of the own server, open while somebody looks. */
export class UsageStream implements IDisposable {
  constructor(private readonly _settings: ServerConnection.ISettings) {
    document.addEventListener('visibilitychange', this._onVisibility);
  }

  get state(): UsageState {
    return this._state;
  }

  get stateChanged(): ISignal<this, UsageState> {
    return this._stateChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  setView(view: UsageView): void {
    this._view = view;
    this._follow();
  }

  scanHome(): void {
    this._send({ scan: true });
  }

  dispose(): void {
    this._isDisposed = true;
    document.removeEventListener('visibilitychange', this._onVisibility);
    clearTimeout(this._unseen);
    clearTimeout(this._retry);
    this._drop();
    Signal.clearData(this);
  }

  private get _wanted(): UsageView {
    return document.visibilityState === 'hidden' ? 'none' : this._view;
  }

  /** Brings the socket in step with who looks. */
  private _follow(): void {
    clearTimeout(this._unseen);
    if (this._wanted === 'none') {
      this._unseen = setTimeout(() => this._drop(), UNSEEN_MS);
    } else {
      this._open();
    }
    this._tell();
  }

  private _onVisibility = (): void => {
    // Who comes back to the page does not wait for the next turn.
    clearTimeout(this._retry);
    this._retry = undefined;
    this._follow();
  };

  private _open(): void {
    if (
      this._socket !== null ||
      this._retry !== undefined ||
      this._isDisposed
    ) {
      return;
    }
    const { WebSocket, wsUrl, appendToken, token } = this._settings;
    const url = URLExt.join(wsUrl, 'commons', 'usage');
    const proof =
      appendToken && token !== '' ? `?token=${encodeURIComponent(token)}` : '';
    const socket = new WebSocket(url + proof);
    this._socket = socket;
    this._openedAt = Date.now();
    this._said = 'none';
    this._json = undefined;
    socket.onopen = () => this._tell();
    socket.onmessage = event => this._onMessage(String(event.data));
    socket.onclose = ({ code, reason }) => {
      const known = code >= 4400 ? errorOfClose(code, reason) : null;
      this._lost(new CommonsError(known ?? 'USAGE_LOST'));
    };
    this._expect();
  }

  private _send(request: { view?: UsageView; scan?: boolean }): void {
    if (this._socket?.readyState === OPEN) {
      this._socket.send(JSON.stringify(request));
    }
  }

  /** Says how often figures are wanted, once. */
  private _tell(): void {
    const view = this._wanted;
    if (this._socket?.readyState !== OPEN || view === this._said) {
      return;
    }
    if (view === 'panel' && this._code === null) {
      // What keeps a history must be here before the first one comes.
      void import('./usage-history').then(
        code => {
          this._code = code;
          this._tell();
        },
        () => this._lost(new CommonsError('PAGE_TOO_OLD'))
      );
      return;
    }
    this._said = view;
    this._send({ view });
    this._expect();
  }

  /** Counts the silence while figures should come. */
  private _expect(): void {
    clearTimeout(this._silent);
    if (this._wanted !== 'none') {
      this._silent = setTimeout(
        () => this._lost(new CommonsError('USAGE_LOST')),
        SILENT_MS
      );
    }
  }

  private _onMessage(data: string): void {
    this._expect();
    try {
      const json: unknown = JSON.parse(data);
      const { full, patch, history } = usageFrame(json);
      if (history !== undefined && this._code !== null) {
        this._history = new this._code.LiveHistory(history);
      }
      if (full !== undefined) {
        this._json = (json as { full: unknown }).full;
        this._onSample(full);
      } else if (patch !== undefined) {
        // Of what came before; without that it does not decode.
        this._json = mergePatch(this._json, patch);
        this._onSample(usageSample(this._json));
      } else if (history !== undefined && this._sample !== null) {
        this._setReady(this._sample);
      }
    } catch {
      // Another version of the server, or a frame was lost: a full one mends it.
      this._lost(new CommonsError('PAGE_TOO_OLD'));
    }
  }

  private _onSample(sample: UsageSample): void {
    this._sample = sample;
    this._history?.add(sample);
    this._setReady(sample);
  }

  private _lost(error: CommonsError): void {
    if (this._isDisposed) {
      return;
    }
    this._drop();
    if (Date.now() - this._openedAt > WELL_MS) {
      this._losses = 0;
    }
    this._losses++;
    const hasFailed = this._losses >= FAILED_AFTER;
    if (hasFailed) {
      const { _sample: last } = this;
      this._setState({ kind: 'failed', error, last, history: this._past });
    }
    const wait =
      hasFailed && (this._sample === null || !error.retry)
        ? backoffMs(16, ABSENT_MS)
        : backoffMs(this._losses - 1);
    this._retry = setTimeout(() => {
      this._retry = undefined;
      if (this._wanted !== 'none') {
        this._open();
      }
    }, wait);
  }

  private _drop(): void {
    clearTimeout(this._silent);
    const socket = this._socket;
    this._socket = null;
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  private get _past(): UsageHistory | null {
    return this._history?.current ?? null;
  }

  private _setReady(sample: UsageSample): void {
    this._setState({ kind: 'ready', sample, history: this._past });
  }

  private _setState(state: UsageState): void {
    this._state = state;
    this._stateChanged.emit(state);
  }

  private _state: UsageState = { kind: 'connecting' };
  private _view: UsageView = 'none';
  /** The view that the server was told last. */
  private _said: UsageView = 'none';
  private _socket: WebSocket | null = null;
  private _openedAt = 0;
  private _losses = 0;
  /** The last sample as it came, which patches are of. */
  private _json: unknown;
  private _sample: UsageSample | null = null;
  private _code: { LiveHistory: typeof LiveHistory } | null = null;
  private _history: LiveHistory | null = null;
  private _isDisposed = false;
  private _unseen: ReturnType<typeof setTimeout> | undefined;
  private _retry: ReturnType<typeof setTimeout> | undefined;
  private _silent: ReturnType<typeof setTimeout> | undefined;
  private readonly _stateChanged = new Signal<this, UsageState>(this);
}

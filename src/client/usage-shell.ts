import type { ServerConnection } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { IUsage, UsageState } from '../tokens';
import { pageTooOld } from './page-too-old';
import type { UsageStream } from './usage-stream';

/**
 * Stands for the stream from the start, and fetches its code when somebody looks
 * and the page has come up.
 */
export class UsageShell implements IUsage {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    private readonly _restored: Promise<unknown>
  ) {}

  get state(): UsageState {
    return this._state;
  }

  get stateChanged(): ISignal<this, UsageState> {
    return this._stateChanged;
  }

  look(view: 'status' | 'panel'): IDisposable {
    const looker = { view };
    this._lookers.add(looker);
    this._tell();
    return new DisposableDelegate(() => {
      this._lookers.delete(looker);
      this._tell();
    });
  }

  scanHome(): void {
    this._stream?.scanHome();
  }

  private _tell(): void {
    const views = [...this._lookers].map(each => each.view);
    if (this._stream !== null) {
      this._stream.setView(
        views.includes('panel') ? 'panel' : (views[0] ?? 'none')
      );
    } else if (views.length > 0 && !this._loading) {
      this._loading = true;
      void this._load();
    }
  }

  private async _load(): Promise<void> {
    try {
      await this._restored;
      const { UsageStream } = await import('./client-code');
      const stream = new UsageStream(this._settings);
      stream.stateChanged.connect((_, state) => this._setState(state));
      this._stream = stream;
      this._tell();
    } catch {
      // After an update of the server the old files are gone; reloading helps.
      this._loading = false;
      const error = pageTooOld();
      this._setState({ kind: 'failed', error, last: null, history: null });
    }
  }

  private _setState(state: UsageState): void {
    this._state = state;
    this._stateChanged.emit(state);
  }

  private readonly _lookers = new Set<{ view: 'status' | 'panel' }>();
  private _state: UsageState = { kind: 'connecting' };
  private _stream: UsageStream | null = null;
  private _loading = false;
  private readonly _stateChanged = new Signal<this, UsageState>(this);
}

import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';
import type { ILiveDocuments, ILiveEntry } from '../tokens';

export type FollowedContext = Pick<
  DocumentRegistry.IContext<DocumentRegistry.IModel>,
  'path' | 'pathChanged'
>;

/**
 * The live entry behind a panel, whenever it comes: a document is connected
 * after its panel is made, may get another name, and may be opened anew. Null
 * for the panel of a plain file.
 */
export class EntryFollower implements IDisposable {
  constructor(live: ILiveDocuments, context: FollowedContext) {
    this._live = live;
    this._context = context;
    live.entryAdded.connect(this._look, this);
    context.pathChanged.connect(this._look, this);
    this._look();
  }

  get entry(): ILiveEntry | null {
    return this._entry;
  }

  /** The entry is another one, or what it says is new. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    Signal.disconnectReceiver(this);
    Signal.clearData(this);
  }

  private _look(): void {
    const found = this._live.entryOf(this._context.path);
    if (found === this._entry) {
      return;
    }
    this._entry?.changed.disconnect(this._onChanged, this);
    this._entry?.disposed.disconnect(this._look, this);
    this._entry = found;
    found?.changed.connect(this._onChanged, this);
    found?.disposed.connect(this._look, this);
    this._changed.emit();
  }

  private _onChanged(): void {
    this._changed.emit();
  }

  private readonly _live: ILiveDocuments;
  private readonly _context: FollowedContext;
  private _entry: ILiveEntry | null = null;
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
}

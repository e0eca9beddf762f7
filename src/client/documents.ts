import {
  CommonsError,
  documentInfo,
  documentList,
  type DocumentInfo,
  type EventMessage
} from '@jupyterlab-commons/protocol';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';
import type { CompanionState, ICompanion, IDocuments } from '../tokens';

export type Invitation = { document: DocumentInfo; by: string };

/** The list of documents: asked for when the companion is ready, kept by its events. */
export class Documents implements IDocuments, IDisposable {
  constructor(companion: ICompanion) {
    this._companion = companion;
    companion.stateChanged.connect(this._onState, this);
    companion.events.connect(this._onEvent, this);
  }

  get list(): readonly DocumentInfo[] | null {
    return this._list;
  }

  get listChanged(): ISignal<this, void> {
    return this._listChanged;
  }

  get invited(): ISignal<this, Invitation> {
    return this._invited;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  async find(id: string): Promise<DocumentInfo> {
    const known = this._list?.find(each => each.id === id);
    if (known !== undefined) {
      return known;
    }
    // Asking for a document by its link joins it, so it belongs in the list.
    const found = await this._companion.call('getDocument', {
      parts: { id },
      answer: documentInfo
    });
    if (this._list !== null) {
      this._put(found);
    }
    return found;
  }

  async refresh(): Promise<void> {
    const turn = ++this._turn;
    const { documents } = await this._companion.call('listDocuments', {
      answer: documentList
    });
    // An answer that was overtaken by a later question would bring back the past.
    if (turn === this._turn && !this._isDisposed) {
      this._list = documents;
      this._listChanged.emit();
    }
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  private _onState(_: ICompanion, state: CompanionState): void {
    const wasReady = this._ready;
    this._ready = state.kind === 'ready';
    if (this._ready && !wasReady) {
      void this.refresh().catch(this._quietly);
    }
  }

  private _onEvent(_: ICompanion, message: EventMessage): void {
    const { type, document, by, id, present } = message;
    switch (type) {
      case 'invited':
        if (document !== undefined) {
          this._put(document);
          this._invited.emit({
            document,
            by: by?.displayName || document.owner.displayName
          });
        }
        break;
      case 'changed':
        if (document !== undefined) {
          this._put(document);
        }
        break;
      case 'removed':
        this._replace(id, () => null);
        break;
      case 'presence':
        this._replace(id, known => ({
          ...known,
          present: present ?? known.present
        }));
        break;
      case 'hello':
      case 'quota':
        break;
    }
  }

  private _put(document: DocumentInfo): void {
    if (this._list === null) {
      return;
    }
    const rest = this._list.filter(each => each.id !== document.id);
    const known = rest.length < this._list.length;
    this._list = known
      ? this._list.map(each => (each.id === document.id ? document : each))
      : [document, ...rest];
    this._listChanged.emit();
  }

  private _replace(
    id: string | undefined,
    change: (known: DocumentInfo) => DocumentInfo | null
  ): void {
    if (this._list === null || !this._list.some(each => each.id === id)) {
      return;
    }
    this._list = this._list.flatMap(each =>
      each.id === id ? (change(each) ?? []) : each
    );
    this._listChanged.emit();
  }

  private _quietly = (error: unknown): void => {
    // The next `hello` asks again; the companion's own state tells the user.
    if (!(error instanceof CommonsError)) {
      console.error(error);
    }
  };

  private _companion: ICompanion;
  private _list: readonly DocumentInfo[] | null = null;
  private _ready = false;
  private _turn = 0;
  private _isDisposed = false;
  private _listChanged = new Signal<this, void>(this);
  private _invited = new Signal<this, Invitation>(this);
}

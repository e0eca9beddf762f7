import type { CommonsError, DocumentInfo } from '@jupyterlab-commons/protocol';
import { type ISignal, Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import type { ICompanion, IDocuments } from '../tokens';

/** With more documents than this, finding one by eye is slower than typing. */
const SEARCH_FROM = 10;

export type DocumentLists = {
  withMe: readonly DocumentInfo[];
  byMe: readonly DocumentInfo[];
};

/**
 * What the panel can show. A failure keeps the last lists on the screen.
 */
export type SessionsState =
  | { kind: 'loading' }
  | ({ kind: 'ready' } & DocumentLists)
  | { kind: 'empty' }
  | { kind: 'absent'; reason: string }
  | { kind: 'failed'; error: CommonsError; last: DocumentLists | null };

/** The documents shared with and by this person, and which of them are news. */
export class SessionsModel implements IDisposable {
  constructor(options: { companion: ICompanion; documents: IDocuments }) {
    this._companion = options.companion;
    this._documents = options.documents;
    this._companion.stateChanged.connect(this._onChanged, this);
    this._documents.listChanged.connect(this._onChanged, this);
    this._documents.invited.connect(this._onInvited, this);
  }

  get state(): SessionsState {
    const { state } = this._companion;
    const lists = this._lists();
    switch (state.kind) {
      case 'absent':
        return { kind: 'absent', reason: state.reason };
      case 'failed':
        return { kind: 'failed', error: state.error, last: lists };
      case 'connecting':
      case 'ready':
        if (lists === null) {
          return { kind: 'loading' };
        }
        return this._count === 0
          ? { kind: 'empty' }
          : { kind: 'ready', ...lists };
    }
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether there is enough to search in. */
  get searchable(): boolean {
    return this._count > SEARCH_FROM;
  }

  /** Shows only documents whose name or owner contains it. */
  get query(): string {
    return this._query;
  }

  search(query: string): void {
    this._query = query;
    this._changed.emit();
  }

  /** Invitations since the panel was last looked at, of documents still shared. */
  get newsCount(): number {
    const list = this._documents.list ?? [];
    return list.filter(each => this._news.has(each.id)).length;
  }

  isNews(id: string): boolean {
    return this._news.has(id);
  }

  markSeen(): void {
    if (this._news.size > 0) {
      this._news.clear();
      this._changed.emit();
    }
  }

  retry(): void {
    this._companion.retry();
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      Signal.clearData(this);
    }
  }

  private get _count(): number {
    return this._documents.list?.length ?? 0;
  }

  private _lists(): DocumentLists | null {
    const { list } = this._documents;
    if (list === null) {
      return null;
    }
    const wanted = this.searchable ? this._query.trim().toLowerCase() : '';
    const found = list.filter(({ name, owner }) =>
      [name, owner.user, owner.displayName].some(text =>
        text.toLowerCase().includes(wanted)
      )
    );
    return {
      withMe: found.filter(each => each.role !== 'owner'),
      byMe: found.filter(each => each.role === 'owner')
    };
  }

  private _onChanged(): void {
    this._changed.emit();
  }

  private _onInvited(
    _: IDocuments,
    invitation: { document: DocumentInfo }
  ): void {
    this._news.add(invitation.document.id);
    this._changed.emit();
  }

  private readonly _companion: ICompanion;
  private readonly _documents: IDocuments;
  private _news = new Set<string>();
  private _query = '';
  private _isDisposed = false;
  private _changed = new Signal<this, void>(this);
}

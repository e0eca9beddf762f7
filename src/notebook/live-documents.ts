import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import { CommonsError, type DocumentInfo } from '@jupyterlab-commons/protocol';
import { Signal, type ISignal } from '@lumino/signaling';
import type {
  ICompanion,
  IDocuments,
  ILiveDocuments,
  ILiveEntry
} from '../tokens';
import { LiveEntry } from './live-entry';
import { LiveFile } from './live-file';
import { LiveNotebook } from './live-notebook';
import { idOfPath } from './id-of-path';
import { nameOfPath, pathOfDocument } from './paths';
import { LiveProvider } from './provider';

/** A document whose shared model exists, from before its entry does. */
export type Opening = {
  readonly id: string;
  path: string;
  readonly document: LiveNotebook | LiveFile;
  /** Rejects when the companion refuses the document. */
  readonly entry: Promise<LiveEntry>;
};

export interface ILiveDocumentsOptions {
  companion: ICompanion;
  documents: IDocuments;
  manager: IDocumentManager;
}

/** Makes shared models, connects them, and knows what is open. */
export class LiveDocuments implements ILiveDocuments {
  constructor(options: ILiveDocumentsOptions) {
    this._options = options;
    options.documents.listChanged.connect(this._onListChanged, this);
  }

  get entries(): Iterable<LiveEntry> {
    return this._entries;
  }

  get entryAdded(): ISignal<this, ILiveEntry> {
    return this._entryAdded;
  }

  /** Whether leaving the page now would lose an edit, in a closed tab too. */
  get unsaved(): boolean {
    return [...this._providers].some(provider => provider.unsaved);
  }

  async open(id: string): Promise<IDocumentWidget | undefined> {
    const info = await this._options.documents.find(id);
    return this._options.manager.openOrReveal(
      this.openPathOf(id) || pathOfDocument(info)
    );
  }

  /** The path under which a document is open now; empty when it is not. */
  openPathOf(id: string): string {
    return this._openings.find(each => each.id === id)?.path ?? '';
  }

  entryOf(path: string): LiveEntry | null {
    return (
      this._entries.find(each => each.path === path) ??
      this._entries.find(each => each.info.id === idOfPath(path)) ??
      null
    );
  }

  pathOf(document: Pick<DocumentInfo, 'id' | 'name' | 'type'>): string {
    return pathOfDocument(document);
  }

  /** The shared model behind a path whose panel exists already. */
  openingOf(path: string): Opening | null {
    const id = idOfPath(path);
    return this._openings.find(each => each.id === id) ?? null;
  }

  /** The entry of a document that is open or about to be; rejects with the refusal. */
  whenEntry(path: string): Promise<LiveEntry> {
    return (
      this.openingOf(path)?.entry ??
      Promise.reject(new CommonsError('NOT_FOUND'))
    );
  }

  /** The document has a new path; answers the one it was open under, if it was. */
  moveTo(id: string, path: string): string | null {
    const opening = this._openings.find(each => each.id === id);
    const before = opening?.path ?? null;
    if (opening !== undefined) {
      opening.path = path;
    }
    for (const entry of this._entries) {
      if (entry.info.id === id) {
        entry.path = path;
      }
    }
    return before;
  }

  /**
   * A shared model for a panel that is being made, connected as soon as the
   * companion says what it is; undefined when the editor is of the wrong kind.
   */
  createShared({
    path,
    contentType
  }: Contents.ISharedFactoryOptions): LiveNotebook | LiveFile | undefined {
    const id = idOfPath(path);
    const isNotebook = nameOfPath(path).toLowerCase().endsWith('.ipynb');
    if (id === null || isNotebook !== (contentType === 'notebook')) {
      return undefined;
    }
    const document = isNotebook ? new LiveNotebook() : new LiveFile();
    const entry = this._connect(id, path, document);
    // Whoever opens the document asks for it and hears of a refusal there.
    entry.catch(() => null);
    const opening = { id, path, document, entry };
    this._openings.push(opening);
    document.disposed.connect(() => {
      this._openings = this._openings.filter(each => each !== opening);
    });
    return document;
  }

  private async _connect(
    id: string,
    path: string,
    document: LiveNotebook | LiveFile
  ): Promise<LiveEntry> {
    const { documents, companion } = this._options;
    const info = await documents.find(id);
    if (document.isDisposed) {
      throw new CommonsError('STOPPING');
    }
    if ((info.type === 'notebook') !== document instanceof LiveNotebook) {
      throw new CommonsError('NOT_FOUND');
    }
    const entry = new LiveEntry(path, info, document.awareness);
    const provider = new LiveProvider({ companion, entry, document });
    this._entries = [...this._entries, entry];
    this._providers.add(provider);
    document.disposed.connect(() => {
      this._entries = this._entries.filter(each => each !== entry);
      provider.dispose();
      entry.dispose();
      this._sweep();
    });
    this._entryAdded.emit(entry);
    return entry;
  }

  private _sweep(): void {
    for (const provider of this._providers) {
      if (provider.isDisposed) {
        this._providers.delete(provider);
      }
    }
  }

  private _onListChanged(): void {
    const list = this._options.documents.list ?? [];
    for (const entry of this._entries) {
      const info = list.find(each => each.id === entry.info.id);
      if (info !== undefined) {
        entry.update({ info });
      }
    }
  }

  private _options: ILiveDocumentsOptions;
  private _openings: Opening[] = [];
  private _entries: LiveEntry[] = [];
  private _providers = new Set<LiveProvider>();
  private _entryAdded = new Signal<this, ILiveEntry>(this);
}

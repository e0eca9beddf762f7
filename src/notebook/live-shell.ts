import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents, ServiceManager } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { Signal, type ISignal } from '@lumino/signaling';
import type {
  ICompanion,
  IDocuments,
  ILiveDocuments,
  ILiveEntry
} from '../tokens';
import type { LiveDrive } from './drive';
import { loadLiveCode } from './lazy';
import type { LiveDocuments } from './live-documents';
import { pathOfDocument } from './paths';

export interface ILiveShellOptions {
  companion: ICompanion;
  documents: IDocuments;
  manager: IDocumentManager;
  services: ServiceManager.IManager;
  trans: TranslationBundle;
}

/** What exists once the code of live documents is here. */
export type LiveParts = {
  live: LiveDocuments;
  drive: LiveDrive;
};

/** Stands for live documents from the start, and fetches their code when it is needed. */
export class LiveShell implements ILiveDocuments {
  constructor(options: ILiveShellOptions) {
    this._options = options;
  }

  /** Null until the first live document was asked for. */
  get parts(): LiveParts | null {
    return this._parts;
  }

  get entries(): Iterable<ILiveEntry> {
    return this._parts?.live.entries ?? [];
  }

  get entryAdded(): ISignal<this, ILiveEntry> {
    return this._entryAdded;
  }

  /** What a drive tells of its files. */
  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  async open(id: string): Promise<IDocumentWidget | undefined> {
    const { live } = await this.load();
    return live.open(id);
  }

  entryOf(path: string): ILiveEntry | null {
    return this._parts?.live.entryOf(path) ?? null;
  }

  pathOf(document: Pick<DocumentInfo, 'id' | 'name' | 'type'>): string {
    return pathOfDocument(document);
  }

  load(): Promise<LiveParts> {
    this._loading ??= this._load().catch(reason => {
      // After an update of the server the old files are gone; reloading helps.
      this._loading = null;
      throw reason;
    });
    return this._loading;
  }

  private async _load(): Promise<LiveParts> {
    const code = await loadLiveCode();
    const { companion, documents, manager, services, trans } = this._options;
    const { contents } = services;
    const live = new code.LiveDocuments({ companion, documents, manager });
    const drive = new code.LiveDrive({
      companion,
      documents,
      live,
      contents,
      trans
    });
    live.entryAdded.connect((_, entry) => this._entryAdded.emit(entry));
    drive.fileChanged.connect((_, change) => this._fileChanged.emit(change));
    this._parts = { live, drive };
    return this._parts;
  }

  private _options: ILiveShellOptions;
  private _parts: LiveParts | null = null;
  private _loading: Promise<LiveParts> | null = null;
  private _entryAdded = new Signal<this, ILiveEntry>(this);
  private _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

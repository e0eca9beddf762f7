import { PathExt } from '@jupyterlab/coreutils';
import { ServerConnection, type Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  CommonsError,
  documentInfo,
  type DocumentInfo
} from '@jupyterlab-commons/protocol';
import { Signal, type ISignal } from '@lumino/signaling';
import type { ICompanion, IDocuments, ILiveEntry } from '../tokens';
import type { LiveDocuments } from './live-documents';
import type { LiveEntry } from './live-entry';
import { isOnOwnersServer } from '../client/own-server';
import { idOfPath } from './id-of-path';
import { DRIVE, localPathOf, nameOfPath } from './paths';

/** How long a document may take to arrive, or an edit to be saved, before it is said. */
const PATIENCE_MS = 8000;
/** The same for ever, or JupyterLab would take each save for a change from outside. */
const MOMENT = new Date(0).toISOString();

export interface ILiveDriveOptions {
  companion: ICompanion;
  documents: IDocuments;
  live: LiveDocuments;
  /** The files of this page's own server. */
  contents: Pick<Contents.IManager, 'getDownloadUrl'>;
  trans: TranslationBundle;
}

/** A refusal in words, with the status that JupyterLab's own code looks at. */
class DriveError extends Error {
  constructor(
    message: string,
    readonly response: { status: number }
  ) {
    super(message);
  }
}

/**
 * The drive of live documents. It gives no content: that comes by the shared
 * model, and JupyterLab would put what `get` returns over it.
 */
export class LiveDrive implements Contents.IDrive {
  constructor(options: ILiveDriveOptions) {
    this._options = options;
    const { live } = options;
    this.sharedModelFactory = {
      collaborative: true,
      createNew: options => live.createShared(options)
    };
    options.documents.listChanged.connect(this._onListChanged, this);
    live.entryAdded.connect(this._onEntryAdded, this);
  }

  readonly name = DRIVE;
  readonly serverSettings = ServerConnection.makeSettings();
  readonly sharedModelFactory: Contents.ISharedFactory;

  get fileChanged(): ISignal<this, Contents.IChangedArgs> {
    return this._fileChanged;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  async get(
    localPath: string,
    { content = false }: Contents.IFetchOptions = {}
  ): Promise<Contents.IModel> {
    const { companion, live, trans } = this._options;
    if (companion.state.kind === 'absent') {
      throw new DriveError(companion.state.reason, { status: 404 });
    }
    const id = idOfPath(localPath);
    if (id === null || localPath === id) {
      return this._listing(localPath, id);
    }
    if (!content) {
      return this._describe(localPath, id);
    }
    if (live.openingOf(localPath) === null) {
      throw new DriveError(
        trans.__(
          'This live document cannot be opened with that editor. Open it with the one it is made for: a notebook as notebook, a text as text.'
        ),
        { status: 400 }
      );
    }
    const { info, role } = await this._arrival(localPath);
    return this._file(localPath, info, role !== 'view');
  }

  async save(
    localPath: string,
    options: Partial<Contents.IModel> = {}
  ): Promise<Contents.IModel> {
    const { live, trans } = this._options;
    const entry = live.entryOf(localPath);
    if (entry === null) {
      throw new DriveError(
        trans.__(
          'New files cannot be made among live documents. Use "Save a Copy in My Files" instead.'
        ),
        { status: 400 }
      );
    }
    await entry.flush(PATIENCE_MS).catch(this._explain);
    const model = this._file(localPath, entry.info, entry.role !== 'view');
    this._fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return { ...model, format: options.format ?? model.format };
  }

  async rename(
    oldLocalPath: string,
    newLocalPath: string
  ): Promise<Contents.IModel> {
    const id = this._idOf(oldLocalPath);
    const info = await this._options.companion
      .call('renameDocument', {
        parts: { id },
        body: { name: nameOfPath(newLocalPath) },
        answer: documentInfo
      })
      .catch(this._explain);
    this._renamed(info);
    return this._file(newLocalPath, info, info.role !== 'view');
  }

  /**
   * Pictures beside the notebook lie on the owner's server, so its page shows
   * them; on other pages they stay empty until they travel with the document.
   */
  async getDownloadUrl(localPath: string): Promise<string> {
    const { contents, live, trans } = this._options;
    const info = live.entryOf(localPath)?.info;
    const [id = '', ...beside] = localPath.split('/');
    if (live.openPathOf(id) === `${DRIVE}:${localPath}`) {
      throw this._refuse(
        trans.__(
          'A live document has no address to download from. Use "Save a Copy in My Files", then download the copy.'
        )
      );
    }
    if (!info?.path || !isOnOwnersServer(info)) {
      return 'data:,';
    }
    const path = PathExt.join(PathExt.dirname(info.path), ...beside);
    // Anybody may write a picture's path; above the root are routes, not files.
    return path.startsWith('..') ? 'data:,' : contents.getDownloadUrl(path);
  }

  async newUntitled(): Promise<Contents.IModel> {
    throw this._refuse(
      this._options.trans.__(
        'Make the file among your own files, then share it.'
      )
    );
  }

  async delete(): Promise<void> {
    throw this._refuse(
      this._options.trans.__(
        'A live document is not deleted. As its owner, stop sharing it: the file stays yours. Otherwise leave it, in the Share dialog.'
      )
    );
  }

  async copy(): Promise<Contents.IModel> {
    throw this._refuse(
      this._options.trans.__(
        'To keep a copy, open the document and use "Save a Copy in My Files".'
      )
    );
  }

  /** The companion saves every edit, so there is nothing to mark; "Save" asks for one. */
  async createCheckpoint(): Promise<Contents.ICheckpointModel> {
    return { id: 'live', last_modified: new Date().toISOString() };
  }

  async listCheckpoints(): Promise<Contents.ICheckpointModel[]> {
    return [];
  }

  async restoreCheckpoint(): Promise<void> {
    throw this._refuse(
      this._options.trans.__('Live documents have no checkpoints yet.')
    );
  }

  async deleteCheckpoint(): Promise<void> {
    // There are none.
  }

  /** Tells JupyterLab when a person may now write, or no longer. */
  private _onEntryAdded(_: LiveDocuments, entry: ILiveEntry): void {
    let writable = entry.role !== 'view';
    entry.changed.connect(() => {
      if (writable !== (entry.role !== 'view')) {
        writable = !writable;
        const { info } = entry;
        const path = this._options.live.openPathOf(info.id);
        this._fileChanged.emit({
          type: 'save',
          oldValue: null,
          newValue: this._file(path.slice(DRIVE.length + 1), info, writable)
        });
      }
    });
  }

  /** Waits for the document itself, not longer than a person would. */
  private async _arrival(localPath: string): Promise<LiveEntry> {
    const { live } = this._options;
    let entry: LiveEntry | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const arrived = live.whenEntry(localPath).then(async found => {
      entry = found;
      await found.synced;
      return found;
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(entry?.problem ?? new CommonsError('STOPPING')),
        PATIENCE_MS
      );
    });
    return Promise.race([arrived, late])
      .catch(this._explain)
      .finally(() => clearTimeout(timer));
  }

  private async _describe(
    localPath: string,
    id: string
  ): Promise<Contents.IModel> {
    const { documents, live } = this._options;
    const known =
      live.entryOf(localPath)?.info ??
      documents.list?.find(each => each.id === id);
    if (known === undefined && documents.list === null) {
      // JupyterLab restores its tabs before it is ready; waiting for the
      // companion here would hold up all of it.
      return this._file(localPath, null, true);
    }
    const info = known ?? (await documents.find(id).catch(this._explain));
    return this._file(localPath, info, info.role !== 'view');
  }

  private _listing(localPath: string, id: string | null): Contents.IModel {
    if (id === null && localPath.replace(/^\/+/, '') !== '') {
      throw new DriveError(new CommonsError('NOT_FOUND').message, {
        status: 404
      });
    }
    const { documents } = this._options;
    const content = (documents.list ?? [])
      .filter(info => id === null || info.id === id)
      .map(info =>
        this._file(
          localPathOf(info.id, info.name, info.type),
          info,
          info.role !== 'view'
        )
      );
    return {
      ...this._file(localPath, null, false),
      type: 'directory',
      format: 'json',
      content
    };
  }

  private _file(
    localPath: string,
    info: DocumentInfo | null,
    writable: boolean
  ): Contents.IModel {
    const name = nameOfPath(localPath);
    const isNotebook = name.toLowerCase().endsWith('.ipynb');
    return {
      name,
      path: localPath,
      type: isNotebook ? 'notebook' : 'file',
      writable,
      created: info?.createdAt ?? MOMENT,
      last_modified: MOMENT,
      mimetype: isNotebook ? '' : 'text/plain',
      format: null,
      content: null
    };
  }

  private _onListChanged(): void {
    for (const info of this._options.documents.list ?? []) {
      this._renamed(info);
    }
  }

  /** A new name of an open document reaches its tab, whoever gave it. */
  private _renamed(info: DocumentInfo): void {
    const before = this._names.get(info.id);
    const now = localPathOf(info.id, info.name, info.type);
    this._names.set(info.id, now);
    if (before === undefined || before === now) {
      return;
    }
    const open = this._options.live.moveTo(info.id, `${DRIVE}:${now}`);
    this._fileChanged.emit({
      type: 'rename',
      oldValue: { path: open?.slice(DRIVE.length + 1) ?? before },
      newValue: this._file(now, info, info.role !== 'view')
    });
  }

  private _idOf(localPath: string): string {
    const id = idOfPath(localPath);
    if (id === null) {
      throw new DriveError(new CommonsError('NOT_FOUND').message, {
        status: 404
      });
    }
    return id;
  }

  private _refuse(message: string): DriveError {
    return new DriveError(message, { status: 400 });
  }

  /** JupyterLab shows the message as it stands; the text comes from our own table. */
  private _explain = (reason: unknown): never => {
    const error =
      reason instanceof CommonsError ? reason : new CommonsError('INTERNAL');
    throw new DriveError(error.message, { status: error.status });
  };

  private _options: ILiveDriveOptions;
  private _names = new Map<string, string>();
  private _isDisposed = false;
  private _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

import { ServerConnection, type Contents } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';
import type { LiveShell } from './live-shell';
import { DRIVE } from './paths';

type Drive = Contents.IDrive;

/**
 * The drive as JupyterLab knows it from the start; what it does is in
 * `drive.ts`. JupyterLab asks `get` for a file before it opens it, so the code
 * has come when a shared model is wanted, which cannot wait.
 */
export class DriveShell implements Drive {
  constructor(private readonly _shell: LiveShell) {
    _shell.fileChanged.connect((_, change) => this._fileChanged.emit(change));
    this.sharedModelFactory = {
      collaborative: true,
      createNew: options => _shell.parts?.live.createShared(options)
    };
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

  get: Drive['get'] = async (...args) => (await this._drive()).get(...args);
  save: Drive['save'] = async (...args) => (await this._drive()).save(...args);
  rename: Drive['rename'] = async (...args) =>
    (await this._drive()).rename(...args);
  getDownloadUrl: Drive['getDownloadUrl'] = async (...args) =>
    (await this._drive()).getDownloadUrl(...args);
  newUntitled: Drive['newUntitled'] = async () =>
    (await this._drive()).newUntitled();
  delete: Drive['delete'] = async () => (await this._drive()).delete();
  copy: Drive['copy'] = async () => (await this._drive()).copy();
  createCheckpoint: Drive['createCheckpoint'] = async () =>
    (await this._drive()).createCheckpoint();
  listCheckpoints: Drive['listCheckpoints'] = async () =>
    (await this._drive()).listCheckpoints();
  restoreCheckpoint: Drive['restoreCheckpoint'] = async () =>
    (await this._drive()).restoreCheckpoint();
  deleteCheckpoint: Drive['deleteCheckpoint'] = async () =>
    (await this._drive()).deleteCheckpoint();

  private async _drive(): Promise<NonNullable<LiveShell['parts']>['drive']> {
    return (await this._shell.load()).drive;
  }

  private _isDisposed = false;
  private _fileChanged = new Signal<this, Contents.IChangedArgs>(this);
}

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { IDisposable } from '@lumino/disposable';
import { isOnOwnersServer } from '../client/own-server';
import type { ILiveDocuments } from '../tokens';
import type { Place } from './state';

export type FollowParts = {
  shell: JupyterFrontEnd.IShell;
  manager: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  live: ILiveDocuments | null;
};

/**
 * Says which file is in front, or else which folder the file browser shows. What
 * is no document changes nothing: a comparison may be about the document that was
 * in front before, and a launcher opens late, over what somebody asked for.
 */
export class Follower implements IDisposable {
  constructor(
    private readonly _parts: FollowParts,
    private readonly _go: (place: Place | null) => void
  ) {
    const { shell, browser } = _parts;
    shell.currentChanged?.connect(this._onCurrent, this);
    browser?.model.pathChanged.connect(this._onFolder, this);
    this._onCurrent();
    if (this._context === null) {
      this._goToFolder();
    }
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    const { shell, browser } = this._parts;
    this._isDisposed = true;
    shell.currentChanged?.disconnect(this._onCurrent, this);
    browser?.model.pathChanged.disconnect(this._onFolder, this);
    this._hold(null);
  }

  private _onCurrent(): void {
    const { shell, manager } = this._parts;
    const widget = shell.currentWidget;
    const context = widget ? manager.contextForWidget(widget) : undefined;
    if (context && this._fileOf(context.path) !== null) {
      this._hold(context);
      this._onPath();
    } else if (this._context?.isDisposed) {
      this._hold(null);
      this._goToFolder();
    }
  }

  private _onFolder(): void {
    const { shell, manager } = this._parts;
    const widget = shell.currentWidget;
    if (!widget || !manager.contextForWidget(widget)) {
      this._hold(null);
      this._goToFolder();
    }
  }

  private _onPath(): void {
    const path = this._context && this._fileOf(this._context.path);
    if (path !== null) {
      this._go({ path, isFile: true });
    }
  }

  private _goToFolder(): void {
    const { browser, manager } = this._parts;
    const { contents } = manager.services;
    const path = browser?.model.path;
    this._go(
      path === undefined || contents.driveName(path) !== ''
        ? null
        : { path: contents.localPath(path), isFile: false }
    );
  }

  /** The own file behind a document; null where there is none. */
  private _fileOf(path: string): string | null {
    const { live, manager } = this._parts;
    const { contents } = manager.services;
    if (contents.driveName(path) === '') {
      return contents.localPath(path);
    }
    const info = live?.entryOf(path)?.info;
    return info && isOnOwnersServer(info) ? info.path : null;
  }

  /** A document that is renamed goes on being followed. */
  private _hold(context: DocumentRegistry.Context | null): void {
    if (context !== this._context) {
      this._context?.pathChanged.disconnect(this._onPath, this);
      this._context?.disposed.disconnect(this._onCurrent, this);
      this._context = context;
      context?.pathChanged.connect(this._onPath, this);
      context?.disposed.connect(this._onCurrent, this);
    }
  }

  private _context: DocumentRegistry.Context | null = null;
  private _isDisposed = false;
}

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { isOnOwnersServer } from '../../client/own-server';
import type { ILiveDocuments, ILiveEntry } from '../../tokens';
import type { OpenFiles } from './model';

/** How long the file of a live document may take to catch up. */
const PATIENCE_MS = 15_000;

type Parts = {
  app: JupyterFrontEnd;
  manager: IDocumentManager;
  live: ILiveDocuments | null;
};

type Open = {
  context: DocumentRegistry.Context;
  /** Of its file, as the contents API names it. */
  path: string;
  entry: ILiveEntry | null;
};

/** Documents of this server that are open, and their files on the disk. */
export class OpenDocuments implements OpenFiles {
  constructor(private readonly _parts: Parts) {}

  save = async (repo: string, paths: readonly string[]): Promise<void> => {
    const wanted = paths.map(path => PathExt.join(repo, path));
    for (const { context, path, entry } of this._open()) {
      const isIn = wanted.some(
        each => each === path || (each.endsWith('/') && path.startsWith(each))
      );
      if (isIn && (entry !== null || context.model.dirty)) {
        await context.save();
        await (entry === null ? null : caughtUp(entry));
      }
    }
  };

  reload = async (repo: string): Promise<string[]> => {
    const { contents } = this._parts.app.serviceManager;
    const left: string[] = [];
    for (const { context, path, entry } of this._open()) {
      // What is live follows its file by itself.
      if (entry !== null || !isBelow(repo, path)) {
        continue;
      }
      const file = await contents
        .get(path, { content: false })
        .catch(() => null);
      const seen = context.contentsModel?.last_modified;
      if (file === null || file.last_modified === seen) {
        continue;
      }
      if (context.model.dirty) {
        left.push(path);
      } else {
        await context.revert();
      }
    }
    return left;
  };

  private _open(): Open[] {
    const { app, manager, live } = this._parts;
    const { contents } = app.serviceManager;
    const found = new Map<DocumentRegistry.Context, Open>();
    for (const widget of app.shell.widgets('main')) {
      const context = manager.contextForWidget(widget);
      const entry = (context && live?.entryOf(context.path)) ?? null;
      if (context === undefined) {
        continue;
      }
      const path =
        entry === null
          ? contents.driveName(context.path) === ''
            ? contents.localPath(context.path)
            : null
          : isOnOwnersServer(entry.info)
            ? entry.info.path
            : null;
      if (path !== null) {
        found.set(context, { context, path, entry });
      }
    }
    return [...found.values()];
  }
}

const isBelow = (repo: string, path: string): boolean =>
  repo === '' || path.startsWith(`${repo}/`);

/** Resolves when the file of a live document holds every edit. */
function caughtUp(entry: ILiveEntry): Promise<void> {
  const isThere = () =>
    entry.isDisposed ||
    (entry.status?.behind ?? 0) === 0 ||
    entry.status?.fileState === 'changed-outside';
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      entry.changed.disconnect(look);
    };
    const look = () => {
      if (isThere()) {
        end();
        resolve();
      }
    };
    const timer = setTimeout(() => {
      end();
      reject(
        new CommonsError(
          'GIT_BUSY',
          'the file has not caught up with the live notebook yet'
        )
      );
    }, PATIENCE_MS);
    entry.changed.connect(look);
    // What was sent last is told as behind with the answer to it.
    setTimeout(look, 0);
  });
}

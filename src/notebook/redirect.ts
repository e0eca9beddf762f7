import { Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import type { IDocuments, ILiveDocuments } from '../tokens';
import { isOnOwnersServer } from '../client/own-server';

export interface IRedirectOptions {
  documents: IDocuments;
  live: ILiveDocuments;
  contents: Pick<Contents.IManager, 'get'>;
  trans: TranslationBundle;
}

/**
 * Sees to it that the owner has a shared file open once: as live document. Two
 * models that write one file would overwrite each other.
 */
export class Redirect {
  constructor(options: IRedirectOptions) {
    this._options = options;
    options.documents.listChanged.connect(this._lookAtAll, this);
  }

  /** To be called for each panel of a file, as it is made or later. */
  watch(panel: IDocumentWidget): void {
    this._panels.add(panel);
    panel.disposed.connect(() => this._panels.delete(panel));
    // The panel is not in the shell yet; it cannot be taken out of it either.
    setTimeout(() => this._look(panel), 0);
  }

  private _lookAtAll(): void {
    for (const panel of [...this._panels]) {
      this._look(panel);
    }
  }

  private _look(panel: IDocumentWidget): void {
    const shared = panel.isDisposed ? null : this._sharedAs(panel.context.path);
    if (shared === null || this._told.has(panel)) {
      return;
    }
    this._told.add(panel);
    void hasEdits(panel, this._options.contents).then(edited => {
      if (panel.isDisposed) {
        return;
      }
      if (edited) {
        this._warn(shared, panel);
      } else {
        this._replace(shared, panel);
      }
    });
  }

  private _sharedAs(path: string): DocumentInfo | null {
    const list = this._options.documents.list ?? [];
    return (
      list.find(info => info.path === path && isOnOwnersServer(info)) ?? null
    );
  }

  private _replace({ id, name }: DocumentInfo, panel: IDocumentWidget): void {
    const { live, trans } = this._options;
    this._panels.delete(panel);
    void retire(panel)
      .then(() => live.open(id))
      .then(
        () =>
          Notification.info(
            trans.__(
              '"%1" is shared, so it is open as live document instead of as file.',
              name
            ),
            { autoClose: 6000 }
          ),
        reason => Notification.error(String(reason))
      );
  }

  private _warn(shared: DocumentInfo, panel: IDocumentWidget): void {
    const { trans } = this._options;
    Notification.warning(
      trans.__(
        '"%1" is shared and has unsaved changes in its file. Copy them, then open the live document.',
        shared.name
      ),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Discard Changes, Open Live Document'),
            displayType: 'warn',
            callback: () => this._replace(shared, panel)
          }
        ]
      }
    );
  }

  private _options: IRedirectOptions;
  private _panels = new Set<IDocumentWidget>();
  private _told = new WeakSet<IDocumentWidget>();
}

/** JupyterLab goes on drawing a panel for a moment; it fails on a disposed one. */
const DRAWING_MS = 2000;
/** What is due at the next frame has been done by then. */
const FRAMES_MS = 100;

/**
 * Takes a panel away and lets go of its kernel. It must not hold the kernel
 * session any more when the live panel opens: it would follow it to its new path
 * and become a live panel without a live model.
 */
async function retire(panel: IDocumentWidget): Promise<void> {
  const { context } = panel;
  const session = context.sessionContext;
  session.kernelPreference = {
    ...session.kernelPreference,
    shutdownOnDispose: false
  };
  if (!context.isReady) {
    // No kernel is to be started for it, but its cells are let in: JupyterLab
    // fails on cells that come to a panel which is no longer shown.
    session.initialize = () => Promise.resolve(false);
    await context.ready;
    await new Promise(resolve => setTimeout(resolve, FRAMES_MS));
  }
  panel.parent = null;
  session.dispose();
  setTimeout(() => panel.dispose(), DRAWING_MS);
}

/**
 * Whether somebody has changed what the panel shows since it was loaded. The
 * model's own `dirty` says so too early: JupyterLab sets it while it loads a
 * notebook and when a kernel comes.
 */
async function hasEdits(
  { context }: IDocumentWidget,
  contents: Pick<Contents.IManager, 'get'>
): Promise<boolean> {
  if (!context.isReady || !context.model.dirty) {
    return false;
  }
  try {
    const file = await contents.get(context.path, { content: true });
    return textOf(file.content) !== textOf(context.model.toJSON());
  } catch {
    return true;
  }
}

/** What a person has written, of a notebook or a text. */
function textOf(content: unknown): string {
  const cells: unknown = Object(content).cells;
  if (!Array.isArray(cells)) {
    return typeof content === 'string' ? content : JSON.stringify(content);
  }
  return JSON.stringify(
    cells.map(({ cell_type, source, outputs }) => [
      cell_type,
      Array.isArray(source) ? source.join('') : source,
      outputs?.length ?? 0
    ])
  );
}

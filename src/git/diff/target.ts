import type { DocumentRegistry } from '@jupyterlab/docregistry';
import { NotebookPanel } from '@jupyterlab/notebook';
import { CommonsError, type DocumentInfo } from '@jupyterlab-commons/protocol';
import type { Widget } from '@lumino/widgets';
import { isOnOwnersServer } from '../../client/own-server';
import type { ILiveEntry } from '../../tokens';
import type { DiffParts } from './commands';

/** The open document that something is brought back into. */
export type Target = {
  widget: Widget;
  context: DocumentRegistry.Context;
  /** The live document behind it; null for a plain file. */
  entry: ILiveEntry | null;
};

type Parts = Pick<DiffParts, 'app' | 'manager' | 'live' | 'documents'>;

/** The document as which a file of this server is shared; undefined where it is not. */
export async function sharedAs(
  path: string,
  { documents }: Pick<Parts, 'documents'>
): Promise<DocumentInfo | undefined> {
  if (documents.list === null) {
    // Without a companion nothing is shared.
    await documents.refresh().catch(() => undefined);
  }
  return documents.list?.find(
    info => info.path === path && isOnOwnersServer(info)
  );
}

/** Opens a file, as the live document where it is shared: two models of one file would overwrite each other. */
export async function openTarget(path: string, parts: Parts): Promise<Target> {
  const { manager, live } = parts;
  const shared = await sharedAs(path, parts);
  const widget = shared
    ? await live.open(shared.id)
    : manager.openOrReveal(path);
  const context = widget && manager.contextForWidget(widget);
  if (!widget || !context) {
    throw new CommonsError('NOT_FOUND');
  }
  await context.ready;
  const entry = live.entryOf(context.path);
  const state = entry?.saveState;
  if (state?.kind === 'readonly' || state?.kind === 'ended') {
    throw state.error;
  }
  return { widget, context, entry };
}

/** The open panel of a plain file; null where it is not open. */
export function openContext(
  path: string,
  { app, manager }: Pick<Parts, 'app' | 'manager'>
): DocumentRegistry.Context | null {
  for (const widget of app.shell.widgets('main')) {
    const context = manager.contextForWidget(widget);
    if (context?.path === path) {
      return context;
    }
  }
  return null;
}

/** The notebook in front with the path of its file; null where there is none. */
export function currentNotebook({
  app,
  live
}: Pick<Parts, 'app' | 'live'>): { panel: NotebookPanel; path: string } | null {
  const panel = app.shell.currentWidget;
  if (!(panel instanceof NotebookPanel)) {
    return null;
  }
  const path = filePath(panel, live);
  return path === null ? null : { panel, path };
}

/** Where the file of an open document is on this server; null for one of somebody else. */
export function filePath(
  { context }: NotebookPanel,
  live: Parts['live']
): string | null {
  const entry = live.entryOf(context.path);
  if (entry === null) {
    return context.path.includes(':') ? null : context.path;
  }
  return isOnOwnersServer(entry.info) ? entry.info.path : null;
}

import { Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import type { ILiveDocuments } from '../tokens';
import { problemOf } from '../ui/problem-words';
import { shortName } from '../ui/words';

export interface IRedirectOptions {
  live: Pick<ILiveDocuments, 'open'>;
  contents: Pick<Contents.IManager, 'get'>;
  trans: TranslationBundle;
  /** The file became shared while it was open: the owner knows why it changes. */
  wasPlain: boolean;
}

/**
 * Opens the live document in the place of the panel of its file. Two models
 * that write one file would overwrite each other. What was typed into the file
 * and not saved stays there until the owner says so.
 */
export async function redirect(
  panel: IDocumentWidget,
  document: DocumentInfo,
  options: IRedirectOptions
): Promise<void> {
  const edited = await hasEdits(panel, options.contents);
  if (panel.isDisposed) {
    return;
  }
  if (edited) {
    warn(panel, document, options);
  } else {
    await replace(panel, document, options);
  }
}

async function replace(
  panel: IDocumentWidget,
  { id, name }: DocumentInfo,
  { live, trans, wasPlain }: IRedirectOptions
): Promise<void> {
  try {
    await retire(panel);
    await live.open(id);
  } catch (error) {
    Notification.error(problemOf(trans, error).text, { autoClose: false });
    return;
  }
  if (!wasPlain) {
    Notification.info(
      trans.__(
        '"%1" is shared, so it is open as live document instead of as file.',
        shortName(name)
      ),
      { autoClose: 6000 }
    );
  }
}

function warn(
  panel: IDocumentWidget,
  document: DocumentInfo,
  options: IRedirectOptions
): void {
  const { trans } = options;
  const warning = Notification.warning(
    trans.__(
      '"%1" is shared and has unsaved changes in its file. Copy them, then open the live document.',
      shortName(document.name)
    ),
    {
      autoClose: false,
      actions: [
        {
          label: trans.__('Discard Changes, Open Live Document'),
          displayType: 'warn',
          callback: () => void replace(panel, document, options)
        }
      ]
    }
  );
  panel.disposed.connect(() => Notification.dismiss(warning));
}

/** JupyterLab goes on drawing a panel for a moment; it fails on a disposed one. */
const DRAWING_MS = 2000;
/** What is due at the next frame has been done by then. */
const FRAMES_MS = 100;
/** The longest that a kernel which is just starting is waited for. */
const STARTING_MS = 10_000;

const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

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
    await pause(FRAMES_MS);
  }
  panel.parent = null;
  // JupyterLab fails on a kernel that comes to a session which is gone. It
  // answers the same promise each time, and keeps it when the start fails.
  await Promise.race([session.initialize(), pause(STARTING_MS)]);
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

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILiveDocuments } from '../tokens';
import { livePanels } from '../ui/panels';
import { shortName } from '../ui/words';
import { loadLiveCode } from './lazy';
import { isLivePath } from './paths';

/** Writes the current live document, or that with `id`, as a new file of one's own. */
export const SAVE_COPY = 'commons:save-copy';

export type CopyParts = {
  app: JupyterFrontEnd;
  live: ILiveDocuments;
  manager: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  trans: TranslationBundle;
};

export function addCopyCommand(parts: CopyParts): void {
  const { app, trans } = parts;
  app.commands.addCommand(SAVE_COPY, {
    label: trans.__('Save a Copy in My Files'),
    caption: trans.__('Write this live document as a new file of your own'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          id: {
            type: 'string',
            description: trans.__(
              'The id of an open live document, instead of the current one.'
            )
          }
        }
      }
    },
    isEnabled: args => contextOf(parts, args['id']) !== null,
    execute: async args => {
      const context = contextOf(parts, args['id']);
      if (context !== null) {
        await copy(context, parts);
      }
    }
  });
}

/** An open live document; null when there is none. */
function contextOf(
  { app: { shell }, live, manager }: CopyParts,
  id: unknown
): DocumentRegistry.Context | null {
  const panel =
    typeof id === 'string'
      ? livePanels(id, { shell, live, manager })[0]
      : shell.currentWidget;
  const context = panel ? manager.contextForWidget(panel) : undefined;
  return context && isLivePath(context.path) ? context : null;
}

async function copy(
  { model, path }: DocumentRegistry.Context,
  parts: CopyParts
): Promise<void> {
  const { manager, trans } = parts;
  try {
    const { saveCopy } = await loadLiveCode();
    const saved = await saveCopy({
      contents: manager.services.contents,
      document: model.sharedModel,
      path,
      folder: folderOf(parts)
    });
    Notification.success(trans.__('Saved as %1.', shortName(saved)), {
      actions: [
        {
          label: trans.__('Open'),
          callback: () => void manager.openOrReveal(saved)
        }
      ]
    });
  } catch (error) {
    const { problemOf } = await import('../ui/problem-words');
    Notification.error(
      trans.__('The copy was not saved: %1', problemOf(trans, error).text),
      { autoClose: false }
    );
  }
}

/** The folder that the file browser shows, if it is one of the own files. */
function folderOf({ browser, manager }: CopyParts): string {
  const path = browser?.model.path ?? '';
  const { contents } = manager.services;
  return contents.driveName(path) === '' ? contents.localPath(path) : '';
}

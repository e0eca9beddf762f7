import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { fileChosen } from '@jupyterlab-commons/protocol';
import type { ICompanion, ILiveDocuments } from '../tokens';
import { giveKernelBack } from '../client/kernel';
import { problemOf, shortName } from '../ui/words';
import type { IBannerVerbs } from './banner-model';
import { saveCopy } from './save-copy';

export type BannerVerbsParts = {
  companion: ICompanion;
  live: ILiveDocuments;
  manager: IDocumentManager;
  browser: IDefaultFileBrowser | null;
  trans: TranslationBundle;
};

/** What the buttons do for one panel. */
export function bannerVerbs(
  panel: Widget,
  context: DocumentRegistry.IContext<DocumentRegistry.IModel>,
  parts: BannerVerbsParts
): IBannerVerbs {
  const { companion, live, manager, trans } = parts;
  const { contents, serverSettings } = manager.services;
  return {
    chooseFile: async (id, choice) => {
      const { keptAs } = await companion.call('chooseFile', {
        parts: { id },
        body: { choice },
        answer: fileChosen
      });
      if (keptAs !== null) {
        Notification.success(
          trans.__('The other version is kept as %1.', shortName(keptAs)),
          { autoClose: false, actions: [openAction(keptAs, parts)] }
        );
      }
    },
    saveCopy: async () => {
      const entry = live.entryOf(context.path);
      if (entry === null) {
        return;
      }
      const folder = folderOf(parts);
      const { model } = context;
      const path = await saveCopy({
        contents,
        model,
        document: entry.info,
        folder
      });
      Notification.success(trans.__('Saved as %1.', shortName(path)), {
        actions: [openAction(path, parts)]
      });
    },
    openAgain: async id => {
      panel.dispose();
      try {
        await live.open(id);
      } catch (error) {
        // The banner went with the panel.
        Notification.error(problemOf(trans, error).text, { autoClose: false });
      }
    },
    openFile: async path => {
      const livePath = context.path;
      panel.dispose();
      await giveKernelBack(serverSettings, { path, livePath });
      manager.openOrReveal(path);
    }
  };
}

/** Where a copy goes: the folder that the file browser shows, if it is an own one. */
function folderOf({ browser, manager }: BannerVerbsParts): string {
  const path = browser?.model.path ?? '';
  const { contents } = manager.services;
  return contents.driveName(path) === '' ? contents.localPath(path) : '';
}

function openAction(
  path: string,
  { manager, trans }: BannerVerbsParts
): Notification.IAction {
  return {
    label: trans.__('Open'),
    callback: () => void manager.openOrReveal(path)
  };
}

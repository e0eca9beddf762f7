import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Widget } from '@lumino/widgets';
import { fileChosen, mergeUndone } from '@jupyterlab-commons/protocol';
import type { ICompanion, ILiveDocuments } from '../tokens';
import { giveKernelBack } from '../client/kernel';
import { problemOf } from '../ui/problem-words';
import { shortName } from '../ui/words';
import type { IBannerVerbs } from './banner-model';

export type BannerVerbsParts = {
  companion: ICompanion;
  live: ILiveDocuments;
  manager: IDocumentManager;
  /** Among them those of the other plugins. */
  commands: Pick<CommandRegistry, 'execute'>;
  trans: TranslationBundle;
};

/** What the buttons do for one panel. */
export function bannerVerbs(
  panel: Widget,
  context: DocumentRegistry.IContext<DocumentRegistry.IModel>,
  parts: BannerVerbsParts
): IBannerVerbs {
  const { commands, companion, live, manager, trans } = parts;
  const { serverSettings } = manager.services;
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
    undoMerge: async (id, merge) => {
      const { known, merged } = await companion.call('undoMerge', {
        parts: { id, merge },
        answer: mergeUndone
      });
      if (merged === null) {
        // What is done is told by the companion, to everybody.
        Notification.info(
          known
            ? trans.__('Nothing of this change is left to undo.')
            : trans.__('This change is too long ago to be undone here.')
        );
      }
    },
    openBeside: async path => {
      manager.openOrReveal(path);
    },
    saveCopy: async id => {
      await commands.execute('commons:save-copy', { id });
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

function openAction(
  path: string,
  { manager, trans }: BannerVerbsParts
): Notification.IAction {
  return {
    label: trans.__('Open'),
    callback: () => void manager.openOrReveal(path)
  };
}

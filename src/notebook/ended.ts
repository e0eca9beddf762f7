import { Notification } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommonsError } from '@jupyterlab-commons/protocol';
import type { ILiveEntry } from '../tokens';
import { saveCopy } from './copy';
import { releaseKernel } from './kernel';
import type { LiveDocuments } from './live-documents';
import { isOnOwnersServer } from './own-server';

export interface IEndedOptions {
  live: LiveDocuments;
  manager: IDocumentManager;
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
}

type Action = Notification.IAction;

/**
 * Says when a document will not be connected again, and offers what is left to
 * do. What is on the screen stays there until its viewer closes it.
 */
export function watchEnds(options: IEndedOptions): void {
  options.live.entryAdded.connect((_, entry) => {
    let told: CommonsError | null = null;
    entry.changed.connect(() => {
      const { saveState } = entry;
      const error = saveState.kind === 'ended' ? saveState.error : null;
      if (error !== null && told === null) {
        Notification.warning(`${entry.info.name}: ${error.message}`, {
          autoClose: false,
          actions: actionsFor(options, entry, error)
        });
      }
      told = error;
    });
  });
}

function actionsFor(
  options: IEndedOptions,
  entry: ILiveEntry,
  { code }: CommonsError
): Action[] {
  if (code === 'DOCUMENT_CLOSED' && isOnOwnersServer(entry.info)) {
    return [openFile(options, entry)];
  }
  const again = ['EPOCH_CHANGED', 'BAD_UPDATE'].includes(code);
  return [copy(options, entry), ...(again ? [openAgain(options, entry)] : [])];
}

function copy(
  { live, manager, trans }: IEndedOptions,
  entry: ILiveEntry
): Action {
  const path = live.openPathOf(entry.info.id);
  const document = live.openingOf(path)?.document;
  return {
    label: trans.__('Save a Copy in My Files'),
    callback: () => {
      if (document !== undefined) {
        void saveCopy(manager.services.contents, document, path).then(
          saved => Notification.success(trans.__('Saved as %1', saved)),
          reason => Notification.error(String(reason))
        );
      }
    }
  };
}

function openAgain(
  { live, manager, trans }: IEndedOptions,
  { info: { id } }: ILiveEntry
): Action {
  return {
    label: trans.__('Open Again'),
    callback: () => {
      void manager
        .closeFile(live.openPathOf(id))
        .then(() => live.open(id))
        .catch(reason => Notification.error(String(reason)));
    }
  };
}

/** The owner's file holds everything, and the kernel goes back to it. */
function openFile(options: IEndedOptions, entry: ILiveEntry): Action {
  return {
    label: options.trans.__('Open the File'),
    callback: () => {
      void goBackToFile(options, entry).catch(reason =>
        Notification.error(String(reason))
      );
    }
  };
}

async function goBackToFile(
  { live, manager, settings }: IEndedOptions,
  { info: { id, path } }: ILiveEntry
): Promise<void> {
  const livePath = live.openPathOf(id);
  await manager.closeFile(livePath);
  if (path !== null) {
    await releaseKernel(settings, path, livePath);
    manager.openOrReveal(path);
  }
}

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { anything, type DocumentInfo } from '@jupyterlab-commons/protocol';
import type {
  ICompanion,
  IDocuments,
  ILiveDocuments,
  ILiveEntry
} from '../tokens';
import { giveKernelBack } from '../client/kernel';
import { livePanels } from '../ui/panels';

/** How long an edit that is on its way is waited for. */
const SAVING_MS = 5000;

export type StopParts = {
  app: Pick<JupyterFrontEnd, 'shell' | 'serviceManager'>;
  companion: ICompanion;
  documents: IDocuments;
  live: ILiveDocuments;
  manager: IDocumentManager;
};

/**
 * Ends the sharing. Where the live panel was, the owner goes on with the file.
 * The panel goes first: left open, it would tell its owner as if somebody else
 * had ended the sharing.
 */
export async function stopSharing(
  document: DocumentInfo,
  parts: StopParts
): Promise<void> {
  const { app, companion, documents, live, manager } = parts;
  const panels = livePanels(document.id, { shell: app.shell, live, manager });
  const livePaths = new Set(
    panels.map(panel => manager.contextForWidget(panel)!.path)
  );
  await Promise.all([...livePaths].map(path => saved(live.entryOf(path))));
  for (const panel of panels) {
    panel.dispose();
  }
  try {
    await companion.call('closeDocument', {
      parts: { id: document.id },
      answer: anything
    });
  } catch (error) {
    if (panels.length > 0) {
      await live.open(document.id);
    }
    throw error;
  }
  // Before the file opens, or it would be taken for a shared one.
  await documents.refresh().catch(() => undefined);
  if (document.path !== null && panels.length > 0) {
    await openFile(document.path, livePaths, parts);
  }
}

async function openFile(
  path: string,
  livePaths: Iterable<string>,
  { app, manager }: StopParts
): Promise<void> {
  const { serverSettings } = app.serviceManager;
  for (const livePath of livePaths) {
    await giveKernelBack(serverSettings, { path, livePath });
  }
  manager.openOrReveal(path);
}

/** Resolves when no edit of this page is on its way, or after a while. */
function saved(entry: ILiveEntry | null): Promise<void> {
  return new Promise(resolve => {
    if (entry?.saveState.kind !== 'saving') {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      entry.changed.disconnect(look);
      resolve();
    };
    const look = () => {
      if (entry.saveState.kind !== 'saving') {
        done();
      }
    };
    const timer = setTimeout(done, SAVING_MS);
    entry.changed.connect(look);
  });
}

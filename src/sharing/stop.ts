import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import { anything, type DocumentInfo } from '@jupyterlab-commons/protocol';
import type { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { giveKernelBack } from '../ui/give-kernel-back';
import { livePanels } from '../ui/panels';

/** Ends the sharing. Where the live panel was, the owner goes on with the file. */
export async function stopSharing(
  document: DocumentInfo,
  parts: {
    app: Pick<JupyterFrontEnd, 'shell' | 'serviceManager'>;
    companion: ICompanion;
    documents: IDocuments;
    live: ILiveDocuments;
    manager: IDocumentManager;
  }
): Promise<void> {
  const { app, companion, documents, live, manager } = parts;
  await companion.call('closeDocument', {
    parts: { id: document.id },
    answer: anything
  });
  const panels = livePanels(document.id, { shell: app.shell, live, manager });
  const livePaths = new Set(
    panels.map(panel => manager.contextForWidget(panel)!.path)
  );
  for (const panel of panels) {
    panel.dispose();
  }
  // Before the file opens, or it would be taken for a shared one.
  await documents.refresh().catch(() => undefined);
  const { path } = document;
  if (path !== null && panels.length > 0) {
    for (const livePath of livePaths) {
      const { serverSettings } = app.serviceManager;
      await giveKernelBack(serverSettings, { path, livePath });
    }
    manager.openOrReveal(path);
  }
}

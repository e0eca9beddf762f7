import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { Widget } from '@lumino/widgets';
import type { ILiveDocuments } from '../tokens';

/** The open panels of one live document, whatever name its path has by now. */
export function livePanels(
  id: string,
  parts: {
    shell: Pick<JupyterFrontEnd.IShell, 'widgets'>;
    manager: Pick<IDocumentManager, 'contextForWidget'>;
    live: Pick<ILiveDocuments, 'entryOf'>;
  }
): Widget[] {
  return [...parts.shell.widgets('main')].filter(widget => {
    const context = parts.manager.contextForWidget(widget);
    return context && parts.live.entryOf(context.path)?.info.id === id;
  });
}

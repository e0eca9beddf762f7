import type { YCellType } from '@jupyter/ydoc';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { LiveNotebook } from './live-notebook';

type TrustHandler = NonNullable<IRenderMimeRegistry['trustHandler']>;

/**
 * Lets this viewer alone decide what is trusted in a panel of a live notebook:
 * trust in a cell ends when somebody else replaces its outputs, and the panel as
 * a whole never counts as trusted, because its Markdown is anybody's.
 */
export function watchTrust(panel: NotebookPanel, notebook: LiveNotebook): void {
  const onReplaced = (_: LiveNotebook, shared: YCellType): void => {
    const cells = panel.content.model?.cells ?? [];
    for (const cell of cells) {
      if (cell.sharedModel === shared) {
        notebook.redraw(() => {
          cell.trusted = false;
        });
      }
    }
  };
  notebook.outputsReplaced.connect(onReplaced);
  panel.disposed.connect(() => notebook.outputsReplaced.disconnect(onReplaced));
  restrictTrustHandler(panel);
}

/** Nodes that hold what anybody may write. */
const wholes = ['jp-Notebook', 'jp-MarkdownCell'];

/**
 * JupyterLab marks the whole notebook as trusted once every code cell is, and
 * then also follows command links in Markdown. Outputs keep their own mark.
 */
function restrictTrustHandler(panel: NotebookPanel): void {
  const { rendermime } = panel.content;
  const handler = rendermime.trustHandler;
  if (handler === null) {
    return;
  }
  const restricted: TrustHandler = {
    markTrusted: node => {
      if (wholes.some(name => node.classList.contains(name))) {
        handler.unmarkTrusted(node);
      } else {
        handler.markTrusted(node);
      }
    },
    unmarkTrusted: node => handler.unmarkTrusted(node)
  };
  Object.defineProperty(rendermime, 'trustHandler', { value: restricted });
}

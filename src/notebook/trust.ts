import type { YCellType } from '@jupyter/ydoc';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Transaction } from 'yjs';
import type { LiveNotebook } from './live-notebook';

type SharedType = Parameters<Transaction['changed']['get']>[0];
type TrustHandler = NonNullable<IRenderMimeRegistry['trustHandler']>;

/**
 * The code cells whose outputs a transaction of somebody else has written. To be
 * asked before observers are called, when nothing has been rendered yet; at that
 * time `changedParentTypes` is still empty, hence the walk upwards.
 */
export function outputsChangedByOthers(
  transaction: Transaction,
  notebook: { readonly cells: readonly YCellType[] }
): Set<YCellType> {
  const found = new Set<YCellType>();
  if (transaction.local) {
    return found;
  }
  for (const [type, keys] of transaction.changed) {
    const cell = ownerOfOutputs(type, keys, notebook.cells);
    if (cell !== undefined) {
      found.add(cell);
    }
  }
  return found;
}

/** The cell in whose outputs `type` lies, or whose own key `outputs` was set. */
function ownerOfOutputs(
  type: SharedType,
  keys: ReadonlySet<string | null>,
  cells: readonly YCellType[]
): YCellType | undefined {
  let inner: SharedType | null = null;
  let current: SharedType | null = type;
  while (current !== null) {
    const at: object = current;
    const cell = cells.find(({ ymodel }) => at === ymodel);
    if (cell !== undefined) {
      const touched =
        inner === null
          ? keys.has('outputs')
          : inner === cell.ymodel.get('outputs');
      return touched ? cell : undefined;
    }
    inner = current;
    current = current.parent;
  }
  return undefined;
}

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

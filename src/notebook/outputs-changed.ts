import type { YCellType } from '@jupyter/ydoc';
import type { Transaction } from 'yjs';

type SharedType = Parameters<Transaction['changed']['get']>[0];

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

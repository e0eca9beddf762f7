import type { Share } from './cells';
import type { ChangedFile, NotebookState } from './notebooks';

/**
 * How much of a file is staged. Of a notebook that goes without outputs, what only
 * its outputs differ in does not count; `isQuiet` says that nothing else is left.
 */
export function shareOf(
  { staged, unstaged }: ChangedFile,
  isBare: boolean,
  notebook: NotebookState | undefined
): { share: Share; isQuiet: boolean } {
  if (unstaged === undefined) {
    return { share: staged === undefined ? 'none' : 'all', isQuiet: false };
  }
  const isQuiet = isBare && hasOnlyOutputs(notebook);
  return {
    isQuiet,
    share: staged === undefined ? 'none' : isQuiet ? 'all' : 'part'
  };
}

function hasOnlyOutputs(notebook: NotebookState | undefined): boolean {
  return (
    notebook?.kind === 'ready' &&
    notebook.cells.metadata.length === 0 &&
    notebook.cells.cells.every(cell => cell.stage === null)
  );
}

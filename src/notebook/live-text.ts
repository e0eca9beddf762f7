import { YBaseCell, type YCellType } from '@jupyter/ydoc';
import type { ICursorOptions } from './cursors';
import { LiveFile } from './live-file';
import { LiveNotebook } from './live-notebook';

/** The text of an editor in a live document, with who is in it; null for any other. */
export function liveTextOf(model: unknown): ICursorOptions | null {
  if (model instanceof LiveFile) {
    return { awareness: model.awareness, ytext: model.ysource };
  }
  if (!(model instanceof YBaseCell)) {
    return null;
  }
  const { notebook, ysource } = model as YCellType;
  return notebook instanceof LiveNotebook
    ? { awareness: notebook.awareness, ytext: ysource }
    : null;
}

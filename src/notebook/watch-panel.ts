import { NotebookPanel } from '@jupyterlab/notebook';
import type { Widget } from '@lumino/widgets';
import { PlaceKeeper } from './keep-place';
import { LiveNotebook } from './live-notebook';
import { watchTrust } from './trust';

/** What every panel of a live notebook is given, before it shows anything. */
export function watchPanel(panel: Widget, notebook: unknown): void {
  if (panel instanceof NotebookPanel && notebook instanceof LiveNotebook) {
    watchTrust(panel, notebook);
    new PlaceKeeper(panel.content, notebook);
  }
}

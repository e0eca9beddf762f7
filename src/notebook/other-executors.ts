import type { JupyterFrontEnd } from '@jupyterlab/application';

/** Runs the cells of consoles, which is another service. */
const CONSOLES = '@jupyterlab/console-extension:cell-executor';

/**
 * JupyterLab takes one executor of cells: that of the plugin which comes last.
 * Where it is another than ours, it clears the shared outputs when somebody
 * without a kernel presses Shift+Enter, and nobody would guess why.
 */
export function warnOfOthers(
  app: Pick<JupyterFrontEnd, 'listPlugins'>,
  own: string
): void {
  // Whoever provides one calls it so; what a plugin provides cannot be asked.
  const others = app
    .listPlugins()
    .filter(id => /:(notebook-)?cell-executor$/.test(id))
    .filter(id => id !== own && id !== CONSOLES);
  if (others.length > 0) {
    console.warn(
      `jupyterlab-commons: another extension also runs cells, so live notebooks may lose outputs; disable it with: jupyter labextension disable ${others.map(id => JSON.stringify(id)).join(' ')}`
    );
  }
}

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import companion from './client/plugin';
import live from './notebook/plugin';
import sessions from './sessions/plugin';
import sharing from './sharing/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  ...companion,
  ...live,
  ...sharing,
  ...sessions
];

export default plugins;

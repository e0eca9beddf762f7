import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import companion from './client/plugin';
import usageStream from './client/usage-plugin';
import gpu from './gpu/plugin';
import live from './notebook/plugin';
import sessions from './sessions/plugin';
import sharing from './sharing/plugin';
import usage from './usage/plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  ...companion,
  ...live,
  ...sharing,
  ...sessions,
  ...usageStream,
  ...usage,
  ...gpu
];

export default plugins;

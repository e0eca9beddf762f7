import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import companion from './client/plugin';
import usageStream from './client/usage-plugin';
import git from './git/plugin';
import gitDiff from './git/diff/plugin';
import gpu from './gpu/plugin';
import live from './notebook/plugin';
import quota from './quota/plugin';
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
  ...gpu,
  ...quota,
  ...gitDiff,
  ...git
];

export default plugins;

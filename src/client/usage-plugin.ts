import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IUsage } from '../tokens';
import { UsageShell } from './usage-shell';

const stream: JupyterFrontEndPlugin<IUsage> = {
  id: 'jupyterlab-commons:usage-stream',
  description: 'What this server uses, as one stream for all panels.',
  autoStart: true,
  provides: IUsage,
  activate: (app: JupyterFrontEnd): IUsage =>
    new UsageShell(app.serviceManager.serverSettings, app.restored)
};

export default [stream];

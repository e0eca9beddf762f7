import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { UsageSample } from '@jupyterlab-commons/protocol';
import { IUsage } from '../tokens';
import { gpuIcon } from '../ui/icons';
import { LazySidebar } from '../ui/lazy-sidebar';
import { commandOfVerb } from '../ui/usage-commands';

/** Shows the panel, also where there is no GPU: it says so. */
const SHOW = 'commons:show-gpus';
const RANK = 901;

/** The panel of GPUs; its tab is there where there is a GPU. */
const gpu: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:gpu',
  description: 'Shows the GPUs of this server and who uses them.',
  autoStart: true,
  requires: [IUsage],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    usage: IUsage,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const sidebar = new LazySidebar({
      id: 'jp-commons-gpus',
      label: trans.__('GPUs'),
      icon: gpuIcon,
      trans,
      look: () => usage.look('panel'),
      load: async () => {
        const { GpuPanel } = await import('./panel');
        return new GpuPanel({
          usage,
          trans,
          run: (verb, key) =>
            void app.commands.execute(commandOfVerb[verb], { key })
        });
      }
    });
    // JupyterLab puts it where it was, if it was there.
    restorer?.add(sidebar, sidebar.id);
    let isAsked = false;
    const add = () => {
      if (sidebar.parent === null) {
        app.shell.add(sidebar, 'right', { rank: RANK });
      }
    };
    usage.stateChanged.connect((_, state) => {
      if (state.kind !== 'ready') {
        return;
      }
      if (hasGpu(state.sample)) {
        add();
      } else if (!isAsked && !sidebar.isVisible) {
        sidebar.parent = null;
      }
    });
    app.commands.addCommand(SHOW, {
      label: trans.__('Show GPUs'),
      icon: gpuIcon,
      execute: () => {
        isAsked = true;
        add();
        app.shell.activateById(sidebar.id);
      },
      describedBy: { args: { type: 'object', properties: {} } }
    });
    palette?.addItem({ command: SHOW, category: trans.__('Resources') });
  }
};

/** Also one that cannot be read. */
function hasGpu({ gpus, problems }: UsageSample): boolean {
  return (
    Object.keys(gpus).length > 0 ||
    problems.some(each => each.startsWith('GPU_'))
  );
}

export default [gpu];

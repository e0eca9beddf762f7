import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IResources, IUsage } from '../tokens';
import { resourcesIcon } from '../ui/icons';
import { LazySidebar } from '../ui/lazy-sidebar';
import { commandOfVerb } from '../ui/usage-commands';
import { addUsageCommands, CommandIDs } from './commands';

const RANK = 900;

/** The panel of resources, the item in the status bar, and what is told of limits. */
const usage: JupyterFrontEndPlugin<IResources> = {
  id: 'jupyterlab-commons:usage',
  description: 'Shows what this server uses, and warns before it runs out.',
  autoStart: true,
  provides: IResources,
  requires: [IUsage, IDocumentManager],
  optional: [
    ILayoutRestorer,
    IStatusBar,
    ISettingRegistry,
    IStateDB,
    ICommandPalette,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    usage: IUsage,
    manager: IDocumentManager,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    settings: ISettingRegistry | null,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): IResources => {
    const sections: IResources['sections'] = [];
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const sidebar = new LazySidebar({
      id: 'jp-commons-resources',
      label: trans.__('Resources'),
      icon: resourcesIcon,
      trans,
      look: () => usage.look('panel'),
      load: async () => {
        const { ResourcesPanel } = await import('./panel');
        return new ResourcesPanel({
          usage,
          trans,
          sections,
          run: (verb, key) =>
            void app.commands.execute(commandOfVerb[verb], { key })
        });
      }
    });
    app.shell.add(sidebar, 'right', { rank: RANK });
    restorer?.add(sidebar, sidebar.id);
    const open = () => app.shell.activateById(sidebar.id);
    const parts = { app, usage, manager, trans, open };
    addUsageCommands(parts);
    palette?.addItem({
      command: CommandIDs.showResources,
      category: trans.__('Resources')
    });
    void app.restored
      .then(() => import('./watch'))
      .then(code => code.watchUsage({ ...parts, statusBar, settings, state }))
      .catch(reason => console.warn('jupyterlab-commons:', reason));
    return { sections };
  }
};

export default [usage];

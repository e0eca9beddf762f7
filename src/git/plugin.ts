import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { historyIcon } from '../ui/icons';
import { LazySidebar } from '../ui/lazy-sidebar';
import { addHistoryCommand, SHOW_HISTORY } from './commands';
import type { HistoryPanel } from './panel';

const RANK = 800;

/** The panel of git history. */
const history: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:git',
  description: 'Shows the git history of the current file and its repository.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [
    ILiveDocuments,
    IDefaultFileBrowser,
    IFileBrowserFactory,
    ILayoutRestorer,
    ICommandPalette,
    ITranslator,
    ICompanion,
    IDocuments,
    IStateDB
  ],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    live: ILiveDocuments | null,
    browser: IDefaultFileBrowser | null,
    browsers: IFileBrowserFactory | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
    companion: ICompanion | null,
    documents: IDocuments | null,
    state: IStateDB | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    let loading: Promise<HistoryPanel> | undefined;
    const sidebar = new LazySidebar({
      id: 'jp-commons-history',
      label: trans.__('History'),
      icon: historyIcon,
      trans,
      load: () =>
        (loading = import('./history').then(code =>
          code.createHistoryPanel({
            app,
            manager,
            browser,
            live,
            companion,
            documents,
            state,
            trans
          })
        ))
    });
    app.shell.add(sidebar, 'left', { rank: RANK });
    restorer?.add(sidebar, sidebar.id);
    addHistoryCommand({
      app,
      browsers,
      trans,
      open: place => {
        app.shell.activateById(sidebar.id);
        // Why it was not loaded is told by the side bar.
        void loading?.then(
          panel => panel.goTo(place),
          () => undefined
        );
      }
    });
    palette?.addItem({ command: SHOW_HISTORY, category: trans.__('Git') });
  }
};

export default [history];

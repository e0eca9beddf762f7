import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { addSharingCommands, CommandIDs } from './commands';

/** The button, the menu entries and the dialog that share one document. */
const sharing: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:sharing',
  description: 'Shares one notebook or text file with people of the same hub.',
  autoStart: true,
  requires: [ICompanion, IDocuments, ILiveDocuments, IDocumentManager],
  optional: [IFileBrowserFactory, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    documents: IDocuments,
    live: ILiveDocuments,
    manager: IDocumentManager,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    addSharingCommands({
      app,
      companion,
      documents,
      live,
      manager,
      browsers,
      trans
    });
    palette?.addItem({
      command: CommandIDs.share,
      category: trans.__('Sharing')
    });
  }
};

export default [sharing];

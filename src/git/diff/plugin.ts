import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IDocuments, ILiveDocuments } from '../../tokens';
import { addDiffCommands } from './commands';

/** What changed in a file, its versions, and bringing them back. */
const diff: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:git-diff',
  description: 'Shows what changed in a file and who changed a cell.',
  autoStart: true,
  requires: [
    IDocumentManager,
    IRenderMimeRegistry,
    IEditorLanguageRegistry,
    ILiveDocuments,
    IDocuments
  ],
  optional: [IStateDB, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    rendermime: IRenderMimeRegistry,
    languages: IEditorLanguageRegistry,
    live: ILiveDocuments,
    documents: IDocuments,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const parts = {
      app,
      manager,
      rendermime,
      languages,
      live,
      documents,
      state,
      trans
    };
    addDiffCommands(parts, palette);
    live.entryAdded.connect((_, entry) => {
      void import('./announce')
        .then(code => code.hearRestores(entry, trans))
        .catch(reason => console.warn('jupyterlab-commons:', reason));
    });
  }
};

export default [diff];

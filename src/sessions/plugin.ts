import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { addSessionsCommands, CommandIDs, commandOf } from './commands';
import { InvitationNotices } from './invitations';
import { SessionsModel } from './model';
import { notebookStatus } from './notebook-status';
import { SessionsSidebar } from './sidebar';

const ID = 'jupyterlab-commons:sessions';
const RANK = 700;

/** The panel of shared documents, and the news of invitations. */
const sessions: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Lists the documents shared with and by this person.',
  autoStart: true,
  requires: [ICompanion, IDocuments, ILiveDocuments, IDocumentManager],
  optional: [ILayoutRestorer, ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    documents: IDocuments,
    live: ILiveDocuments,
    manager: IDocumentManager,
    restorer: ILayoutRestorer | null,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const sidebar = addSidebar(app, { companion, documents, trans });
    restorer?.add(sidebar, sidebar.id);
    addSessionsCommands({
      app,
      companion,
      documents,
      live,
      manager,
      trans,
      panelId: sidebar.id
    });
    palette?.addItem({
      command: CommandIDs.showPanel,
      category: trans.__('Sharing')
    });
    tellOfInvitations(app, { documents, settings, trans });
  }
};

function addSidebar(
  app: JupyterFrontEnd,
  parts: {
    companion: ICompanion;
    documents: IDocuments;
    trans: TranslationBundle;
  }
): SessionsSidebar {
  const { trans } = parts;
  const model = new SessionsModel(parts);
  const sidebar = new SessionsSidebar({
    model,
    trans,
    load: async () => {
      const { SessionsPanel } = await import('./panel');
      return new SessionsPanel({
        model,
        trans,
        run: (verb, { id }) =>
          void app.commands.execute(commandOf[verb], { id })
      });
    }
  });
  app.shell.add(sidebar, 'left', { rank: RANK });
  return sidebar;
}

function tellOfInvitations(
  app: JupyterFrontEnd,
  parts: {
    documents: IDocuments;
    settings: ISettingRegistry | null;
    trans: TranslationBundle;
  }
): void {
  const { documents, settings, trans } = parts;
  let wanted = true;
  void settings?.load(ID).then(
    loaded => {
      const read = () => {
        wanted = loaded.get('showNotifications').composite !== false;
      };
      read();
      loaded.changed.connect(read);
    },
    // Without settings the default holds.
    () => undefined
  );
  const notices = new InvitationNotices({
    trans,
    open: id => void app.commands.execute(CommandIDs.open, { id })
  });
  documents.invited.connect((_, { document, by }) => {
    if (wanted) {
      notices.show(document, by);
    }
  });
  documents.listChanged.connect(() => {
    if (documents.list !== null) {
      notices.keepOnly(documents.list);
    }
  });
}

export default [sessions, notebookStatus];

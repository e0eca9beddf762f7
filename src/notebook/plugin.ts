import {
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import {
  EditorExtensionRegistry,
  IEditorExtensionRegistry
} from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type {
  DocumentRegistry,
  IDocumentWidget
} from '@jupyterlab/docregistry';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import {
  INotebookCellExecutor,
  type INotebookModel,
  type NotebookPanel
} from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { saveCopy } from './copy';
import { cursors } from './cursors';
import { LiveDrive } from './drive';
import { watchEnds } from './ended';
import { LiveExecutor } from './executor';
import { tieKernel } from './kernel';
import { LiveDocuments } from './live-documents';
import { LiveNotebook } from './live-notebook';
import { liveTextOf } from './live-text';
import { DRIVE, isLivePath } from './paths';
import { Redirect } from './redirect';
import { followLink, idOfSearch, withoutLive } from './route';
import { watchTrust } from './trust';
import { ViewerMode } from './viewer';
import { whenEntry } from './when-entry';

type NotebookContext = DocumentRegistry.IContext<INotebookModel>;
type AnyContext = DocumentRegistry.IContext<DocumentRegistry.IModel>;

export namespace CommandIDs {
  /** Writes the current live document as a new file of one's own. */
  export const saveCopy = 'commons:save-copy';
  /** Opens the document of a share link. */
  export const followLink = 'commons:follow-link';
}

const FACTORIES = ['Notebook', 'Editor'];

const load = (translator: ITranslator | null) =>
  (translator ?? nullTranslator).load('jupyterlab_commons');

const live: JupyterFrontEndPlugin<ILiveDocuments> = {
  id: 'jupyterlab-commons:live',
  description: 'The drive of live documents.',
  autoStart: true,
  requires: [ICompanion, IDocuments, IDocumentManager],
  optional: [IFileBrowserFactory, ICommandPalette, ITranslator],
  provides: ILiveDocuments,
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    documents: IDocuments,
    manager: IDocumentManager,
    browsers: IFileBrowserFactory | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): ILiveDocuments => {
    const trans = load(translator);
    const { contents, serverSettings: settings } = app.serviceManager;
    const live = new LiveDocuments({ companion, documents, manager });
    contents.addDrive(
      new LiveDrive({ companion, documents, live, contents, trans })
    );
    // Addresses such as /lab/tree/live:… need a browser of the drive.
    browsers?.createFileBrowser('jupyterlab-commons-live', {
      driveName: DRIVE,
      auto: false,
      // It has no folder to come back to, and is ready only when told so.
      state: null,
      allowFileUploads: false
    });
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (panel: NotebookPanel, context: NotebookContext) => {
        if (context.model.sharedModel instanceof LiveNotebook) {
          watchTrust(panel, context.model.sharedModel);
        }
      }
    });
    const redirect = new Redirect({ documents, live, contents, trans });
    for (const factory of FACTORIES) {
      app.docRegistry.addWidgetExtension(factory, {
        createNew: (panel: IDocumentWidget, context: AnyContext) =>
          redirect.watch(panel, context)
      });
    }
    watchEnds({ live, manager, settings, trans });
    addSaveCopy(app, { live, manager, palette, trans });
    window.addEventListener('beforeunload', event => {
      if (live.unsaved) {
        event.preventDefault();
      }
    });
    return live;
  }
};

function addSaveCopy(
  app: JupyterFrontEnd,
  options: {
    live: LiveDocuments;
    manager: IDocumentManager;
    palette: ICommandPalette | null;
    trans: ReturnType<typeof load>;
  }
): void {
  const { live, manager, palette, trans } = options;
  const current = () => {
    const widget = app.shell.currentWidget;
    const context = widget ? manager.contextForWidget(widget) : undefined;
    return context && isLivePath(context.path)
      ? live.openingOf(context.path)
      : null;
  };
  app.commands.addCommand(CommandIDs.saveCopy, {
    label: trans.__('Save a Copy in My Files'),
    caption: trans.__('Write this live document as a new file of your own'),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => current() !== null,
    execute: async () => {
      const opening = current();
      if (opening !== null) {
        const { contents } = manager.services;
        const saved = await saveCopy(contents, opening.document, opening.path);
        Notification.success(trans.__('Saved as %1', saved));
      }
    }
  });
  palette?.addItem({
    command: CommandIDs.saveCopy,
    category: trans.__('Sharing')
  });
}

const viewer: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:viewer',
  description: 'Keeps the keyboard away from documents one may only look at.',
  autoStart: true,
  requires: [ILiveDocuments],
  activate: (app: JupyterFrontEnd, live: ILiveDocuments): void => {
    for (const factory of FACTORIES) {
      app.docRegistry.addWidgetExtension(factory, {
        createNew: (panel: IDocumentWidget, context: AnyContext) => {
          if (isLivePath(context.path)) {
            void Promise.all([
              whenEntry(live, context.path),
              context.ready
            ]).then(([entry]) => {
              if (!panel.isDisposed) {
                new ViewerMode(panel, entry);
              }
            });
          }
        }
      });
    }
  }
};

const kernel: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:kernel',
  description: "Ties the owner's live notebook to the kernel in its folder.",
  autoStart: true,
  requires: [ILiveDocuments],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    live: ILiveDocuments,
    translator: ITranslator | null
  ): void => {
    const { serverSettings: settings } = app.serviceManager;
    app.docRegistry.addWidgetExtension('Notebook', {
      createNew: (_: NotebookPanel, context: NotebookContext) => {
        if (isLivePath(context.path)) {
          tieKernel({
            context,
            entry: whenEntry(live, context.path),
            settings,
            trans: load(translator)
          });
        }
      }
    });
  }
};

const executor: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: 'jupyterlab-commons:executor',
  description: 'Runs cells; in live notebooks only on the page of the owner.',
  autoStart: true,
  optional: [ILiveDocuments, ITranslator],
  provides: INotebookCellExecutor,
  activate: (
    _: JupyterFrontEnd,
    live: ILiveDocuments | null,
    translator: ITranslator | null
  ): INotebookCellExecutor => new LiveExecutor(live, load(translator))
};

/** Theirs attaches to every editor with presence, so carets would be doubled. */
const OTHER_CURSORS = '@jupyter/collaboration-extension:userEditorCursors';

const carets: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:cursors',
  description: 'Shows where others type in a live document.',
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  activate: (
    app: JupyterFrontEnd,
    registry: IEditorExtensionRegistry
  ): void => {
    if (app.hasPlugin(OTHER_CURSORS)) {
      return;
    }
    registry.addExtension({
      name: 'jupyterlab-commons:cursors',
      factory: ({ model }) => {
        const text = liveTextOf(model.sharedModel);
        return (
          text &&
          EditorExtensionRegistry.createImmutableExtension(cursors(text))
        );
      }
    });
  }
};

const route: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:route',
  description: 'Opens the document of a share link.',
  autoStart: true,
  requires: [ICompanion, ILiveDocuments, IRouter],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    live: ILiveDocuments,
    router: IRouter,
    translator: ITranslator | null
  ): void => {
    const trans = load(translator);
    app.commands.addCommand(CommandIDs.followLink, {
      label: trans.__('Open a Shared Document by Its Link'),
      describedBy: {
        args: {
          type: 'object',
          properties: { search: { type: 'string' } }
        }
      },
      execute: args => {
        const id = idOfSearch(String(args['search'] ?? ''));
        if (id !== null) {
          router.navigate(withoutLive(router.current), { skipRouting: true });
          // Not awaited: restoring waits for the other routes, they for this one.
          void app.restored.then(() =>
            followLink(id, { companion, live, trans })
          );
        }
      }
    });
    router.register({
      command: CommandIDs.followLink,
      pattern: /[?&]live=/,
      rank: 20
    });
  }
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  live,
  viewer,
  kernel,
  executor,
  carets,
  route
];
export default plugins;

import {
  IRouter,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import {
  EditorExtensionRegistry,
  IEditorExtensionRegistry
} from '@jupyterlab/codemirror';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type {
  DocumentRegistry,
  IDocumentWidget
} from '@jupyterlab/docregistry';
import {
  IDefaultFileBrowser,
  IFileBrowserFactory
} from '@jupyterlab/filebrowser';
import {
  INotebookCellExecutor,
  runCell,
  type INotebookModel,
  type NotebookPanel
} from '@jupyterlab/notebook';
import {
  ITranslator,
  nullTranslator,
  type TranslationBundle
} from '@jupyterlab/translation';
import { ICompanion, IDocuments, ILiveDocuments } from '../tokens';
import { addCopyCommand, SAVE_COPY } from './copy-command';
import { DriveShell } from './drive-shell';
import { liveCode, loadLiveCode } from './lazy';
import { LiveShell } from './live-shell';
import { DRIVE, isLivePath, namesLivePath } from './paths';
import { warnOfOthers } from './other-executors';
import { PlainPanels } from './plain-panels';
import { whenEntry } from './when-entry';

type NotebookContext = DocumentRegistry.IContext<INotebookModel>;
type AnyContext = DocumentRegistry.IContext<DocumentRegistry.IModel>;

const CommandIDs = {
  /** Opens the document of a share link. */
  followLink: 'commons:follow-link'
} as const;

const FACTORIES = ['Notebook', 'Editor'];

const load = (translator: ITranslator | null): TranslationBundle =>
  (translator ?? nullTranslator).load('jupyterlab_commons');

const live: JupyterFrontEndPlugin<ILiveDocuments> = {
  id: 'jupyterlab-commons:live',
  description: 'The drive of live documents.',
  autoStart: true,
  requires: [ICompanion, IDocuments, IDocumentManager],
  optional: [IFileBrowserFactory, ITranslator],
  provides: ILiveDocuments,
  activate: async (
    app: JupyterFrontEnd,
    companion: ICompanion,
    documents: IDocuments,
    manager: IDocumentManager,
    browsers: IFileBrowserFactory | null,
    translator: ITranslator | null
  ): Promise<ILiveDocuments> => {
    const trans = load(translator);
    const services = app.serviceManager;
    const live = new LiveShell({
      companion,
      documents,
      manager,
      services,
      trans
    });
    services.contents.addDrive(new DriveShell(live));
    // Addresses such as /lab/tree/live:… need a browser of the drive.
    browsers?.createFileBrowser('jupyterlab-commons-live', {
      driveName: DRIVE,
      auto: false,
      // It has no folder to come back to, and is ready only when told so.
      state: null,
      allowFileUploads: false
    });
    watchPanels(app, { live, documents, trans });
    window.addEventListener('beforeunload', event => {
      if (live.parts?.live.unsaved) {
        event.preventDefault();
      }
    });
    if (namesLivePath(window.location.pathname)) {
      // Notebook 7 opens what its address names as soon as all plugins are
      // there, without asking the drive first.
      await live.load().catch(reason => console.warn(reason));
    }
    return live;
  }
};

/** Panels are watched from before they show anything. */
function watchPanels(
  app: JupyterFrontEnd,
  options: {
    live: LiveShell;
    documents: IDocuments;
    trans: TranslationBundle;
  }
): void {
  const { live, documents, trans } = options;
  const { contents } = app.serviceManager;
  const plain = new PlainPanels(documents, (panel, document, wasPlain) => {
    void loadLiveCode()
      .then(({ redirect }) =>
        redirect(panel, document, { live, contents, trans, wasPlain })
      )
      .catch(reason => console.warn('jupyterlab-commons:', reason));
  });
  for (const factory of FACTORIES) {
    app.docRegistry.addWidgetExtension(factory, {
      createNew: (panel: IDocumentWidget, context: AnyContext) => {
        if (isLivePath(context.path)) {
          liveCode()?.watchPanel(panel, context.model.sharedModel);
        } else {
          plain.add(panel);
        }
      }
    });
  }
}

const copy: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:copy',
  description: "Writes a live document as a new file of one's own.",
  autoStart: true,
  requires: [ILiveDocuments, IDocumentManager],
  optional: [IDefaultFileBrowser, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    live: ILiveDocuments,
    manager: IDocumentManager,
    browser: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = load(translator);
    addCopyCommand({ app, live, manager, browser, trans });
    palette?.addItem({ command: SAVE_COPY, category: trans.__('Sharing') });
  }
};

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
              const code = liveCode();
              if (code !== null && !panel.isDisposed) {
                new code.ViewerMode(panel, entry);
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
          liveCode()?.tieKernel({
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

const EXECUTOR = 'jupyterlab-commons:executor';

const executor: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: EXECUTOR,
  description: 'Runs cells; in live notebooks only on the page of the owner.',
  autoStart: true,
  optional: [ILiveDocuments, ITranslator],
  provides: INotebookCellExecutor,
  activate: (
    app: JupyterFrontEnd,
    live: ILiveDocuments | null,
    translator: ITranslator | null
  ): INotebookCellExecutor => {
    warnOfOthers(app, EXECUTOR);
    let executor: INotebookCellExecutor | null = null;
    return {
      runCell: options => {
        const code = liveCode();
        if (code === null || live === null) {
          return runCell(options);
        }
        executor ??= new code.LiveExecutor(live, load(translator));
        return executor.runCell(options);
      }
    };
  }
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
        const code = liveCode();
        const text = code?.liveTextOf(model.sharedModel) ?? null;
        return code === null || text === null
          ? null
          : EditorExtensionRegistry.createImmutableExtension(
              code.cursors(text)
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
        const search = String(args['search'] ?? '');
        // Not awaited: restoring waits for the other routes, they for this one.
        void app.restored.then(async () => {
          const { followLink, idOfSearch, withoutLive } = await loadLiveCode();
          const id = idOfSearch(search);
          if (id !== null) {
            router.navigate(withoutLive(router.current), { skipRouting: true });
            await followLink(id, { companion, live, trans });
          }
        });
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
  copy,
  viewer,
  kernel,
  executor,
  carets,
  route
];
export default plugins;

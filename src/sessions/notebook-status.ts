import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type {
  DocumentRegistry,
  IDocumentWidget
} from '@jupyterlab/docregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { DisposableSet, type IDisposable } from '@lumino/disposable';
import { Panel, type Widget } from '@lumino/widgets';
import { ICompanion, ILiveDocuments, LIVE_DRIVE } from '../tokens';
import type { BannerVerbsParts } from './banner-verbs';
import type { ItemName } from './live-panel';

type Context = DocumentRegistry.IContext<DocumentRegistry.IModel>;

/** The widget factories whose panels may show a live document. */
const FACTORIES = ['Notebook', 'Editor'];

/** Who is here, what is saved, and what needs a decision, in each live panel. */
export const notebookStatus: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:notebook-status',
  description:
    'Shows in live documents who is here, what is saved and what needs a decision.',
  autoStart: true,
  requires: [ICompanion, ILiveDocuments, IDocumentManager],
  optional: [IToolbarWidgetRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    live: ILiveDocuments,
    manager: IDocumentManager,
    toolbars: IToolbarWidgetRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const { commands } = app;
    const parts = { commands, companion, live, manager, trans };
    for (const factory of FACTORIES) {
      if (toolbars) {
        addToolbarItems(toolbars, factory, parts);
      }
      app.docRegistry.addWidgetExtension(factory, {
        createNew: (panel, context) => addBanner(panel, context, parts)
      });
    }
  }
};

/** The items fetch their code when the first live document is opened. */
function addToolbarItems(
  toolbars: IToolbarWidgetRegistry,
  factory: string,
  parts: BannerVerbsParts
): void {
  const items: [id: string, name: ItemName][] = [
    ['commons-people', 'people'],
    ['commons-save-state', 'saveState']
  ];
  for (const [id, name] of items) {
    toolbars.addFactory<IDocumentWidget>(factory, id, ({ context }) => {
      const place = new Panel();
      place.addClass('jp-Commons-LiveItem');
      place.setHidden(!isLive(context, parts));
      if (!place.isHidden) {
        void import('./live-panel').then(({ makeItem }) => {
          if (!place.isDisposed) {
            place.addWidget(makeItem(name, context, parts));
          }
        });
      }
      return place;
    });
  }
}

function addBanner(
  panel: Widget,
  context: Context,
  parts: BannerVerbsParts
): IDisposable {
  const added = new DisposableSet();
  if (isLive(context, parts)) {
    void import('./live-panel').then(code => {
      if (!added.isDisposed && !panel.isDisposed) {
        added.add(code.addBanner(panel, context, parts));
      }
    });
  }
  return added;
}

/** A panel never changes from a file to a live document: they are on different drives. */
function isLive(context: Context, { manager }: BannerVerbsParts): boolean {
  const { contents } = manager.services;
  return contents.driveName(context.path) === LIVE_DRIVE;
}

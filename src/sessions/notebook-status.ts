import type {
  JupyterFrontEnd,
  JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { IToolbarWidgetRegistry, MainAreaWidget } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import type {
  DocumentRegistry,
  IDocumentWidget
} from '@jupyterlab/docregistry';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';
import { ICompanion, ILiveDocuments } from '../tokens';
import { BannerModel } from './banner-model';
import { bannerVerbs, type BannerVerbsParts } from './banner-verbs';
import { BannerWidget } from './banner-view';
import { EntryFollower } from './entry-follower';
import { peopleItem, saveStateItem } from './status-items';

/** The widget factories whose panels may show a live document. */
const FACTORIES = ['Notebook', 'Editor'];

/** Who is here, what is saved, and what needs a decision, in each live panel. */
export const notebookStatus: JupyterFrontEndPlugin<void> = {
  id: 'jupyterlab-commons:notebook-status',
  description:
    'Shows in live documents who is here, what is saved and what needs a decision.',
  autoStart: true,
  requires: [ICompanion, ILiveDocuments, IDocumentManager],
  optional: [IToolbarWidgetRegistry, IDefaultFileBrowser, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    companion: ICompanion,
    live: ILiveDocuments,
    manager: IDocumentManager,
    toolbars: IToolbarWidgetRegistry | null,
    browser: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('jupyterlab_commons');
    const parts = { companion, live, manager, browser, trans };
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

function addToolbarItems(
  toolbars: IToolbarWidgetRegistry,
  factory: string,
  { live, companion, trans }: BannerVerbsParts
): void {
  const items = {
    'commons-people': peopleItem,
    'commons-save-state': saveStateItem
  };
  for (const [name, create] of Object.entries(items)) {
    toolbars.addFactory<IDocumentWidget>(factory, name, panel =>
      create({
        follower: new EntryFollower(live, panel.context),
        companion,
        trans
      })
    );
  }
}

function addBanner(
  panel: Widget,
  context: DocumentRegistry.IContext<DocumentRegistry.IModel>,
  parts: BannerVerbsParts
): BannerWidget {
  const follower = new EntryFollower(parts.live, context);
  const verbs = bannerVerbs(panel, context, parts);
  const banner = new BannerWidget(
    new BannerModel(follower, verbs, parts.trans)
  );
  banner.disposed.connect(() => follower.dispose());
  if (panel instanceof MainAreaWidget) {
    panel.contentHeader.addWidget(banner);
  }
  return banner;
}

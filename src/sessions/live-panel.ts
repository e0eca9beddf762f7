import '../../style/status.css';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Widget } from '@lumino/widgets';
import { BannerModel } from './banner-model';
import { bannerVerbs, type BannerVerbsParts } from './banner-verbs';
import { BannerWidget } from './banner-view';
import { EntryFollower } from './entry-follower';
import { peopleItem, saveStateItem } from './status-items';

type Context = DocumentRegistry.IContext<DocumentRegistry.IModel>;

const items = { people: peopleItem, saveState: saveStateItem };
export type ItemName = keyof typeof items;

/** One item of the toolbar of a live document. */
export function makeItem(
  name: ItemName,
  context: Context,
  { live, companion, trans }: BannerVerbsParts
): Widget {
  const follower = new EntryFollower(live, context);
  return items[name]({ follower, companion, trans });
}

/** Puts the banner between toolbar and document. */
export function addBanner(
  panel: Widget,
  context: Context,
  parts: BannerVerbsParts
): BannerWidget {
  const follower = new EntryFollower(parts.live, context);
  const verbs = bannerVerbs(panel, context, parts);
  const model = new BannerModel(follower, verbs, parts.trans);
  const banner = new BannerWidget(model);
  banner.disposed.connect(() => follower.dispose());
  if (panel instanceof MainAreaWidget) {
    panel.contentHeader.addWidget(banner);
  }
  return banner;
}

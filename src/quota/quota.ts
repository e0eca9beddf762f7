import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ICompanion, ILiveDocuments } from '../tokens';
import { tellTooOld } from '../ui/tell-too-old';
import { QuotaModel } from './model';
import type { News } from './news';
import { QuotaSection } from './section';

/** What the plugin hands in. */
export type QuotaOptions = {
  app: JupyterFrontEnd;
  companion: ICompanion;
  manager: IDocumentManager;
  live: ILiveDocuments;
  /** Those of the page that are open, for the next time JupyterLab is. */
  pages: WidgetTracker;
  trans: TranslationBundle;
};

/** What every part of this folder works with. */
export type QuotaParts = QuotaOptions & {
  model: QuotaModel;
  /** Shows the page of its own. */
  open: () => void;
  /** Asks for more, of this policy first. */
  ask: (policy?: string) => void;
  /** What was written to whom may grant more, and could not be sent or was not. */
  unsent: { message: string };
};

/** Everything of quota in this page; what is rarely needed is fetched when it is. */
export class Quota {
  constructor(options: QuotaOptions) {
    this._parts = {
      ...options,
      model: new QuotaModel(options.companion),
      open: () => void this.open(),
      ask: policy => void this.ask(policy),
      unsent: { message: '' }
    };
    const { model } = this._parts;
    model.changed.connect(() => {
      if (model.report !== null && model.report.stops.length > 0) {
        void this._loadNews();
      }
    });
  }

  /** The part of the panel of resources. */
  readonly Section = (): JSX.Element =>
    React.createElement(QuotaSection, this._parts);

  /** Shows the page, a new one unless it is open. */
  async open(): Promise<void> {
    const page = await this._load(() => import('./page-verbs'));
    await page?.openPage(this._parts);
  }

  async ask(policy?: string): Promise<void> {
    const page = await this._load(() => import('./page-verbs'));
    await page?.askForMore(this._parts, policy);
  }

  /** What the companion said in an event of type `quota`. */
  async hear(said: unknown): Promise<void> {
    (await this._loadNews())?.hear(said);
  }

  private _loadNews(): Promise<News | undefined> {
    this._news ??= this._load(() => import('./news')).then(code => {
      if (code === undefined) {
        this._news = null;
        return undefined;
      }
      return new code.News(this._parts);
    });
    return this._news;
  }

  private async _load<T>(load: () => Promise<T>): Promise<T | undefined> {
    return load().catch((reason: unknown) => {
      tellTooOld(this._parts.trans, reason);
      return undefined;
    });
  }

  private readonly _parts: QuotaParts;
  private _news: Promise<News | undefined> | null = null;
}

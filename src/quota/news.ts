import { quotaNews, type QuotaNews } from '@jupyterlab-commons/protocol';
import { Widget } from '@lumino/widgets';
import { Notices } from './notices';
import type { QuotaParts } from './quota';
import { saveAll } from './save-all';
import { StopBanner } from './stop-banner';
import { Stops } from './stops';
import { Told } from './told';

/** What follows from what the companion says of this person's quota. */
export class News {
  constructor(private readonly _parts: QuotaParts) {
    const { model, companion, trans, open, ask } = _parts;
    this._stops = new Stops({
      time: model.time,
      own: () => model.ownServer,
      save: () => saveAll(_parts, { mayAsk: false }),
      ask: () => void model.refresh()
    });
    const { state } = companion;
    this._notices = new Notices({
      told: new Told(state.kind === 'ready' ? state.session.user : ''),
      trans,
      time: model.time,
      allowances: () => model.report?.allowances ?? [],
      open,
      ask
    });
    this._stops.changed.connect(this._onStops, this);
    model.changed.connect(this._onReport, this);
    companion.stateChanged.connect(this._onCompanion, this);
    this._onReport();
  }

  /** `said` is what came with an event of type `quota`. */
  hear(said: unknown): void {
    let news: QuotaNews;
    try {
      news = quotaNews(said);
    } catch {
      // A newer companion may say more than this page understands.
      return;
    }
    const { model } = this._parts;
    const { kind, stop } = news;
    if (stop !== undefined && (kind === 'stop' || kind === 'save')) {
      this._stops.put(stop);
    }
    if (kind === 'save' && stop?.server === model.ownServer) {
      void this._stops.save();
    }
    if (kind === 'cancelled' && stop !== undefined) {
      this._stops.drop(stop.server);
    }
    void this._tell(news);
  }

  private async _tell(news: QuotaNews): Promise<void> {
    const { model } = this._parts;
    switch (news.kind) {
      case 'granted':
      case 'stop':
        // Also for the companion's clock, which the countdown goes by.
        void model.refresh();
        break;
      case 'declined':
        // It names a limit that only the report knows the title of.
        await model.refresh();
        break;
      default:
        model.expire();
    }
    await this._notices.tell(news, model.ownServer);
  }

  /** The report is what holds: it names the stops that this page was not told of. */
  private _onReport(): void {
    const { state } = this._parts.model;
    if (state.kind === 'ready') {
      this._stops.keep(state.report.stops);
    }
  }

  private _onCompanion(): void {
    const { companion, model } = this._parts;
    if (companion.state.kind === 'ready' && this._banner !== null) {
      // It may have been cancelled while nobody could say so.
      void model.refresh();
    }
  }

  private _onStops(): void {
    const isNeeded = this._stops.list.length > 0;
    if (isNeeded && this._banner === null) {
      this._banner = this._show();
    } else if (!isNeeded) {
      this._banner?.dispose();
      this._banner = null;
    }
  }

  private _show(): StopBanner {
    const { app, model, trans, ask } = this._parts;
    const banner = new StopBanner({
      stops: this._stops,
      trans,
      time: model.time,
      own: () => model.ownServer,
      allowances: () => model.report?.allowances ?? [],
      save: () =>
        void this._stops.save(() => saveAll(this._parts, { mayAsk: true })),
      ask
    });
    app.shell.add(banner, 'header');
    if (!banner.isAttached) {
      // Notebook 7 has no such place.
      banner.addClass('jp-mod-floating');
      Widget.attach(banner, document.body);
    }
    return banner;
  }

  private readonly _stops: Stops;
  private readonly _notices: Notices;
  private _banner: StopBanner | null = null;
}

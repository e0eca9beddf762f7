import type { Page, WebSocketRoute } from '@playwright/test';
import type { QuotaNews, QuotaReport } from '@jupyterlab-commons/protocol';

/** Stands before the companion and says of quota what a test wants said. */
export class QuotaStandIn {
  /** How often a page asked for the report. */
  asked = 0;
  readonly requests: unknown[] = [];
  private readonly _sockets: WebSocketRoute[] = [];

  private constructor(private _report: () => QuotaReport) {}

  /** Before the page is opened. */
  static async before(
    page: Page,
    report: () => QuotaReport
  ): Promise<QuotaStandIn> {
    const standIn = new QuotaStandIn(report);
    await page.route('**/services/commons/api/quota', async route => {
      standIn.asked++;
      await route.fulfill({ json: standIn._report() });
    });
    await page.route('**/services/commons/api/quota/requests', async route => {
      standIn.requests.push(route.request().postDataJSON());
      await route.fulfill({ status: 204 });
    });
    await page.routeWebSocket('**/services/commons/events', socket => {
      socket.connectToServer();
      standIn._sockets.push(socket);
    });
    return standIn;
  }

  /** How many events sockets the page has opened; the newest is that of the page as it is. */
  get sockets(): number {
    return this._sockets.length;
  }

  set report(report: () => QuotaReport) {
    this._report = report;
  }

  /** On the page's events socket, as the companion does. */
  say(quota: QuotaNews): void {
    this._sockets.at(-1)!.send(JSON.stringify({ type: 'quota', quota }));
  }
}

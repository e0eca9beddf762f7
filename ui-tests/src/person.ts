import { expect, type Page, type WebSocket } from '@playwright/test';
import { Commons } from './commons.ts';
import type { Name, TestHub } from './hub.ts';
import type { LabWindow } from './lab-window.ts';
import { NotebookPanel } from './notebook-panel.ts';
import { ShareDialog } from './share-dialog.ts';

/** What a line about our own code names: its file, its drive, or its service. */
const OURS = /commons|\blive:/i;
/** A browser tells of every refused call itself; refusals are what some tests are about. */
const REFUSED = /Failed to load resource|WebSocket connection to/;

export type PageConfig = {
  token: string;
  baseUrl: string;
  hubUser: string;
  commonsUrl?: string;
  commonsProblem?: string;
};

/** Somebody in front of a page; blank until they go somewhere. */
export class Person {
  /** Errors in the console that come from our code. */
  readonly problems: string[] = [];
  private readonly _sockets: WebSocket[] = [];

  constructor(
    private readonly _hub: TestHub,
    readonly name: Name,
    readonly page: Page
  ) {
    this._listen();
  }

  private _listen(): void {
    this.page.on('pageerror', error =>
      this._note(error.stack ?? error.message)
    );
    this.page.on('websocket', socket => this._sockets.push(socket));
    this.page.on('console', message => {
      if (message.type() === 'error') {
        this._note(message.text());
      }
    });
  }

  /** What JupyterLab itself throws while it does what we asked for is not ours: the place decides. */
  private _note(text: string): void {
    const [message, place = ''] = text.split(/\n\s*at /);
    if (!REFUSED.test(text) && OURS.test(`${message} ${place}`)) {
      this.problems.push(text);
    }
  }

  /** Resolves when JupyterLab has started every plugin and restored its layout. */
  async labIsReady(): Promise<void> {
    const { page } = this;
    await page.waitForFunction(() => 'jupyterapp' in window, undefined, {
      timeout: 60_000
    });
    await page.evaluate(async () => {
      await (window as unknown as LabWindow).jupyterapp.restored;
    });
    await expect(page.locator('#jupyterlab-splash')).toHaveCount(0, {
      timeout: 60_000
    });
  }

  get hubUrl(): string {
    return this._hub.url;
  }

  /** Goes to an address below this person's own server. */
  async goto(path: string): Promise<void> {
    await this.page.goto(`${this._hub.url}user/${this.name}/${path}`);
    await this.labIsReady();
  }

  /** Opens JupyterLab with nothing in it: what earlier pages of this person left open is not restored. */
  async openFresh(): Promise<void> {
    await this.goto('lab?reset');
  }

  /** Opens JupyterLab unless it is open. */
  async openLab(): Promise<void> {
    if (!this.page.url().includes(`/user/${this.name}/lab`)) {
      await this.goto('lab');
    }
  }

  /** Opens a file of their own as a plain notebook. */
  async openOwn(path: string): Promise<NotebookPanel> {
    await this.goto(`lab/tree/${path}`);
    return this.panel(path.split('/').at(-1)!);
  }

  /** Opens a document by its link, as one that was sent in a chat. */
  async openLink(link: string): Promise<NotebookPanel> {
    await this.page.goto(link);
    await this.labIsReady();
    return this.panel();
  }

  /** The notebook in front; `name` waits for the one whose tab says so. */
  async panel(name?: string): Promise<NotebookPanel> {
    if (name !== undefined) {
      await expect(
        this.page.locator('#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current')
      ).toContainText(name);
    }
    const panel = new NotebookPanel(this.page);
    await expect(panel.root).toBeVisible();
    return panel;
  }

  /** Cuts the whole browser of this person off, or lets it back. */
  setOffline(offline: boolean): Promise<void> {
    return this.page.context().setOffline(offline);
  }

  /** Resolves when the page has an events socket, the last thing it does by itself. */
  async isSignedIn(): Promise<void> {
    const isEvents = (socket: WebSocket) =>
      socket.url().includes('/services/commons/events');
    if (!this._sockets.some(isEvents)) {
      await this.page.waitForEvent('websocket', { predicate: isEvents });
    }
  }

  /** Opens a panel of a sidebar by its title. */
  async openPanel(title: string): Promise<void> {
    await this.openLab();
    const tab = this.page.locator(
      `.jp-SideBar .lm-TabBar-tab[title^="${title}"]`
    );
    if (!(await tab.getAttribute('class'))?.includes('lm-mod-current')) {
      await tab.click();
    }
    await expect(tab).toHaveClass(/lm-mod-current/);
  }

  /** Through the palette's command, without its menus. */
  async setTheme(theme: string): Promise<void> {
    await this.openLab();
    await this.page.evaluate(
      name =>
        (window as unknown as LabWindow).jupyterapp.commands.execute(
          'apputils:change-theme',
          { theme: name }
        ),
      theme
    );
    await expect(this.page.locator('body')).toHaveAttribute(
      'data-jp-theme-name',
      theme
    );
  }

  /** Runs a command of JupyterLab, as its palette and menus do. */
  execute(command: string, args: object = {}): Promise<void> {
    return this.page.evaluate(
      async ([id, options]) => {
        await (window as unknown as LabWindow).jupyterapp.commands.execute(
          id,
          options
        );
      },
      [command, args] as const
    );
  }

  /** Asks this person's own server, with the token of their page. */
  async ownServer(path: string): Promise<unknown> {
    const { token } = await this.pageConfig();
    const response = await fetch(`${this._hub.url}user/${this.name}/${path}`, {
      headers: { Authorization: `token ${token}` }
    });
    return response.json();
  }

  /** Presses Share in the toolbar of the notebook in front. */
  async openShareDialog(): Promise<ShareDialog> {
    return ShareDialog.open(this.page);
  }

  /** What the server tells the page; read anew, since a server may have restarted. */
  async pageConfig(): Promise<PageConfig> {
    await this.openLab();
    return pageConfigOf(this.page);
  }

  /** Calls the companion with this page's token, as a program of this person could. */
  async commons(): Promise<Commons> {
    const { token } = await this.pageConfig();
    return Commons.signIn(this._hub.url, token);
  }
}

/** What a server has put into the page that is shown. */
export async function pageConfigOf(page: Page): Promise<PageConfig> {
  const text = await page.locator('#jupyter-config-data').textContent();
  return JSON.parse(text ?? '{}') as PageConfig;
}

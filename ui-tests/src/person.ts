import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect } from '@playwright/test';
import { PASSWORD } from '../../scripts/hub.mjs';
import { Commons } from './commons.ts';
import type { Name, TestHub } from './hub.ts';
import { NotebookPanel } from './notebook-panel.ts';
import { ShareDialog } from './share-dialog.ts';

/** Console lines about our own code: its file, or one of its sentences. */
const OURS = /jupyterlab-commons|commons/i;
/** A browser tells of every refused call itself; refusals are what some tests are about. */
const REFUSED = /Failed to load resource|WebSocket connection to/;

export type PageConfig = {
  token: string;
  baseUrl: string;
  hubUser: string;
  commonsUrl?: string;
  commonsProblem?: string;
};

/** Somebody with a browser of their own, in front of JupyterLab. */
export class Person {
  readonly name: Name;
  readonly page: Page;
  /** Errors in the console that come from our code. */
  readonly problems: string[] = [];

  private constructor(
    private readonly _hub: TestHub,
    name: Name,
    readonly context: BrowserContext,
    page: Page
  ) {
    this.name = name;
    this.page = page;
    this._listen();
  }

  /** Signs in as a person would, with the server started before, so that no test waits twice. */
  static async signIn(
    browser: Browser,
    hub: TestHub,
    name: Name
  ): Promise<Person> {
    await hub.startServer(name);
    const context = await browser.newContext();
    const person = new Person(hub, name, context, await context.newPage());
    await person.page.goto(
      `${hub.url}hub/login?next=${encodeURIComponent(`/user/${name}/lab?reset`)}`
    );
    await person.page.getByLabel('Username').fill(name);
    await person.page.getByLabel('Password').fill(PASSWORD);
    await person.page.getByRole('button', { name: 'Sign in' }).click();
    await person.labIsReady();
    return person;
  }

  private _listen(): void {
    this.page.on('pageerror', error => {
      if (OURS.test(error.stack ?? error.message)) {
        this.problems.push(error.stack ?? error.message);
      }
    });
    this.page.on('console', message => {
      const text = `${message.text()} (${message.location().url})`;
      if (
        message.type() === 'error' &&
        OURS.test(text) &&
        !REFUSED.test(text)
      ) {
        this.problems.push(text);
      }
    });
  }

  async labIsReady(): Promise<void> {
    await expect(this.page.locator('#jupyterlab-splash')).toHaveCount(0, {
      timeout: 60_000
    });
    await expect(this.page.locator('#jp-main-dock-panel')).toBeVisible({
      timeout: 60_000
    });
  }

  /** Goes to an address below this person's own server, with an empty workspace. */
  async goto(path: string): Promise<void> {
    await this.page.goto(`${this._hub.url}user/${this.name}/${path}`);
    await this.labIsReady();
  }

  /** Opens a file of their own as a plain notebook. */
  async openOwn(path: string): Promise<NotebookPanel> {
    await this.goto(`lab/tree/${path}?reset`);
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
      ).toContainText(name.replace(/\.ipynb$/, ''));
    }
    const panel = new NotebookPanel(this.page);
    await expect(panel.root).toBeVisible();
    return panel;
  }

  /** Opens a panel of a sidebar by its title. */
  async openPanel(title: string): Promise<void> {
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
    await this.page.evaluate(
      name =>
        (
          window as unknown as {
            jupyterapp: {
              commands: { execute(id: string, args: object): Promise<void> };
            };
          }
        ).jupyterapp.commands.execute('apputils:change-theme', { theme: name }),
      theme
    );
    await expect(this.page.locator('body')).toHaveAttribute(
      'data-jp-theme-name',
      theme
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
  pageConfig(): Promise<PageConfig> {
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

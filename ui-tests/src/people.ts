import type { Browser, BrowserContext } from '@playwright/test';
import { PASSWORD } from '../../scripts/hub.mjs';
import type { Name, TestHub } from './hub.ts';
import { Person } from './person.ts';

/**
 * The browsers of all people of one hub. Each signs in once and keeps cookies
 * and cache, as browsers do; each test gets a new page with nothing open.
 */
export class People {
  private readonly _contexts = new Map<Name, Promise<BrowserContext>>();

  constructor(
    private readonly _browser: Browser,
    private readonly _hub: TestHub
  ) {}

  /** A person whose server runs and shows nothing of earlier tests. */
  async enter(name: Name): Promise<Person> {
    await this._hub.startServer(name);
    let context = this._contexts.get(name);
    if (context === undefined) {
      context = this._signIn(name);
      this._contexts.set(name, context);
    }
    await this._hub.clearServer(name);
    return new Person(this._hub, name, await (await context).newPage());
  }

  private async _signIn(name: Name): Promise<BrowserContext> {
    const context = await this._browser.newContext();
    const page = await context.newPage();
    await page.goto(`${this._hub.url}hub/login`);
    await page.getByLabel('Username').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`**/user/${name}/lab*`);
    await page.close();
    return context;
  }

  async close(): Promise<void> {
    for (const context of this._contexts.values()) {
      await (await context).close();
    }
  }
}

import type { Locator, Page } from '@playwright/test';
import type { RouteName } from '@jupyterlab-commons/protocol';
import { ask, type Reply } from './commons.ts';
import { expect } from './fixtures.ts';
import type { Person } from './person.ts';

/** The admin's page, in a window of its own. */
export class Dashboard {
  private constructor(
    readonly page: Page,
    private readonly _hubUrl: string,
    private readonly _authorization: string
  ) {}

  /** Opens it as a person does, through the hub; who comes for the first time is asked once. */
  static async open(person: Person, view = 'overview'): Promise<Dashboard> {
    const page = await person.page.context().newPage();
    const asked = page.waitForRequest('**/api/admin/**');
    await page.goto(`${person.hubUrl}services/commons/#/${view}`);
    const authorize = page.getByRole('button', { name: 'Authorize' });
    const heading = page.getByRole('heading', { name: 'Commons', exact: true });
    await expect(authorize.or(heading)).toBeVisible();
    if (await authorize.isVisible()) {
      await authorize.click();
    }
    await expect(heading).toBeVisible();
    const { authorization = '' } = (await asked).headers();
    return new Dashboard(page, person.hubUrl, authorization);
  }

  /** Calls the companion with the session of this page. */
  call(
    route: RouteName,
    parts: Record<string, string> = {},
    body?: unknown
  ): Promise<Reply> {
    return ask(this._hubUrl, route, {
      parts,
      body,
      headers: { Authorization: this._authorization }
    });
  }

  async go(view: string): Promise<void> {
    await this.page.evaluate(hash => {
      location.hash = hash;
    }, `#/${view}`);
  }

  /** The row of a table by what its first cell says. */
  row(table: string, name: string | RegExp): Locator {
    return this.page
      .getByRole('region', { name: table, exact: true })
      .getByRole('row')
      .filter({ has: this.page.getByRole('rowheader', { name }) });
  }

  /** What reaches over the edge of the screen, or scrolls sideways; the first few. */
  tooWide(): Promise<string[]> {
    return this.page.evaluate(() => {
      const named = ({ localName, className }: Element) =>
        `${localName}.${className}`;
      const root = document.scrollingElement!;
      const wide = root.scrollWidth > innerWidth ? ['the page'] : [];
      for (const each of document.querySelectorAll('main, main *')) {
        const scrolls =
          each.clientWidth < each.scrollWidth &&
          getComputedStyle(each).overflowX === 'auto';
        if (scrolls || each.getBoundingClientRect().right > innerWidth) {
          wide.push(named(each));
        }
      }
      return wide.slice(0, 5);
    });
  }

  dialog(title: string): Locator {
    return this.page.getByRole('dialog', { name: title });
  }
}

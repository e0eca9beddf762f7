import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import type { Person } from './person.ts';

/** The admin's page, in a window of its own. */
export class Dashboard {
  private constructor(readonly page: Page) {}

  /** Opens it as a person does, through the hub; who comes for the first time is asked once. */
  static async open(person: Person, view = 'overview'): Promise<Dashboard> {
    const page = await person.page.context().newPage();
    await page.goto(`${person.hubUrl}services/commons/#/${view}`);
    const authorize = page.getByRole('button', { name: 'Authorize' });
    const heading = page.getByRole('heading', { name: 'Commons', exact: true });
    await expect(authorize.or(heading)).toBeVisible();
    if (await authorize.isVisible()) {
      await authorize.click();
    }
    await expect(heading).toBeVisible();
    return new Dashboard(page);
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

  dialog(title: string): Locator {
    return this.page.getByRole('dialog', { name: title });
  }
}

import { expect, type Locator, type Page } from '@playwright/test';
import type { Person } from './person.ts';

/** The panel of git history in front of somebody. */
export class GitPanel {
  private constructor(
    readonly root: Locator,
    private readonly _person: Person
  ) {}

  static async open(person: Person): Promise<GitPanel> {
    await person.openPanel('History');
    return GitPanel.shown(person);
  }

  /** The one that a command or a menu has shown. */
  static async shown(person: Person): Promise<GitPanel> {
    const root = person.page.getByRole('region', { name: 'History' });
    await expect(root).toBeVisible();
    return new GitPanel(root, person);
  }

  get list(): Locator {
    return this.root.getByRole('listbox', { name: /Commits/ });
  }

  get rows(): Locator {
    return this.list.getByRole('option');
  }

  row(subject: string): Locator {
    return this.rows.filter({ hasText: subject });
  }

  get details(): Locator {
    return this.root.getByRole('region', { name: /^(Commit|Comparison)$/ });
  }

  /** What can be done with the shown commit. */
  verb(name: string): Locator {
    return this.details.getByRole('button', { name, exact: true });
  }

  get search(): Locator {
    return this.root.getByRole('searchbox', { name: 'Search in messages' });
  }

  async choose(scope: 'This file' | 'Whole repository'): Promise<void> {
    await this.root.getByRole('radio', { name: scope }).check();
  }

  /** Presses a key in the list. */
  async press(...keys: string[]): Promise<void> {
    await this.list.focus();
    for (const key of keys) {
      await this._person.page.keyboard.press(key);
    }
  }

  /** Counts the calls of git routes that a page makes from now on. */
  countCalls(): () => string[] {
    const calls: string[] = [];
    this._person.page.on('request', request => {
      const { pathname } = new URL(request.url());
      if (pathname.includes('/commons/git/')) {
        calls.push(pathname);
      }
    });
    return () => calls;
  }
}

/** The tab in front of the main area with such a title: a diff, a version, the past of a cell. */
export const mainTab = (page: Page, title: RegExp): Locator =>
  page
    .locator('.jp-Commons-GitPanel:not(.lm-mod-hidden)')
    .filter({ has: page.getByRole('heading', { name: title }) });

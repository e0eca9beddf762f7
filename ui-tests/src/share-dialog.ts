import { expect, type Locator, type Page } from '@playwright/test';

export type Right = 'Can view' | 'Can edit';

/** The dialog "Share …", before and after the file is shared. */
export class ShareDialog {
  readonly root: Locator;

  private constructor(page: Page) {
    this.root = page.getByRole('dialog', { name: /^Share / });
  }

  static async open(page: Page): Promise<ShareDialog> {
    await page
      .locator(
        '.jp-NotebookPanel:not(.lm-mod-hidden) .jp-NotebookPanel-toolbar'
      )
      .getByRole('button', { name: 'Share' })
      .click();
    const dialog = new ShareDialog(page);
    await expect(dialog.root).toBeVisible();
    return dialog;
  }

  button(name: string): Locator {
    return this.root.getByRole('button', { name, exact: true });
  }

  /** Names somebody: chosen while nothing is shared yet, let in at once afterwards. */
  async add(who: string, right: Right): Promise<void> {
    const field = this.root.getByRole('combobox', { name: 'Person or group' });
    await field.fill(who);
    await this.root
      .getByLabel('What they may do')
      .selectOption({ label: right });
    await this.button('Add').click();
    await expect(
      this.root.getByRole('listitem').filter({ hasText: who })
    ).toBeVisible();
  }

  /** Shares a file that was not shared; resolves when it is live. */
  async share(): Promise<void> {
    await this.button('Share').click();
    await expect(this.root.getByRole('textbox', { name: 'Link' })).toBeVisible({
      timeout: 60_000
    });
  }

  async link(): Promise<string> {
    return this.root.getByRole('textbox', { name: 'Link' }).inputValue();
  }

  async change(who: string, right: Right): Promise<void> {
    const select = this.root.getByLabel(`What ${who} may do`);
    await select.selectOption({ label: right });
    await expect(select.locator('option:checked')).toHaveText(right);
  }

  async remove(who: string): Promise<void> {
    await this.button(`Remove ${who}`).click();
    await expect(this.root.getByLabel(`What ${who} may do`)).toHaveCount(0);
  }

  async close(): Promise<void> {
    await this.button('Close').click();
    await expect(this.root).toHaveCount(0);
  }
}

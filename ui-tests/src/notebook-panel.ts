import { expect, type Locator, type Page } from '@playwright/test';

/** The notebook that is in front. */
export class NotebookPanel {
  readonly root: Locator;
  readonly cells: Locator;

  constructor(readonly page: Page) {
    this.root = page.locator(
      '#jp-main-dock-panel .jp-NotebookPanel:not(.lm-mod-hidden)'
    );
    this.cells = this.root.locator('.jp-Notebook .jp-Cell');
  }

  editor(index: number): Locator {
    return this.cells.nth(index).locator('.cm-content').first();
  }

  output(index: number): Locator {
    return this.cells.nth(index).locator('.jp-OutputArea-output');
  }

  /** The number beside a cell; `[*]:` while it runs. */
  prompt(index: number): Locator {
    return this.cells.nth(index).locator('.jp-InputPrompt');
  }

  get toolbar(): Locator {
    return this.root.getByRole('toolbar').first();
  }

  /** Types at the end of a cell, keeping what is there. */
  async type(index: number, text: string): Promise<void> {
    await this.editor(index).click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  async run(index: number): Promise<void> {
    await this.editor(index).click();
    await this.page.keyboard.press('Control+Enter');
  }

  async addCellBelow(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('b');
  }

  /** Waits until a cell reads exactly so. */
  async reads(index: number, text: string): Promise<void> {
    await expect(this.editor(index)).toHaveText(text);
  }

  /** Waits until the kernel is there and has nothing to do. */
  async kernelIsIdle(): Promise<void> {
    await expect(
      this.root.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    ).toBeVisible({
      timeout: 60_000
    });
  }

  /** Waits until the page says that every edit is on the companion's disk. */
  async isSaved(): Promise<void> {
    await expect(
      this.toolbar.getByText('Saved', { exact: true })
    ).toBeVisible();
  }
}

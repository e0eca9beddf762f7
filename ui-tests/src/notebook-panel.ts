import { expect, type Locator, type Page } from '@playwright/test';
import type { LabWindow } from './lab-window.ts';

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
  async type(
    index: number,
    text: string,
    options: { delay?: number } = {}
  ): Promise<void> {
    await this.editor(index).click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text, options);
  }

  /** Waits until a cell reads so among other things. */
  async contains(index: number, text: string): Promise<void> {
    await expect
      .poll(() => this.source(index), { timeout: 30_000 })
      .toContain(text);
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
    await expect.poll(() => this.source(index), { timeout: 30_000 }).toBe(text);
  }

  /** What a cell reads, without the carets of others and their names. */
  async source(index: number): Promise<string | null> {
    return this.page.evaluate(at => {
      const panel = document.querySelector(
        '#jp-main-dock-panel .jp-NotebookPanel:not(.lm-mod-hidden)'
      );
      const cell = panel?.querySelectorAll('.jp-Notebook .jp-Cell')[at];
      const content = cell?.querySelector('.cm-content')?.cloneNode(true);
      if (!(content instanceof HTMLElement)) {
        return null;
      }
      content
        .querySelectorAll('.jp-Commons-caret')
        .forEach(caret => caret.remove());
      return [...content.querySelectorAll('.cm-line')]
        .map(line => line.textContent)
        .join('\n');
    }, index);
  }

  /** Waits until the kernel is there and has nothing to do. The indicator says idle before there is one. */
  async kernelIsIdle(): Promise<void> {
    const status = () =>
      this.page.evaluate(() => {
        const { shell } = (window as unknown as LabWindow).jupyterapp;
        const panel = [...shell.widgets('main')].find(
          ({ isVisible, sessionContext }) => isVisible && sessionContext
        );
        const session = panel?.sessionContext;
        const kernel = session?.isReady ? session.session?.kernel : null;
        return kernel ? `${kernel.connectionStatus} ${kernel.status}` : 'none';
      });
    await expect.poll(status, { timeout: 60_000 }).toBe('connected idle');
  }

  /** Waits until the page says that every edit is on the companion's disk. */
  async isSaved(): Promise<void> {
    await expect(
      this.toolbar.getByText('Saved', { exact: true })
    ).toBeVisible();
  }
}

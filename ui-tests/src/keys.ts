import { expect, type Locator, type Page } from '@playwright/test';

const MOST_TABS = 60;

/** Goes on with Tab until a part of the page has the focus, as somebody without a mouse does. */
export async function tabTo(
  page: Page,
  target: Locator,
  key: 'Tab' | 'Shift+Tab' = 'Tab'
): Promise<void> {
  await expect(target).toBeVisible();
  for (let press = 0; press < MOST_TABS; press++) {
    if (await hasFocus(target)) {
      return;
    }
    await page.keyboard.press(key);
  }
  await expect(target, `after ${MOST_TABS} times ${key}`).toBeFocused();
}

const hasFocus = (target: Locator): Promise<boolean> =>
  target.evaluate(node => node === node.ownerDocument.activeElement);

/** Runs a command by typing its name into the palette. */
export async function fromPalette(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+Shift+C');
  const field = page.locator('#command-palette .lm-CommandPalette-input');
  await expect(field).toBeFocused();
  await page.keyboard.type(name);
  await expect(page.locator('.lm-CommandPalette-item').first()).toContainText(
    name
  );
  await page.keyboard.press('Enter');
}

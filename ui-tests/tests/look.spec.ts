import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
const THEMES = ['JupyterLab Light', 'JupyterLab Dark'];
const CELLS = [
  {
    type: 'markdown' as const,
    source: '# Visits of the garden\n\nFour weeks, counted by hand.'
  },
  { source: 'visits = [12, 18, 25, 31]\nsum(visits) / len(visits)' },
  { source: "print('The last week was the best one.')" }
];

for (const theme of THEMES) {
  test(`panel, dialog and toolbar are accessible and drawn in ${theme}`, async ({
    signIn,
    shareNew
  }) => {
    const shade = theme.split(' ')[1]!;
    mkdirSync(PICTURES, { recursive: true });
    const picture = (name: string) => ({
      path: join(PICTURES, `${name}-${shade.toLowerCase()}.png`)
    });
    const file = `Garden ${shade}.ipynb`;
    const alice = await signIn('alice');
    const bob = await signIn('bob');
    await alice.setTheme(theme);
    await bob.setTheme(theme);
    const { link, panel } = await shareNew(alice, {
      cells: CELLS,
      with: { bob: 'Can edit', carol: 'Can view' },
      path: `look/${file}`
    });
    await panel.kernelIsIdle();
    await panel.run(1);
    const his = await bob.openLink(link);
    await expect(his.output(1)).toBeVisible();
    await his.editor(2).click();

    await bob.openPanel('Shared documents');
    await expect(
      bob.page.getByRole('button', { name: `Open ${file}` })
    ).toBeVisible();
    await bob.page.screenshot(picture('guest'));
    const dialog = await alice.openShareDialog();
    await alice.page.screenshot(picture('share-dialog'));
    expect(
      await accessibilityProblems(alice.page, '.jp-Commons-ShareDialog')
    ).toEqual([]);
    await dialog.close();
    await alice.openPanel('Shared documents');
    // What is only for screen readers is not taken away from them, too.
    await expect(
      alice.page.locator('#jp-commons-sessions .jp-Commons-LiveRegion')
    ).toHaveCSS('display', 'block');
    await alice.page.screenshot(picture('owner'));
    for (const { page } of [alice, bob]) {
      expect(
        await accessibilityProblems(page, '[class*="jp-Commons-"]')
      ).toEqual([]);
    }
  });
}

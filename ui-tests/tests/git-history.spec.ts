import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { GitPanel } from '../src/git-panel.ts';
import { GitRepo } from '../src/git-repo.ts';
import type { Person } from '../src/person.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
const COMMITS = 3000;
const HOSTILE = '<img src=x onerror=alert(1)>%1 \u202Egpj.exe';

test.use({ hubName: 'git' });

const accessible = async (person: Person) =>
  expect(
    await accessibilityProblems(person.page, '.jp-Commons-History')
  ).toEqual([]);

/** Makes the left side area wider by pulling its edge. */
async function widen(person: Person, by: number): Promise<void> {
  const { page } = person;
  const area = page.locator('#jp-left-stack');
  const box = (await area.boundingBox())!;
  const edge = box.x + box.width + 2;
  await page.mouse.move(edge, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(edge + by, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await expect
    .poll(async () => (await area.boundingBox())!.width)
    .toBeGreaterThan(box.width + by / 2);
}

test('3,000 commits with merges are scrolled, searched and drawn, light and dark, narrow and wide', async ({
  signIn,
  hub
}) => {
  test.setTimeout(240_000);
  mkdirSync(PICTURES, { recursive: true });
  GitRepo.make(hub, 'alice', 'many').importMany(COMMITS);
  const alice = await signIn('alice');
  await alice.openOwn('many/Study.ipynb');
  const panel = await GitPanel.open(alice);
  await panel.choose('Whole repository');
  await expect(panel.row(`Step ${COMMITS} `)).toBeVisible();
  for (const width of ['narrow', 'wide']) {
    if (width === 'wide') {
      await widen(alice, 500);
    }
    await panel.rows.nth(3).click();
    await expect(panel.details).toContainText('Copy hash');
    for (const shade of ['Light', 'Dark']) {
      await alice.setTheme(`JupyterLab ${shade}`);
      await expect(alice.page.locator('#jupyterlab-splash')).toHaveCount(0);
      await alice.page.screenshot({
        path: join(PICTURES, `history-${width}-${shade}.png`.toLowerCase())
      });
      await accessible(alice);
    }
  }
  // Only what is in sight is in the page, however far one goes.
  await expect
    .poll(async () => {
      await panel.press('End');
      return Number(await panel.rows.last().getAttribute('aria-posinset'));
    })
    .toBeGreaterThan(400);
  expect(await panel.rows.count()).toBeLessThan(60);
  await panel.press('Home');
  await expect(panel.row(`Step ${COMMITS} `)).toBeVisible();
  await panel.search.fill('"Step 17 "');
  await expect(panel.rows).toHaveCount(1);
  await panel.search.press('Escape');
  await expect(panel.row(`Step ${COMMITS} `)).toBeVisible();
  await panel.search.fill('author:bo until:2023-11-15');
  await expect(panel.rows.first()).toContainText('Bo');
  await panel.search.press('Escape');
});

test('a file is followed across its rename, by keyboard alone', async ({
  signIn,
  hub
}) => {
  const repo = GitRepo.make(hub, 'alice', 'renamed');
  repo.commit('Begin', { 'old name.py': 'one = 1\ntwo = 2\nthree = 3\n' });
  repo.git('mv', 'old name.py', 'new name.py');
  repo.commit('Rename it');
  repo.commit(
    'Say more\n\nIn two lines.\n\nCo-authored-by: Cy <cy@example.org>',
    {
      'new name.py': 'one = 1\ntwo = 2\nthree = 3\nfour = 4\n'
    }
  );
  repo.commit('Something else', { 'other.py': '' });
  const alice = await signIn('alice');
  await alice.goto('lab/tree/renamed/new%20name.py');
  const panel = await GitPanel.open(alice);
  await expect(panel.rows).toHaveCount(3);
  await expect(panel.row('Rename it')).toContainText(
    'Renamed from old name.py'
  );
  await panel.press('Enter');
  await expect(panel.details).toContainText('In two lines.');
  await expect(panel.details).toContainText('Cy');
  await expect(panel.details).toContainText('+1');
  await panel.press('ArrowDown', 'ArrowDown', 'Control+Enter');
  await expect(
    panel.root.getByRole('region', { name: 'Comparison' })
  ).toContainText('From “Begin” to “Say more”');
  await accessible(alice);
  await panel.press('Escape');
  await expect(panel.details).toHaveCount(0);
});

test('a commit made elsewhere appears by itself, and nothing is asked before', async ({
  signIn,
  hub
}) => {
  const repo = GitRepo.make(hub, 'alice', 'news');
  repo.commit('First', { 'a.py': '1' });
  const alice = await signIn('alice');
  await alice.goto('lab/tree/news/a.py');
  const panel = await GitPanel.open(alice);
  await expect(panel.rows).toHaveCount(1);
  await panel.row('First').click();
  const calls = panel.countCalls();
  // The server looks every two seconds; here it has looked several times.
  await alice.page.waitForTimeout(7000);
  expect(calls()).toEqual([]);
  repo.commit('Second', { 'a.py': '2' });
  await expect(panel.rows).toHaveCount(2);
  await expect(panel.row('First')).toHaveAttribute('aria-selected', 'true');
  expect(calls().length).toBeLessThanOrEqual(4);
});

test('what cannot be listed says why, and what others wrote is text', async ({
  signIn,
  hub
}) => {
  const alice = await signIn('alice');
  hub.writeFile('alice', 'plain/a.py', '');
  await alice.goto('lab/tree/plain/a.py');
  const panel = await GitPanel.open(alice);
  await expect(panel.root).toContainText(
    'This folder is not in a git repository.'
  );
  await accessible(alice);

  GitRepo.make(hub, 'alice', 'empty').write('a.py', '');
  await alice.goto('lab/tree/empty/a.py');
  await GitPanel.open(alice);
  await expect(panel.root).toContainText('This repository has no commits yet.');

  const repo = GitRepo.make(hub, 'alice', 'hostile');
  const head = repo.commit(HOSTILE, {
    'a.py': '',
    [`x${HOSTILE.slice(0, 4)}.py`]: ''
  });
  repo.git('branch', 'b<i>old');
  repo.git('checkout', '-q', '--detach', head);
  repo.git('config', 'core.fsmonitor', `touch ${HOSTILE}`);
  await alice.goto('lab/tree/hostile/a.py');
  await GitPanel.open(alice);
  await expect(panel.row('<img src=x')).toBeVisible();
  await expect(panel.root).toContainText('HEAD is detached at');
  await panel.row('<img').click();
  await expect(panel.details.getByRole('heading', { level: 3 })).toContainText(
    '<img'
  );
  await expect(panel.root.locator('.jp-Commons-History-body img')).toHaveCount(
    0
  );
  await accessible(alice);

  await panel.root.getByRole('button', { name: 'Look…' }).click();
  const dialog = alice.page.getByRole('dialog');
  await expect(dialog).toContainText('core.fsmonitor');
  await expect(
    dialog.getByRole('button', { name: 'Keep restricted' })
  ).toBeFocused();
  await alice.page.screenshot({ path: join(PICTURES, 'history-trust.png') });
  expect(await accessibilityProblems(alice.page, '.jp-Dialog')).toEqual([]);
  await dialog.getByRole('button', { name: 'Trust', exact: true }).click();
  await expect(panel.root).toContainText(
    'Programs named by this repository may run'
  );
});

test('branches are searched for and chosen, and the file browser leads here', async ({
  signIn,
  hub
}) => {
  const repo = GitRepo.make(hub, 'alice', 'branches');
  repo.commit('On main', { 'a.py': '1' });
  repo.git('checkout', '-q', '-b', 'feature/plots');
  repo.commit('On a branch', { 'b.py': '1' });
  repo.git('checkout', '-q', 'main');
  repo.git('tag', '-a', 'v1', '-m', 'One');
  const alice = await signIn('alice');
  await alice.goto('lab');
  await alice.setTheme('JupyterLab Dark');
  await expect(alice.page.locator('#jupyterlab-splash')).toHaveCount(0);
  await alice.page
    .locator('.jp-DirListing-item')
    .filter({ hasText: 'branches' })
    .click({ button: 'right' });
  await alice.page.getByRole('menuitem', { name: 'Show History' }).click();
  const panel = await GitPanel.shown(alice);
  await expect(panel.rows).toHaveCount(2);
  await expect(panel.row('On main')).toContainText('v1');
  await panel.root.getByRole('button', { name: 'All branches' }).click();
  const field = panel.root.getByRole('combobox');
  await field.fill('plo');
  await expect(
    panel.root.getByRole('option', {
      name: 'Branch feature/plots',
      exact: true
    })
  ).toBeVisible();
  await accessible(alice);
  await alice.page.screenshot({ path: join(PICTURES, 'history-branches.png') });
  await field.press('Enter');
  await expect(
    panel.root.getByRole('button', { name: 'feature/plots' })
  ).toBeFocused();
  await field.waitFor({ state: 'detached' });
  await expect(panel.rows).toHaveCount(2);
});

test('Notebook 7 has the same panel', async ({ signIn, hub }) => {
  GitRepo.make(hub, 'alice', 'seven').commit('In Notebook 7', { 'a.py': '1' });
  const alice = await signIn('alice');
  await alice.goto('tree/seven');
  await alice.execute('commons:show-history', { path: 'seven/a.py' });
  const panel = await GitPanel.shown(alice);
  await expect(panel.row('In Notebook 7')).toBeVisible();
});

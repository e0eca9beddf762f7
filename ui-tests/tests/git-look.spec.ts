import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { GitPanel, mainTab } from '../src/git-panel.ts';
import { GitRepo } from '../src/git-repo.ts';
import type { TestHub } from '../src/hub.ts';
import { imageOutput, ipynb, type NewCell } from '../src/ipynb.ts';
import { fromPalette, tabTo } from '../src/keys.ts';
import type { Person } from '../src/person.ts';
import { picture } from '../src/picture.ts';

test.use({ hubName: 'git' });

const PICTURES = join(import.meta.dirname, '../screenshots');

const PLOT: NewCell = { id: 'plot', source: 'data.plot()' };
const JANUARY: NewCell[] = [
  { id: 'title', type: 'markdown', source: '# Sales' },
  { id: 'load', source: "data = read('jan.csv')" },
  { ...PLOT, outputs: [imageOutput(picture([60, 90, 200]))] }
];
const FEBRUARY: NewCell[] = [
  JANUARY[0]!,
  { id: 'load', source: "data = read('feb.csv')" },
  { ...PLOT, outputs: [imageOutput(picture([230, 140, 30]))] }
];

const script = (step: number, end: string) =>
  Array.from({ length: 60 }, (_, line) =>
    line === 30 ? `step = ${step}` : `value_${line} = ${line}`
  )
    .concat(end)
    .join('\n');

/** A notebook and a script in two versions. */
function sales(hub: TestHub, folder: string): GitRepo {
  const repo = GitRepo.make(hub, 'alice', folder);
  repo.commit('January', {
    'Study.ipynb': ipynb(JANUARY),
    'steps.py': script(1, 'print(step)\n')
  });
  repo.commit('February', {
    'Study.ipynb': ipynb(FEBRUARY),
    'steps.py': script(2, 'print(step, value_1)\n')
  });
  return repo;
}

/** What is ours is accessible, and has its picture taken. */
async function looked({ page }: Person, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `git-${name}.png`) });
  expect(await accessibilityProblems(page, '[class*="jp-Commons-"]')).toEqual(
    []
  );
}

test.beforeAll(() => {
  mkdirSync(PICTURES, { recursive: true });
});

test('by keyboard alone: rows, a diff with images, a cell back, who wrote it, an old version, the whole file back and undone', async ({
  hub,
  signIn
}) => {
  const repo = sales(hub, 'keys');
  const alice = await signIn('alice');
  const { page } = alice;
  const { keyboard } = page;
  const open = await alice.openOwn('keys/Study.ipynb');
  await open.kernelIsIdle();
  await fromPalette(page, 'Show History');
  const panel = await GitPanel.shown(alice);
  await expect(panel.rows).toHaveCount(2);
  await tabTo(page, panel.list);
  await keyboard.press('Enter');
  await expect(panel.details).toContainText('February');
  await tabTo(page, panel.verb('Show changes'));
  await keyboard.press('Enter');

  const diff = mainTab(page, /Study.ipynb: .* → /);
  await expect(diff).toContainText('1 cell changed');
  // It takes the keys once it is drawn.
  await expect(diff.getByRole('heading', { level: 2 }).first()).toBeFocused();
  await keyboard.press('F7');
  const changed = diff.getByRole('region', { name: 'Changed: Code cell 2' });
  await expect(changed).toBeFocused();
  await keyboard.press('F7');
  const fold = diff.locator('summary').filter({ hasText: 'Show outputs' });
  await tabTo(page, fold);
  await keyboard.press('Enter');
  await expect(diff.locator('img[src^="data:image/png"]')).toHaveCount(2);
  await looked(alice, 'keys-diff');
  await keyboard.press('Enter');
  await expect(diff.locator('img')).toHaveCount(0);
  await keyboard.press('Shift+F7');
  await tabTo(page, changed.getByRole('button', { name: /^Restore this/ }));
  await keyboard.press('Enter');
  await open.reads(1, JANUARY[1]!.source);
  await expect(open.editor(1)).toBeFocused();
  await keyboard.press('Control+z');
  await open.reads(1, FEBRUARY[1]!.source);
  await keyboard.press('Control+s');

  await keyboard.press('Escape');
  await fromPalette(page, 'Show Who Last Changed Each Cell');
  const line = open.root.locator('.jp-Commons-Blame button').nth(1);
  await expect(line).toContainText('February');
  await tabTo(page, line, 'Shift+Tab');
  await keyboard.press('Enter');
  const past = mainTab(page, /History of cell 2/);
  await expect(past).toContainText('2 versions');
  await tabTo(page, past.locator('summary').nth(1));
  await keyboard.press('Enter');
  await expect(past).toContainText('jan.csv');
  await looked(alice, 'keys-cell-history');

  await fromPalette(page, 'Show History');
  await tabTo(page, panel.list);
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await expect(panel.details).toContainText('January');
  await tabTo(page, panel.verb('Open this version'));
  await keyboard.press('Enter');
  const version = mainTab(page, /Study.ipynb as it was in/);
  await expect(version).toContainText('Read-only');
  const source = version.getByRole('textbox', { name: 'Cell 2' });
  await tabTo(page, source);
  await keyboard.type('x');
  await expect(source).toHaveText(JANUARY[1]!.source);

  const before = hub.readFile('alice', 'keys/Study.ipynb');
  const state = () =>
    repo.git('rev-parse', 'HEAD') + repo.git('ls-files', '-s');
  const untouched = state();
  await fromPalette(page, 'Show History');
  await tabTo(page, panel.verb('Restore this version…'));
  await keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('kept as a checkpoint');
  await looked(alice, 'keys-restore');
  const told = page
    .locator('.Toastify__toast')
    .filter({ hasText: 'Study.ipynb is as it was in' });
  const answer = page.waitForResponse(/\/commons\/git\/restore/);
  await keyboard.press('Enter');
  expect((await answer).request().method()).toBe('POST');
  await expect(told).toBeVisible();
  expect(hub.readFile('alice', 'keys/Study.ipynb')).toBe(ipynb(JANUARY));
  expect(state()).toBe(untouched);
  await tabTo(page, told.getByRole('button', { name: 'Undo' }));
  await keyboard.press('Enter');
  await expect
    .poll(() => hub.readFile('alice', 'keys/Study.ipynb'))
    .toBe(before);
});

test('text in two versions, side by side and in one column, in a narrow window, light and dark', async ({
  hub,
  signIn
}) => {
  sales(hub, 'narrow');
  const alice = await signIn('alice');
  const { page } = alice;
  await alice.goto('lab/tree/narrow/steps.py');
  const panel = await GitPanel.open(alice);
  await panel.row('February').click();
  await panel.verb('Show changes').click();
  const diff = mainTab(page, /steps.py: .* → /);
  await expect(diff.locator('.cm-mergeView')).toBeVisible();
  const sides = diff.getByRole('textbox');
  await expect(sides).toHaveCount(2);
  await expect(sides.nth(0)).toContainText('step = 1');
  await expect(sides.nth(1)).toContainText('step = 2');
  // What is the same is folded, and opens.
  await expect(diff).not.toContainText('value_10 = 10');
  await page.keyboard.press('F7');
  await expect(diff.getByRole('status')).toHaveText('Change 1 of 2, line 31');
  await page.keyboard.press('F7');
  await page.keyboard.press('F7');
  await expect(diff.getByRole('status')).toHaveText('No more changes');
  await looked(alice, 'text-wide-light');
  await page.setViewportSize({ width: 700, height: 700 });
  await expect(diff.locator('.cm-mergeView')).toHaveCount(0);
  await expect(diff.locator('.cm-deletedChunk').first()).toBeVisible();
  await expect(diff.getByLabel('Side by side')).toBeDisabled();
  for (const shade of ['Light', 'Dark']) {
    await alice.setTheme(`JupyterLab ${shade}`);
    await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
    await looked(alice, `text-narrow-${shade.toLowerCase()}`);
  }
  await tabTo(page, diff.getByRole('button', { name: '27 unchanged lines' }));
  await page.keyboard.press('Enter');
  await expect(diff).toContainText('value_10 = 10');
  await expect(sides).toBeFocused();

  await alice.goto('lab/tree/narrow/Study.ipynb');
  await GitPanel.open(alice);
  await expect(panel.root.getByRole('heading')).toContainText('Study.ipynb');
  await panel.row('February').click();
  for (const [verb, title] of [
    ['Open this version', /Study.ipynb as it was in/],
    ['Show changes', /Study.ipynb: .* → /]
  ] as const) {
    await panel.verb(verb).click();
    const shown = mainTab(page, title);
    await expect(shown).toContainText('feb.csv');
    if (verb === 'Show changes') {
      await shown.getByText('Show outputs').click();
      await expect(shown.locator('img')).toHaveCount(2);
    }
    for (const shade of ['Light', 'Dark']) {
      await alice.setTheme(`JupyterLab ${shade}`);
      await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
      await looked(
        alice,
        `narrow-${verb.split(' ')[0]}-${shade}`.toLowerCase()
      );
    }
  }
  await alice.setTheme('JupyterLab Light');
});

test('each state of a folder is said in a sentence', async ({
  hub,
  signIn
}) => {
  const alice = await signIn('alice');
  const make = (name: string) => {
    const repo = GitRepo.make(hub, 'alice', `state-${name}`);
    repo.write('a.py', '1');
    return repo;
  };
  hub.writeFile('alice', 'state-none/a.py', '1');
  make('empty');
  const detached = make('detached');
  const head = detached.commit('One');
  detached.git('checkout', '-q', '--detach');
  make('broken').commit('One');
  writeFileSync(hub.home('alice', 'state-broken/.git/index'), 'no index');
  const whole = make('whole');
  whole.commit('One');
  whole.commit('Two');
  whole.git(
    'clone',
    '-q',
    '--depth=1',
    `file://${hub.home('alice', 'state-whole')}`,
    hub.home('alice', 'state-shallow')
  );
  make('foreign').commit('One');
  chownSync(hub.home('alice', 'state-foreign'), 12345, 12345);
  chownSync(hub.home('alice', 'state-foreign/.git'), 12345, 12345);
  make('unreadable').commit('One');
  writeFileSync(hub.home('alice', 'state-unreadable/.git/HEAD'), 'no head');
  const sentences = {
    none: 'This folder is not in a git repository.',
    empty: 'This repository has no commits yet.',
    detached: `No branch is checked out: HEAD is detached at ${head.slice(0, 8)}.`,
    shallow: 'Older history is not here: this is a shallow clone.',
    foreign: 'This repository belongs to another user.',
    unreadable: 'Git cannot read this repository.',
    broken: 'Added'
  };
  await alice.openFresh();
  const panel = await GitPanel.open(alice);
  for (const shade of ['Light', 'Dark']) {
    await alice.setTheme(`JupyterLab ${shade}`);
    await expect(alice.page.locator('#jupyterlab-splash')).toHaveCount(0);
    for (const [name, sentence] of Object.entries(sentences)) {
      const path = `state-${name}/a.py`;
      await alice.execute('commons:show-history', { path });
      await expect(panel.root).toContainText(sentence);
      await looked(alice, `state-${name}-${shade}`.toLowerCase());
    }
  }
  // Of an index that cannot be read the history knows nothing, but changes do.
  await panel.root.getByRole('tab', { name: 'Changes' }).click();
  await expect(panel.root).toContainText('index');
  await looked(alice, 'state-broken-changes-dark');
  await alice.setTheme('JupyterLab Light');
});

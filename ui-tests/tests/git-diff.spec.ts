import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { GitRepo } from '../src/git-repo.ts';
import type { Person } from '../src/person.ts';
import { picture } from '../src/picture.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
const BLUE = picture([60, 90, 200]);
const ORANGE = picture([230, 140, 30]);

type Cell = {
  id: string;
  source: string;
  type?: 'code' | 'markdown';
  outputs?: object[];
};

const image = (png: string) => ({
  output_type: 'display_data',
  metadata: {},
  data: { 'image/png': png, 'text/plain': '<Figure>' }
});

/** Script in an output of the past, which must never run. */
const HOSTILE = {
  output_type: 'display_data',
  metadata: {},
  data: {
    'text/html':
      '<p>Sales</p><img src="x" onerror="window.pwned = 1"><script>window.pwned = 1</script>'
  }
};

const notebook = (cells: Cell[]): string =>
  JSON.stringify(
    {
      cells: cells.map(({ id, source, type = 'code', outputs = [] }) => ({
        id,
        cell_type: type,
        metadata: {},
        source,
        ...(type === 'code' ? { outputs, execution_count: 1 } : {})
      })),
      metadata: {
        kernelspec: {
          name: 'python3',
          display_name: 'Python 3',
          language: 'python'
        },
        language_info: { name: 'python' }
      },
      nbformat: 4,
      nbformat_minor: 5
    },
    null,
    1
  );

const STEPS: Cell[] = Array.from({ length: 12 }, (_, at) => ({
  id: `step-${at}`,
  source: `step_${at} = ${at}`
}));
const TITLE: Cell = { id: 'title', type: 'markdown', source: '# Sales' };
const MEAN: Cell = { id: 'mean', source: 'mean = data.mean()\nprint(mean)' };

const FIRST: Cell[] = [
  TITLE,
  { id: 'load', source: "import pandas as pd\ndata = pd.read_csv('jan.csv')" },
  MEAN,
  { id: 'gone', source: 'del data' },
  ...STEPS,
  { id: 'plot', source: 'data.plot()', outputs: [image(BLUE), HOSTILE] }
];
const SECOND: Cell[] = [
  TITLE,
  {
    id: 'load',
    source: "import pandas as pd\ndata = pd.read_csv('feb.csv')\ndata.head()"
  },
  ...STEPS,
  { id: 'plot', source: 'data.plot()', outputs: [image(ORANGE)] },
  MEAN,
  { id: 'save', source: "data.to_csv('out.csv')" }
];

/** In another theme, when the curtain of its change is gone. */
async function drawIn(person: Person, shade: string): Promise<void> {
  await person.setTheme(`JupyterLab ${shade}`);
  await expect(person.page.locator('#jupyterlab-splash')).toHaveCount(0);
}

/** Everything as it lies, by somebody else than the other commits. */
function commitOfBo(repo: GitRepo): string {
  repo.git('add', '-A');
  repo.git('commit', '-q', '--author=Bo <bo@example.org>', '-m', 'February');
  return repo.git('rev-parse', 'HEAD').trim();
}

/** The tab in front with such a title. */
const mainPanel = (page: Page, title: RegExp): Locator =>
  page
    .locator('.jp-Commons-GitPanel:not(.lm-mod-hidden)')
    .filter({ has: page.getByRole('heading', { name: title }) });

test('a notebook in two versions: cells, folded outputs, images, keyboard, nothing of the past runs', async ({
  hub,
  signIn
}) => {
  mkdirSync(PICTURES, { recursive: true });
  const repo = GitRepo.make(hub, 'alice', 'sales');
  repo.write('Study.ipynb', notebook(FIRST));
  const from = repo.commit('First look');
  repo.write('Study.ipynb', notebook(SECOND));
  const to = commitOfBo(repo);
  const alice = await signIn('alice');
  await alice.openLab();
  const { page } = alice;
  await alice.execute('commons:git-show-diff', {
    repo: 'sales',
    path: 'Study.ipynb',
    from,
    to
  });
  const panel = mainPanel(page, /Study.ipynb: .* → /);
  await expect(panel).toContainText(
    '1 cell changed, 1 cell added, 1 cell deleted, 1 cell moved, outputs changed in 1 cell'
  );
  const cell = (name: string) => panel.getByRole('region', { name });
  await expect(cell('Changed: Code cell 2')).toContainText('jan');
  await expect(cell('Changed: Code cell 2')).toContainText('feb');
  await expect(cell('Deleted: Code cell 4')).toContainText('del data');
  await expect(cell('Moved: Code cell 16, was cell 3')).toBeVisible();
  await expect(cell('Added: Code cell 17')).toContainText('to_csv');
  await panel.getByText('12 unchanged cells').click();
  await expect(panel.getByText('step_11 = 11')).toBeVisible();
  await panel.getByText('12 unchanged cells').click();

  const plot = cell('Outputs changed: Code cell 15, was cell 17');
  await expect(plot.locator('img')).toHaveCount(0);
  await plot.getByText('Show outputs').click();
  await expect(plot.locator('img[src^="data:image/png"]')).toHaveCount(2);
  await expect(plot.getByText('Sales')).toBeVisible();
  expect(await page.evaluate(() => 'pwned' in window)).toBe(false);

  await panel.getByRole('button', { name: 'Next change' }).focus();
  await page.keyboard.press('F7');
  await expect(panel.getByRole('status')).toContainText('Change 1 of 5');
  await page.keyboard.press('F7');
  await expect(panel.getByRole('status')).toContainText('Change 2 of 5');
  await page.keyboard.press('Shift+F7');
  await expect(cell('Changed: Code cell 2')).toBeFocused();
  for (const layout of ['split', 'inline']) {
    if (layout === 'inline') {
      await panel.getByLabel('Side by side').uncheck();
    }
    for (const shade of ['Light', 'Dark']) {
      await drawIn(alice, shade);
      await page.screenshot({
        path: join(PICTURES, `git-diff-${layout}-${shade.toLowerCase()}.png`)
      });
      expect(await accessibilityProblems(page, '.jp-Commons-GitPanel')).toEqual(
        []
      );
    }
  }
  await alice.setTheme('JupyterLab Light');
});

test('a version opens read-only; a cell of it goes into the open notebook, and Ctrl+Z takes it back', async ({
  hub,
  signIn
}) => {
  const repo = GitRepo.make(hub, 'alice', 'back');
  repo.write('Study.ipynb', notebook(FIRST));
  const rev = repo.commit('First look');
  repo.write('Study.ipynb', notebook(SECOND));
  commitOfBo(repo);
  const alice = await signIn('alice');
  const { page } = alice;
  const open = await alice.openOwn('back/Study.ipynb');
  const now = SECOND[1]!.source;
  await open.reads(1, now);
  await alice.execute('commons:git-open-version', {
    repo: 'back',
    path: 'Study.ipynb',
    rev
  });
  const version = mainPanel(page, /Study.ipynb as it was in/);
  await expect(version).toContainText('Ana · Nov 14, 2023');
  await expect(version.locator('img[src^="data:image/png"]')).toHaveCount(1);
  for (const shade of ['Light', 'Dark']) {
    await drawIn(alice, shade);
    await page.screenshot({
      path: join(PICTURES, `git-version-${shade.toLowerCase()}.png`)
    });
    expect(await accessibilityProblems(page, '.jp-Commons-GitPanel')).toEqual(
      []
    );
  }
  await alice.setTheme('JupyterLab Light');
  await version
    .getByRole('button', { name: 'Restore this cell: Cell 2' })
    .click();
  await open.reads(1, "import pandas as pd\ndata = pd.read_csv('jan.csv')");
  await expect(open.editor(1)).toBeFocused();
  await page.keyboard.press('Control+z');
  await open.reads(1, now);

  // A cell that is gone comes back behind the one that it followed.
  await alice.execute('commons:git-open-version', {
    repo: 'back',
    path: 'Study.ipynb',
    rev
  });
  await mainPanel(page, /Study.ipynb as it was in/)
    .getByRole('button', { name: 'Restore this cell: Cell 4' })
    .click();
  await expect(open.cells).toHaveCount(17 + 1);
  await page
    .locator('.Toastify__toast')
    .filter({ hasText: 'is back in its place' })
    .getByRole('button', { name: 'Undo' })
    .click();
  await expect(open.cells).toHaveCount(17);
});

test('into a live notebook a cell is brought back for everybody, and they are told', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const path = 'team/Live.ipynb';
  hub.writeNotebook('alice', path, [{ source: 'a = 1' }, { source: 'b = 2' }]);
  const repo = GitRepo.make(hub, 'alice', 'team');
  const { panel, link } = await shareNew(alice, {
    path,
    cells: [{ source: 'a = 1' }, { source: 'b = 2' }],
    with: { bob: 'Can edit' }
  });
  const rev = repo.commit('Before the change');
  const his = await bob.openLink(link);
  await his.reads(1, 'b = 2');
  await his.type(0, '0000');
  await panel.reads(0, 'a = 10000');
  await his.type(1, ' # by bob');
  await panel.reads(1, 'b = 2 # by bob');
  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['a = 10000', 'b = 2 # by bob']);
  await alice.execute('commons:git-show-diff', {
    repo: 'team',
    path: 'Live.ipynb',
    from: rev
  });
  const diff = mainPanel(alice.page, /Live.ipynb: .* → now/);
  await diff
    .getByRole('button', { name: 'Restore this cell: Code cell 1' })
    .click();
  await his.reads(0, 'a = 1');
  await his.reads(1, 'b = 2 # by bob');
  await expect(
    bob.page.getByText(/alice brought back a part of "Live.ipynb"/)
  ).toBeVisible();
});

test('each cell says who changed it last, opens its history, and lets go of its lines', async ({
  hub,
  signIn
}) => {
  const repo = GitRepo.make(hub, 'alice', 'blame');
  repo.write('Study.ipynb', notebook(FIRST.slice(0, 4)));
  repo.commit('First look');
  repo.write('Study.ipynb', notebook(SECOND.slice(0, 2)));
  commitOfBo(repo);
  const alice = await signIn('alice');
  const { page } = alice;
  const open = await alice.openOwn('blame/Study.ipynb');
  await alice.execute('commons:git-blame');
  const lines = open.root.locator('.jp-Commons-Blame');
  await expect(lines.nth(0)).toContainText(/Ana · .* ago · First look/);
  await expect(lines.nth(1)).toContainText(/Bo · .* ago · February/);
  for (const shade of ['Light', 'Dark']) {
    await drawIn(alice, shade);
    await page.screenshot({
      path: join(PICTURES, `git-blame-${shade.toLowerCase()}.png`)
    });
    expect(await accessibilityProblems(page, '.jp-Commons-Blame')).toEqual([]);
  }
  await alice.setTheme('JupyterLab Light');
  await open.type(1, '\n# more');
  await expect(lines.nth(1)).toHaveText('Not committed yet');
  await page.keyboard.press('Control+s');
  await expect(lines.nth(1)).toHaveText('Not committed yet');

  await lines.nth(1).getByRole('button').focus();
  await page.keyboard.press('Enter');
  const history = mainPanel(page, /History of cell 2/);
  await expect(history).toContainText('2 versions');
  await expect(history.getByText(/Bo · .* · February/)).toBeVisible();
  await expect(history).toContainText('jan');
  await page.screenshot({ path: join(PICTURES, 'git-cell-history.png') });
  expect(await accessibilityProblems(page, '.jp-Commons-GitPanel')).toEqual([]);
  await history
    .getByRole('button', { name: /Restore this cell/ })
    .first()
    .click();
  await open.reads(1, SECOND[1]!.source);
  await alice.execute('commons:git-blame');
  await expect(lines).toHaveCount(0);
});

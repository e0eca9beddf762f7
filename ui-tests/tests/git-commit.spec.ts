import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import { GitPanel, mainTab } from '../src/git-panel.ts';
import { GitRepo } from '../src/git-repo.ts';
import type { Person } from '../src/person.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');

test.use({
  hubName: 'commit',
  servers: {
    alice: {
      environment: { COMMONS_EMAIL_TEMPLATE: '{username}@hub.example.org' }
    }
  }
});

type Cell = [id: string, source: string, output?: string];
type Notebook = { cells: { source: string | string[]; outputs: object[] }[] };

const notebook = (cells: Cell[]): string =>
  JSON.stringify(
    {
      cells: cells.map(([id, source, output]) => ({
        id,
        cell_type: 'code',
        metadata: {},
        source,
        execution_count: null,
        outputs:
          output === undefined
            ? []
            : [{ output_type: 'stream', name: 'stdout', text: output }]
      })),
      metadata: {
        kernelspec: {
          name: 'python3',
          display_name: 'Python 3',
          language: 'python'
        }
      },
      nbformat: 4,
      nbformat_minor: 5
    },
    null,
    1
  );

/** A version of a notebook as git has it. */
const committed = (repo: GitRepo, version: string): Notebook =>
  JSON.parse(repo.git('show', version)) as Notebook;

const sources = ({ cells }: Notebook) =>
  cells.map(({ source }) => [source].flat().join(''));

/** Goes to something with the Tab key, as somebody without a mouse does. */
async function tabTo({ page }: Person, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(target).toBeFocused({ timeout: 1 });
  }).toPass({ intervals: [1], timeout: 30_000 });
}

const accessible = async ({ page }: Person) =>
  expect(await accessibilityProblems(page, '.jp-Commons-History')).toEqual([]);

/** The view of changes, opened from the panel's tabs with the keyboard. */
async function openChanges(person: Person): Promise<GitPanel> {
  const panel = await GitPanel.open(person);
  const tab = panel.root.getByRole('tab', { name: 'Commits' });
  await tab.focus();
  await person.page.keyboard.press('ArrowRight');
  await expect(panel.root.getByRole('tab', { name: /Changes/ })).toBeFocused();
  return panel;
}

test('one of two changed cells and a file are committed with a co-author by keyboard alone, and git agrees', async ({
  signIn,
  hub
}) => {
  mkdirSync(PICTURES, { recursive: true });
  const repo = GitRepo.make(hub, 'alice', 'sales');
  repo.git('config', 'user.name', 'Alice Archer');
  repo.git('config', 'user.email', 'alice@example.org');
  repo.commit('First look', {
    'Study.ipynb': notebook([
      ['load', "data = read('jan')"],
      ['mean', 'data.mean()']
    ]),
    'plot.py': 'x = 1\n',
    'other.py': 'y = 1\n'
  });
  repo.write(
    'Study.ipynb',
    notebook([
      ['load', "data = read('feb')"],
      ['mean', 'data.median()']
    ])
  );
  repo.write('plot.py', 'x = 2\n');
  repo.write('other.py', 'y = 2\n');
  const head = repo.git('rev-parse', 'HEAD');

  const alice = await signIn('alice');
  const { page } = alice;
  await alice.goto('lab/tree/sales/plot.py');
  const panel = await openChanges(alice);
  const { root } = panel;
  const tick = (name: string) =>
    root.getByRole('checkbox', { name, exact: true });
  await expect(
    root.getByRole('tab', { name: /Changes 3 files/ })
  ).toBeVisible();
  await accessible(alice);

  await tabTo(
    alice,
    root.getByRole('button', { name: 'Cells of Study.ipynb' })
  );
  await page.keyboard.press('Enter');
  await tabTo(alice, tick('Stage Code cell 2'));
  await page.keyboard.press('Space');
  await expect(tick('Stage Code cell 2')).toBeChecked();
  await tabTo(alice, tick('Stage plot.py'));
  await page.keyboard.press('Space');
  await expect(tick('Stage plot.py')).toBeChecked();
  await expect(tick('Stage Code cell 1')).not.toBeChecked();

  await tabTo(alice, root.getByRole('textbox', { name: 'Message' }));
  await page.keyboard.type('Use the median');
  await tabTo(alice, root.getByRole('button', { name: 'Add a co-author…' }));
  await page.keyboard.press('Enter');
  await expect(root.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.type('Zoë Bo');
  await page.keyboard.press('Tab');
  await page.keyboard.type('zoe@example.org');
  await page.keyboard.press('Enter');
  for (const shade of ['Light', 'Dark']) {
    await alice.setTheme(`JupyterLab ${shade}`);
    await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
    await page.screenshot({
      path: join(PICTURES, `commit-${shade}.png`.toLowerCase())
    });
    await accessible(alice);
  }
  await root.getByRole('textbox', { name: 'Message' }).focus();
  await page.keyboard.press('Control+Enter');
  await expect(root).toContainText('Committed 2 files as');
  await expect(root.getByRole('textbox', { name: 'Message' })).toHaveValue('');

  expect(repo.git('rev-parse', 'HEAD^')).toBe(head);
  expect(sources(committed(repo, 'HEAD:Study.ipynb'))).toEqual([
    "data = read('jan')",
    'data.median()'
  ]);
  expect(repo.git('show', 'HEAD:plot.py')).toBe('x = 2\n');
  expect(repo.git('show', 'HEAD:other.py')).toBe('y = 1\n');
  expect(repo.git('log', '-1', '--format=%an <%ae>').trim()).toBe(
    'Alice Archer <alice@example.org>'
  );
  expect(
    repo.git('log', '-1', '--format=%s|%(trailers:only,unfold)').trim()
  ).toBe('Use the median|Co-authored-by: Zoë Bo <zoe@example.org>');
  // The file keeps what was not chosen, and it is still to be committed.
  expect(hub.readSources('alice', 'sales/Study.ipynb')).toEqual([
    "data = read('feb')",
    'data.median()'
  ]);
  await expect(tick('Stage Code cell 1')).not.toBeChecked();
  await root.getByRole('tab', { name: 'Commits' }).click();
  await expect(panel.row('Use the median')).toBeVisible();
});

test('outputs stay out of the commit while the file keeps them', async ({
  signIn,
  hub
}) => {
  const repo = GitRepo.make(hub, 'alice', 'bare');
  repo.commit('Begin', { 'Study.ipynb': notebook([['a', 'print(1)']]) });
  repo.write('Study.ipynb', notebook([['a', 'print(2)', '2\n']]));
  const alice = await signIn('alice');
  await alice.openOwn('bare/Study.ipynb');
  const { root } = await openChanges(alice);
  const tick = root.getByRole('checkbox', { name: 'Stage Study.ipynb' });
  await root.getByRole('button', { name: 'Cells of Study.ipynb' }).click();
  await root.getByRole('checkbox', { name: 'Leave outputs out' }).check();
  await tick.click();
  await expect(tick).toBeChecked();
  await expect(root).toContainText('Outputs of 1 cell stay out of the commit');
  await root.getByRole('textbox', { name: 'Message' }).fill('Print two');
  await root.getByRole('button', { name: 'Commit 1 file' }).click();
  await expect(root).toContainText('Committed 1 file as');

  const there = committed(repo, 'HEAD:Study.ipynb');
  expect(sources(there)).toEqual(['print(2)']);
  expect(there.cells[0]!.outputs).toEqual([]);
  const file = JSON.parse(
    hub.readFile('alice', 'bare/Study.ipynb')
  ) as Notebook;
  expect(file.cells[0]!.outputs).toHaveLength(1);
  await expect(root).toContainText('Only outputs differ; they are left out');
  // Nobody set a name for git: the admin's template makes the address.
  expect(repo.git('log', '-1', '--format=%an <%ae>').trim()).toBe(
    'alice <alice@hub.example.org>'
  );
});

test('who edited a live notebook is proposed as co-author, and what is on the screen is what is committed', async ({
  signIn,
  hub,
  shareNew
}) => {
  const repo = GitRepo.make(hub, 'alice', 'together');
  repo.commit('Begin', { 'README.md': 'Hello\n' });
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  await alice.openFresh();
  const { link, panel: notes } = await shareNew(alice, {
    cells: [{ source: 'first = 1' }],
    with: { bob: 'Can edit' },
    path: 'together/Live.ipynb'
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'first = 1');
  await his.type(0, '\nsecond = 2');
  await notes.contains(0, 'second = 2');
  const { root } = await openChanges(alice);
  await root.getByRole('checkbox', { name: 'Stage Live.ipynb' }).check();
  const proposed = root
    .getByRole('group', { name: 'Co-authors' })
    .getByRole('checkbox', { name: /bob@hub\.example\.org/ });
  await expect(proposed).toBeChecked();
  await expect(
    root.getByRole('group', { name: 'Co-authors' }).getByRole('checkbox')
  ).toHaveCount(1);
  await accessible(alice);
  await root.getByRole('textbox', { name: 'Message' }).fill('Together');
  await root.getByRole('button', { name: 'Commit 1 file' }).click();
  await expect(root).toContainText('Committed 1 file as');
  expect(repo.git('log', '-1', '--format=%(trailers:only,unfold)').trim()).toBe(
    'Co-authored-by: bob <bob@hub.example.org>'
  );
  expect(repo.git('show', 'HEAD:Live.ipynb')).toContain('second = 2');
});

test('a checkpoint keeps the notebook beside all branches, and is found, opened, compared and brought back later', async ({
  signIn,
  hub
}) => {
  mkdirSync(PICTURES, { recursive: true });
  const repo = GitRepo.make(hub, 'alice', 'kept');
  const head = repo.commit('Begin', {
    'Study.ipynb': notebook([['a', 'x = 1']])
  });
  const alice = await signIn('alice');
  const study = await alice.openOwn('kept/Study.ipynb');
  await study.type(0, '23');
  await alice.execute('commons:git-checkpoint');
  const said = alice.page.getByText(/Study\.ipynb is kept as version/);
  await expect(said).toContainText('under Checkpoints');
  expect(repo.git('rev-parse', 'HEAD').trim()).toBe(head);
  const [ref = ''] = repo
    .git('for-each-ref', '--format=%(refname)', 'refs/commons')
    .split('\n');
  // What was typed and not saved is in it.
  expect(sources(committed(repo, `${ref}:Study.ipynb`))).toEqual(['x = 123']);

  // The notice is gone with the page; the list is not.
  await study.type(0, '45');
  await alice.execute('docmanager:save');
  await alice.goto('lab/tree/kept/Study.ipynb');
  const { root } = await GitPanel.open(alice);
  const { page } = alice;
  await root.getByRole('tab', { name: 'Commits' }).focus();
  await page.keyboard.press('ArrowLeft');
  await expect(root.getByRole('tab', { name: 'Checkpoints' })).toBeFocused();
  const rows = root
    .getByRole('region', { name: 'Checkpoints' })
    .getByRole('listitem');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('Checkpoint of Study.ipynb');
  await expect(root).toContainText('the newest 50 of each file');
  const press = async (name: RegExp) => {
    await tabTo(alice, rows.first().getByRole('button', { name }));
    await page.keyboard.press('Enter');
  };
  for (const shade of ['Light', 'Dark']) {
    await alice.setTheme(`JupyterLab ${shade}`);
    await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
    await page.screenshot({
      path: join(PICTURES, `checkpoints-${shade}.png`.toLowerCase())
    });
    await accessible(alice);
  }
  await root.getByRole('tab', { name: 'Checkpoints' }).focus();
  await press(/^Open the checkpoint/);
  const old = mainTab(page, /Study.ipynb as it was in/);
  await expect(old).toContainText('Read-only');
  await expect(old).toContainText('x = 123');
  await root.getByRole('tab', { name: 'Checkpoints' }).focus();
  await press(/^Compare with now/);
  await expect(mainTab(page, /Study.ipynb: .* → /)).toContainText(
    '1 cell changed'
  );
  await root.getByRole('tab', { name: 'Checkpoints' }).focus();
  await press(/^Restore…/);
  await page.getByRole('dialog').getByText('Restore', { exact: true }).click();
  await expect
    .poll(() => hub.readSources('alice', 'kept/Study.ipynb'))
    .toEqual(['x = 123']);
  // What was there before is in the list by itself, above the other one.
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText(
    'Kept before an older version was restored'
  );
  expect(repo.git('rev-parse', 'HEAD').trim()).toBe(head);
});

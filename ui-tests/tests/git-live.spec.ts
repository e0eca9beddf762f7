import { readdirSync } from 'node:fs';
import { expect, test, type Verbs } from '../src/fixtures.ts';
import { GitRepo } from '../src/git-repo.ts';
import { Upstream } from '../src/git-upstream.ts';
import type { Cell, TestHub } from '../src/hub.ts';
import type { NotebookPanel } from '../src/notebook-panel.ts';
import { Typing } from '../src/typing.ts';

test.use({ hubName: 'git' });

type Team = {
  /** The notebook as its owner sees it, and as the guest does. */
  hers: NotebookPanel;
  his: NotebookPanel;
  repo: GitRepo;
  upstream: Upstream;
  sources: () => string[];
};

/** Alice's live notebook in her repository, which follows one of the team; Bob has it open, too. */
async function team(
  {
    hub,
    signIn,
    shareNew
  }: Pick<Verbs, 'signIn' | 'shareNew'> & { hub: TestHub },
  folder: string,
  cells: Cell[]
): Promise<Team> {
  const path = `${folder}/Study.ipynb`;
  const [alice, bob] = await Promise.all([signIn('alice'), signIn('bob')]);
  const { panel, link } = await shareNew(alice, {
    path,
    cells,
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  const sources = () => hub.readSources('alice', path);
  // The file is laid out as the companion writes it.
  await his.type(0, ' 1');
  await expect.poll(() => sources()[0]).toBe(`${cells[0]!.source} 1`);
  const repo = GitRepo.make(hub, 'alice', folder);
  repo.commit('Begin');
  const upstream = Upstream.of(hub, repo, folder);
  return { hers: panel, his, repo, upstream, sources };
}

/** Both pages and the file say so. */
async function allRead(
  { hers, his, sources }: Team,
  expected: readonly string[]
): Promise<void> {
  for (const view of [hers, his]) {
    await expect(view.cells).toHaveCount(expected.length);
    for (const [index, source] of expected.entries()) {
      await view.reads(index, source);
    }
  }
  // While git has left its marks in the file, it is no notebook.
  await expect(() => expect(sources()).toEqual(expected)).toPass({
    timeout: 20_000
  });
}

/** Both see that the other one types. */
async function bothType({ hers, his }: Team, cells: [number, number]) {
  const typing = [
    Typing.start(hers, cells[0], 'a'),
    Typing.start(his, cells[1], 'b')
  ];
  await his.contains(cells[0], 'a2');
  await hers.contains(cells[1], 'b2');
  return async () => Promise.all(typing.map(each => each.stop()));
}

/** The versions that found no way into the live notebook, the first one first. */
const keptBeside = (hub: TestHub, folder: string): string[] =>
  readdirSync(hub.home('alice', folder))
    .filter(name => name.includes('.outside-'))
    .sort();

/** What is done in a terminal, again when the live notebook was written in the middle of it. */
async function inTerminal(...steps: (() => unknown)[]): Promise<void> {
  const attempt = () => {
    try {
      steps.forEach(step => step());
      return 'done';
    } catch (error) {
      return String(error);
    }
  };
  await expect
    .poll(attempt, { timeout: 30_000, intervals: [200] })
    .toBe('done');
}

test('git pull while two people type: another cell, a moved one and the same one come in, nothing typed is lost', async ({
  hub,
  signIn,
  shareNew
}) => {
  const all = await team({ hub, signIn, shareNew }, 'pulled', [
    { source: 'rows = 1\n\n\nalice =' },
    { source: 'bob =' },
    { source: 'other = 1' },
    { source: 'stays = 1' },
    { source: 'moves = 1' }
  ]);
  const { hers, his, repo, upstream } = all;
  upstream.pushCells('Another cell', 'Study.ipynb', cells => {
    cells[2]!.source = ['other = 2'];
  });
  upstream.pushCells('A cell moves', 'Study.ipynb', cells => {
    cells.splice(3, 0, ...cells.splice(4, 1));
  });
  upstream.pushCells('The same cell', 'Study.ipynb', cells => {
    cells[0]!.source = ['rows = 2\n', '\n', '\n', 'alice = 1'];
  });

  const stop = await bothType(all, [0, 1]);
  await inTerminal(
    () =>
      repo.git('commit', '-q', '--all', '--allow-empty', '-m', 'Work so far'),
    () => repo.git('pull', '-q', '--no-rebase', '--no-edit')
  );
  for (const view of [hers, his]) {
    await view.contains(0, 'rows = 2');
    await view.reads(2, 'other = 2');
    await view.reads(3, 'moves = 1');
  }
  const [a, b] = await stop();
  const typed = [`rows = 2\n\n\nalice = 1${a}`, `bob =${b}`];
  await allRead(all, [...typed, 'other = 2', 'moves = 1', 'stays = 1']);
  for (const view of [hers, his]) {
    await expect(
      view.root.getByText('2 cells updated, 1 cell moved')
    ).toBeVisible();
  }

  await his.root.getByRole('button', { name: 'Undo' }).click();
  await expect(hers.root.getByText('bob undid a change')).toBeVisible();
  // The cell in which somebody went on stays as it is, and that is told.
  await expect(hers.root.getByText('edited since')).toContainText('rows = 2');
  await allRead(all, [...typed, 'other = 1', 'stays = 1', 'moves = 1']);
  expect(repo.git('rev-list', '--merges', '--count', 'HEAD').trim()).toBe('1');
});

test('what a pull changes in the very words that are being typed lies beside the file; a file that git left in conflict is not touched', async ({
  hub,
  signIn,
  shareNew
}) => {
  const all = await team({ hub, signIn, shareNew }, 'meets', [
    { source: 'rate =' },
    { source: 'notes =' }
  ]);
  const { hers, his, repo, upstream, sources } = all;
  upstream.pushCells('Another rate', 'Study.ipynb', cells => {
    cells[0]!.source = ['rate = 7'];
  });
  const stop = await bothType(all, [1, 0]);
  // What had been written is put aside, and the pull goes forward.
  await inTerminal(
    () => repo.git('stash', '-q'),
    () => repo.git('pull', '-q', '--ff-only')
  );
  const open = hers.root.getByRole('button', {
    name: 'Open the other version'
  });
  await expect(open).toBeVisible();
  const [a, b] = await stop();
  const live = [`rate = 1${b}`, `notes =${a}`];
  await allRead(all, live);
  const [kept] = keptBeside(hub, 'meets');
  expect(hub.readSources('alice', `meets/${kept}`)).toEqual([
    'rate = 7',
    'notes ='
  ]);

  // Now in git's own way: both have committed.
  upstream.pushCells('One more', 'Study.ipynb', cells => {
    cells[0]!.source = ['rate = 8'];
  });
  await inTerminal(() => repo.git('commit', '-q', '--all', '-m', 'Ours'));
  expect(() => repo.git('pull', '-q', '--no-rebase', '--no-edit')).toThrow();
  await expect(hers.root.getByText('cannot be merged')).toBeVisible();
  expect(() => sources()).toThrow();
  await his.type(1, ' still here');
  await hers.reads(1, `${live[1]} still here`);
  await hers.root.getByRole('button', { name: /Keep the live/ }).click();
  await allRead(all, [live[0]!, `${live[1]} still here`]);
  const copies = keptBeside(hub, 'meets');
  expect(copies).toHaveLength(2);
  expect(hub.readFile('alice', `meets/${copies[1]}`)).toContain('>>>>>>>');
});

test('another branch is checked out, and work is put into the stash, under a live notebook', async ({
  hub,
  signIn,
  shareNew
}) => {
  const all = await team({ hub, signIn, shareNew }, 'branches', [
    { source: 'alice =' },
    { source: 'bob =' },
    { source: 'plot = "line"' }
  ]);
  const { hers, his, repo, upstream } = all;
  upstream.pushCells('Bars', 'Study.ipynb', cells => {
    cells[2]!.source = ['plot = "bars"'];
  });
  repo.git('fetch', '-q');
  repo.git('branch', '-q', 'bars', 'origin/main');
  const stop = await bothType(all, [0, 1]);
  await inTerminal(
    () =>
      repo.git('commit', '-q', '--all', '--allow-empty', '-m', 'Work so far'),
    () => repo.git('checkout', '-q', 'bars')
  );
  for (const view of [hers, his]) {
    await view.reads(2, 'plot = "bars"');
  }
  const [a, b] = await stop();
  const typed = [`alice = 1${a}`, `bob =${b}`];
  await allRead(all, [...typed, 'plot = "bars"']);

  repo.git('stash', '-q');
  await allRead(all, ['alice = 1', 'bob =', 'plot = "bars"']);
  await hers.root.getByRole('button', { name: 'Undo' }).click();
  await allRead(all, [...typed, 'plot = "bars"']);
});

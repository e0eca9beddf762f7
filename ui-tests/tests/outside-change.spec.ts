import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import type { TestHub } from '../src/hub.ts';

type FileCell = { cell_type: string; id?: string; source: string | string[] };

/** What a program of the owner does: it reads the file, changes it, writes it. */
function changeFile(
  hub: TestHub,
  path: string,
  change: (cells: FileCell[]) => void
): void {
  const notebook = JSON.parse(hub.readFile('alice', path)) as {
    cells: FileCell[];
  };
  change(notebook.cells);
  hub.writeFile('alice', path, JSON.stringify(notebook));
}

const code = (source: string) => ({
  cell_type: 'code',
  metadata: {},
  source,
  outputs: [],
  execution_count: null
});

test('F6 F8 a program changes the file while two people type: all of it is there, it is told, and can be taken back', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [
      { source: 'first = 1\n' },
      { source: 'second = 1\n' },
      { source: 'third = 1' }
    ],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(2, 'third = 1');

  const words = Array.from({ length: 25 }, (_, n) => `word${n}`).join(' ');
  const typing = Promise.all([
    panel.type(0, `a ${words}`, { delay: 40 }),
    his.type(1, `b ${words}`, { delay: 40 })
  ]);
  changeFile(hub, path, cells => {
    cells[2]!.source = 'third = 3';
    cells.splice(1, 0, code('between'));
    cells.forEach(cell => delete cell.id);
  });
  await typing;

  const all = [
    `first = 1\na ${words}`,
    'between',
    `second = 1\nb ${words}`,
    'third = 3'
  ];
  for (const view of [panel, his]) {
    await expect(view.cells).toHaveCount(4);
    for (const [index, source] of all.entries()) {
      await view.reads(index, source);
    }
    await expect(view.root.getByText('was changed on disk')).toBeVisible();
  }
  await expect.poll(() => hub.readSources('alice', path)).toEqual(all);
  expect(
    await accessibilityProblems(bob.page, '.jp-Commons-BannerWidget')
  ).toEqual([]);

  await his.root.getByRole('button', { name: 'Undo' }).click();
  const back = [all[0]!, all[2]!, 'third = 1'];
  await expect(panel.cells).toHaveCount(3);
  for (const [index, source] of back.entries()) {
    await panel.reads(index, source);
  }
  await expect(panel.root.getByText('undid a change')).toBeVisible();
  await expect.poll(() => hub.readSources('alice', path)).toEqual(back);
});

test('F7 what both changed stays as it is live, and the owner is shown where the other version lies', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'start' }, { source: 'other' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'start');
  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['start', 'other']);

  await his.type(0, ' mine');
  changeFile(hub, path, cells => {
    cells[0]!.source = 'start theirs';
  });
  await expect(
    panel.root.getByRole('button', { name: 'Open the other version' })
  ).toBeVisible();
  await panel.reads(0, 'start mine');
  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['start mine', 'other']);
  await expect(
    his.root.getByText('what is here stays: start mine')
  ).toBeVisible();
  await expect(
    his.root.getByRole('button', { name: 'Open the other version' })
  ).toHaveCount(0);

  const folder = dirname(path);
  const [kept] = readdirSync(hub.home('alice', folder)).filter(name =>
    name.includes('.outside-')
  );
  expect(hub.readSources('alice', `${folder}/${kept}`)).toEqual([
    'start theirs',
    'other'
  ]);
});

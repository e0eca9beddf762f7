import { expect, test } from '../src/fixtures.ts';

test('a reload brings the live notebook back, for its owner with the same kernel', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { panel } = await shareNew(alice, {
    cells: [{ source: 'kept = 41' }, { source: 'print(kept + 1)' }],
    with: { bob: 'Can view' }
  });
  await panel.kernelIsIdle();
  await panel.run(0);
  await expect(panel.prompt(0)).toHaveText('[1]:');
  await panel.isSaved();

  await alice.page.reload();
  await alice.labIsReady();
  await panel.reads(0, 'kept = 41');
  await panel.kernelIsIdle();
  await panel.run(1);
  await expect(panel.output(1)).toHaveText(/42/);
});

test('the address of a live notebook opens it', async ({
  signIn,
  shareNew,
  freshPath
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { id } = await shareNew(alice, {
    cells: [{ source: 'deep' }],
    with: { bob: 'Can edit' },
    path: freshPath('Deep.ipynb')
  });
  await bob.goto(`lab/tree/live:${id}/Deep.ipynb`);
  const his = await bob.panel('Deep');
  await his.reads(0, 'deep');
  await his.type(0, ' link');
  await his.isSaved();
});

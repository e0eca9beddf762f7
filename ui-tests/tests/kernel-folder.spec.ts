import { expect, test } from '../src/fixtures.ts';

test('the kernel of a live notebook runs in the folder of its file', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  hub.writeFile('alice', 'deep/er/data.txt', 'beside the notebook');
  const { panel } = await shareNew(alice, {
    cells: [{ source: "print(open('data.txt').read())" }],
    with: { bob: 'Can view' },
    path: 'deep/er/Reader.ipynb'
  });
  await panel.kernelIsIdle();
  await panel.run(0);
  await expect(panel.output(0)).toHaveText(/beside the notebook/);
});

test('variables stay when a notebook with a running kernel is shared', async ({
  hub,
  signIn,
  freshPath
}) => {
  const alice = await signIn('alice');
  const path = freshPath('Running.ipynb');
  hub.writeNotebook('alice', path, [
    { source: 'kept = 41' },
    { source: 'print(kept + 1)' }
  ]);
  const plain = await alice.openOwn(path);
  await plain.kernelIsIdle();
  await plain.run(0);
  await expect(plain.prompt(0)).toHaveText('[1]:');

  const dialog = await alice.openShareDialog();
  await dialog.add('bob', 'Can edit');
  await dialog.share();
  await dialog.close();
  const live = await alice.panel();
  await live.kernelIsIdle();
  await live.run(1);
  await expect(live.output(1)).toHaveText(/42/);
});

import { expect, test } from '../src/fixtures.ts';

test('a guest who presses Shift+Enter runs nothing and leaves outputs equal to the byte', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { id, link, panel } = await shareNew(alice, {
    cells: [{ source: "print('by the owner')" }, { source: 'last' }],
    with: { bob: 'Can edit' }
  });
  await panel.kernelIsIdle();
  await panel.run(0);
  const his = await bob.openLink(link);
  await expect(his.output(0)).toHaveText(/by the owner/);

  const commons = await alice.commons();
  const ranCell = async () => {
    const { body } = await commons.call('getContent', { id });
    return JSON.stringify((body as { cells: unknown[] }).cells[0]);
  };
  await expect.poll(ranCell).toContain('by the owner');
  await panel.isSaved();
  const before = await ranCell();

  await his.editor(0).click();
  await bob.page.keyboard.press('Shift+Enter');
  await expect(
    bob.page.getByText('Only alice can run cells here').first()
  ).toBeVisible();
  // An edit made after it has arrived, so whatever the key did has arrived too.
  await his.type(1, ' edit');
  await panel.reads(1, 'last edit');
  expect(await ranCell()).toBe(before);
  await expect(panel.output(0)).toHaveText(/by the owner/);
  await expect(his.output(0)).toHaveText(/by the owner/);
});

test('no kernel is started for a guest, neither here nor there', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link } = await shareNew(alice, {
    cells: [{ source: '1' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, '1');
  const sessions = await bob.ownServer('api/sessions');
  expect(sessions).toEqual([]);
});

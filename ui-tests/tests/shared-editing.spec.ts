import { expect, test } from '../src/fixtures.ts';

test('two people type in one notebook and see each other at once; the file follows', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'a = 1' }, { type: 'markdown', source: 'text' }],
    with: { bob: 'Can edit' }
  });
  const hers = panel;
  const his = await bob.openLink(link);
  await his.reads(0, 'a = 1');

  await his.type(0, ' + 2');
  await hers.reads(0, 'a = 1 + 2');
  await hers.type(0, ' + 3');
  await his.reads(0, 'a = 1 + 2 + 3');
  await his.isSaved();

  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['a = 1 + 2 + 3', 'text']);
});

test('what the owner runs, the other sees; neither output nor cell is doubled after a reload', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, panel } = await shareNew(alice, {
    cells: [{ source: "print('from ' + 'alice')" }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await panel.kernelIsIdle();
  await panel.run(0);
  await expect(panel.output(0)).toHaveText(/from alice/);
  await expect(his.output(0)).toHaveText(/from alice/);

  const again = await bob.openLink(link);
  await again.reads(0, "print('from ' + 'alice')");
  await expect(again.cells).toHaveCount(1);
  await expect(again.output(0)).toHaveCount(1);
});

test('what is typed without a network is kept and sent when it is back', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, panel } = await shareNew(alice, {
    cells: [{ source: 'start' }, { source: 'other' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'start');
  await his.isSaved();

  // JupyterLab itself asks what to do about its server; one may go on typing.
  const question = bob.page.getByRole('dialog', {
    name: /^Server unavailable/
  });
  await bob.page.addLocatorHandler(question, () =>
    question.getByRole('button', { name: 'Dismiss' }).click()
  );
  await bob.setOffline(true);
  await expect(his.toolbar.getByText('Offline')).toBeVisible({
    timeout: 60_000
  });
  // That question may come between two keys, and take the second one.
  await expect(async () => {
    if ((await his.source(0)) === 'start') {
      await his.editor(0).click();
      await bob.page.keyboard.press('Control+End');
      await bob.page.keyboard.insertText(' by bob');
    }
    expect(await his.source(0)).toBe('start by bob');
  }).toPass({ timeout: 60_000 });
  await panel.type(1, ' by alice');
  await panel.isSaved();
  await panel.reads(0, 'start');

  await bob.setOffline(false);
  await panel.reads(0, 'start by bob');
  await his.reads(1, 'other by alice');
  await his.isSaved();
});

test('the link opens the document in the own server of its reader', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, id } = await shareNew(alice, {
    cells: [{ source: 'x' }],
    with: { bob: 'Can view' }
  });
  expect(link).toContain(`user-redirect/lab?live=${id}`);
  const his = await bob.openLink(link);
  await his.reads(0, 'x');
  expect(bob.page.url()).toContain('/user/bob/');
});

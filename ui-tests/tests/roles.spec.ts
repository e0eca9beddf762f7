import { codeOf } from '../src/commons.ts';
import { expect, test } from '../src/fixtures.ts';

const CELLS = [{ source: 'kept = 1' }];

test('S5 a viewer sees edits arrive and can type nothing', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const carol = await signIn('carol');
  const { link, panel } = await shareNew(alice, {
    cells: CELLS,
    with: { carol: 'Can view' }
  });
  const hers = await carol.openLink(link);
  await hers.reads(0, 'kept = 1');
  await expect(hers.toolbar.getByText('View only')).toBeVisible();

  await hers.type(0, 'no');
  await panel.type(0, '2');
  await hers.reads(0, 'kept = 12');
  await panel.reads(0, 'kept = 12');
});

test('A4 raising and lowering a role acts on an open notebook, without reloading', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, panel } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  const his = await bob.openLink(link);
  await expect(his.toolbar.getByText('View only')).toBeVisible();

  const raise = await alice.openShareDialog();
  await raise.change('bob', 'Can edit');
  await raise.close();
  await his.isSaved();
  await his.type(0, '0');
  await panel.reads(0, 'kept = 10');

  const lower = await alice.openShareDialog();
  await lower.change('bob', 'Can view');
  await lower.close();
  await expect(his.toolbar.getByText('View only')).toBeVisible();
  await his.type(0, '9');
  await panel.type(0, '5');
  await his.reads(0, 'kept = 105');
});

test('A4 ending a share closes the open notebook in words; what is on the screen stays', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, id } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'kept = 1');

  const dialog = await alice.openShareDialog();
  await dialog.remove('bob');
  await dialog.close();
  await expect(
    bob.page
      .getByText('The owner no longer shares this document with you')
      .first()
  ).toBeVisible();
  await his.reads(0, 'kept = 1');

  const refused = await (await bob.commons()).call('getDocument', { id });
  expect(codeOf(refused)).toBe('NOT_FOUND');
});

test('A2 a share to a group lets its members in, and nobody else', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { id } = await shareNew(alice, {
    cells: CELLS,
    with: { carol: 'Can view' }
  });
  const put = await (
    await alice.commons()
  ).call('putGroupShare', { id, name: 'team' }, { role: 'edit' });
  expect([200, 201, 204]).toContain(put.status);
  const bob = await (await signIn('bob')).commons();
  expect((await bob.documents()).find(each => each.id === id)?.role).toBe(
    'edit'
  );
  const carol = await (await signIn('carol')).commons();
  expect((await carol.documents()).find(each => each.id === id)?.role).toBe(
    'view'
  );
});

test('a new share appears in the list of its reader without reloading', async ({
  signIn,
  shareNew
}) => {
  const bob = await signIn('bob');
  await bob.openPanel('Shared documents');
  const alice = await signIn('alice');
  const { path } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' },
    path: 'invitation/Invitation of today.ipynb'
  });
  expect(path).toContain('Invitation of today');
  await expect(
    bob.page.getByRole('button', { name: /^Open Invitation of today/ })
  ).toBeVisible();
});

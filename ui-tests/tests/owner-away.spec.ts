import { expect, test } from '../src/fixtures.ts';

test('F3 edits go on while the server of the owner is stopped, and the file catches up', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, id } = await shareNew(alice, {
    cells: [{ source: 'before' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'before');
  await alice.page.close();
  await hub.stopServer('alice');

  const commons = await bob.commons();
  const state = async () =>
    (await commons.documents()).find(each => each.id === id)?.fileState;
  await expect.poll(state).toBe('away');
  await his.type(0, ' and after');
  await his.isSaved();
  expect(hub.readSources('alice', path)).toEqual(['before']);

  await hub.startServer('alice');
  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['before and after']);
  await expect.poll(state).toBe('saved');
});

test('F2 a change of the file that cannot be merged is told to the owner, and nothing is overwritten', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { path, panel } = await shareNew(alice, {
    cells: [{ source: 'live' }],
    with: { bob: 'Can edit' }
  });
  const commons = await alice.commons();
  const state = async () => (await commons.documentOf(path)).fileState;
  await expect.poll(state).toBe('saved');

  hub.writeFile('alice', path, '{"cells": [');
  await expect.poll(state).toBe('changed-outside');
  await expect(
    panel.root.getByText('it is not readable as JSON')
  ).toBeVisible();
  await panel.type(0, ' edit');
  await panel.isSaved();
  expect(hub.readFile('alice', path)).toBe('{"cells": [');
  await panel.reads(0, 'live edit');
});

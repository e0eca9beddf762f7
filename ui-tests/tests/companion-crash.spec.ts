import { expect, test } from '../src/fixtures.ts';

test('S2 what was saved survives a crash of the companion, and what was typed meanwhile is kept', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'one' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.type(0, ' two');
  await his.isSaved();

  const before = hub.companionPid();
  hub.killCompanion();
  await his.type(0, ' three');
  await expect
    .poll(() => hub.companionPid(), { timeout: 30_000 })
    .not.toBeNull();
  expect(hub.companionPid()).not.toBe(before);

  await panel.reads(0, 'one two three');
  await his.isSaved();
  await expect
    .poll(() => hub.readSources('alice', path), { timeout: 60_000 })
    .toEqual(['one two three']);

  const again = await bob.openLink(link);
  await again.reads(0, 'one two three');
  await expect(again.cells).toHaveCount(1);
});

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

test('C1 five crashes while both type: nothing is lost or doubled, and the page never says more than is true', async ({
  hub,
  signIn,
  shareNew
}) => {
  test.setTimeout(240_000);
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'a:' }, { source: 'b:' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, 'a:');
  const [hers, theirs] = [['a:'], ['b:']];
  for (let crash = 0; crash < 5; crash++) {
    const before = hub.companionPid();
    const [mine, yours] = [
      ` a${crash} before, after`,
      ` b${crash} before, after`
    ];
    hers!.push(mine);
    theirs!.push(yours);
    const typing = Promise.all([
      panel.type(0, mine, { delay: 30 }),
      his.type(1, yours, { delay: 30 })
    ]);
    await panel.contains(0, `a${crash} be`);
    hub.killCompanion();
    await expect(
      his.toolbar.getByText(/^(Offline|Saving)/).first()
    ).toBeVisible();
    await typing;
    await expect
      .poll(() => hub.companionPid(), { timeout: 30_000 })
      .not.toBe(before);
    await panel.isSaved();
    await his.isSaved();
  }
  for (const side of [panel, his]) {
    await side.reads(0, hers!.join(''));
    await side.reads(1, theirs!.join(''));
    await expect(side.cells).toHaveCount(2);
  }
  await expect
    .poll(() => hub.readSources('alice', path), { timeout: 30_000 })
    .toEqual([hers!.join(''), theirs!.join('')]);
});

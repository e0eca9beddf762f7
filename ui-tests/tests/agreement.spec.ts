import { expect, test } from '../src/fixtures.ts';

/** Draws one red pixel; the picture is the same wherever it is shown. */
const PICTURE = [
  'import base64',
  'from IPython.display import Image, display',
  "red = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='",
  'display(Image(base64.b64decode(red)))'
].join('\n');

test('two people type in one cell at the same moment; both sides and the file agree to the letter', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: '|' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(0, '|');

  const hers = 'alpha beta gamma delta epsilon ';
  const theirs = 'one two three four five six ';
  await panel.editor(0).click();
  await alice.page.keyboard.press('Control+Home');
  await his.editor(0).click();
  await bob.page.keyboard.press('Control+End');
  await Promise.all([
    alice.page.keyboard.type(hers, { delay: 15 }),
    bob.page.keyboard.type(theirs, { delay: 15 })
  ]);

  const both = `${hers}|${theirs}`;
  await panel.reads(0, both);
  await his.reads(0, both);
  await expect.poll(() => hub.readSources('alice', path)).toEqual([both]);
});

test('a cell that one moves and a picture that the owner draws are the same on both sides and in the file', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'first' }, { source: PICTURE }, { source: 'last' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await panel.kernelIsIdle();
  await panel.run(1);
  const [hers, theirs] = [panel, his].map(side =>
    side.output(1).locator('img')
  );
  await expect(hers!).toHaveAttribute('src', /^data:image\/png;base64,/);
  const picture = await hers!.getAttribute('src');
  await expect(theirs!).toHaveAttribute('src', picture!);

  await his.editor(2).click();
  await bob.page.keyboard.press('Escape');
  await bob.execute('notebook:move-cell-up');
  await bob.execute('notebook:move-cell-up');
  for (const side of [panel, his]) {
    await side.reads(0, 'last');
    await side.reads(1, 'first');
    await expect(side.cells).toHaveCount(3);
    await expect(side.output(2).locator('img')).toHaveAttribute(
      'src',
      picture!
    );
  }

  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['last', 'first', PICTURE]);
  const { cells } = JSON.parse(hub.readFile('alice', path)) as {
    cells: { outputs?: { data?: { 'image/png'?: string } }[] }[];
  };
  expect(cells[2]!.outputs?.[0]?.data?.['image/png']?.trim()).toBe(
    picture!.split(',')[1]
  );
});

test('who types in a cell goes on typing there while another moves it, and no letter is lost', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { link, path, panel } = await shareNew(alice, {
    cells: [{ source: 'first' }, { source: 'second' }, { source: 'say ""' }],
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(2, 'say ""');
  await panel.editor(2).click();
  await alice.page.keyboard.press('Escape');
  await his.editor(2).click();
  await bob.page.keyboard.press('End');
  await bob.page.keyboard.press('ArrowLeft');

  const said = 'the quick brown fox jumps over the lazy dog and then some more';
  const moving = async () => {
    let at = 2;
    for (const direction of ['up', 'up', 'down', 'up', 'down']) {
      await alice.execute(`notebook:move-cell-${direction}`);
      at += direction === 'up' ? -1 : 1;
      await expect(his.cells.nth(at)).toContainText('say');
    }
  };
  await Promise.all([bob.page.keyboard.type(said, { delay: 20 }), moving()]);
  for (const side of [panel, his]) {
    await side.reads(1, `say "${said}"`);
    await side.reads(0, 'first');
    await expect(side.cells).toHaveCount(3);
  }
  // And nothing else takes his keys afterwards.
  await bob.page.keyboard.type('!');
  await panel.reads(1, `say "${said}!"`);
  await expect
    .poll(() => hub.readSources('alice', path))
    .toEqual(['first', `say "${said}!"`, 'second']);
});

test('a text file is shared like a notebook', async ({
  hub,
  signIn,
  freshPath
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const path = freshPath('notes.md');
  hub.writeFile('alice', path, '# Notes\n');
  const hers = await alice.commons();
  const { body } = await hers.call('createDocument', undefined, {
    name: 'notes.md',
    type: 'text',
    path
  });
  const { id } = body as { id: string };
  await hers.call('putUserShare', { id, name: 'bob' }, { role: 'edit' });
  await bob.page.goto(`${hub.url}hub/user-redirect/lab?live=${id}`);
  await bob.labIsReady();
  const editor = bob.page.locator('.jp-FileEditor .cm-content');
  await expect(editor).toContainText('# Notes');
  await editor.click();
  await bob.page.keyboard.press('Control+End');
  await bob.page.keyboard.type('by bob');
  await expect.poll(() => hub.readFile('alice', path)).toBe('# Notes\nby bob');
});

import {
  LIMIT_MIB,
  ResourcesPanel,
  expect,
  test
} from '../src/usage-fixtures.ts';

/** A bytearray whose pages are really there. */
const allocate = (name: string, mib: number) =>
  `${name} = bytearray(${mib} * 1024 * 1024)\nfor at in range(0, len(${name}), 4096): ${name}[at] = 1`;

test('a notebook that allocates and frees is seen moving', async ({
  signIn,
  hub,
  freshPath
}) => {
  const alice = await signIn('alice');
  const path = freshPath('Moving.ipynb');
  const name = path.split('/').at(-1)!;
  hub.writeNotebook('alice', path, [
    { source: allocate('x', 300) },
    { source: 'del x' }
  ]);
  const notebook = await alice.openOwn(path);
  await notebook.kernelIsIdle();
  const panel = await ResourcesPanel.open(alice);
  await expect(panel.row(name)).toBeVisible();
  const before = await panel.memoryOf(name);
  await notebook.run(0);
  await expect.poll(() => panel.memoryOf(name)).toBeGreaterThan(before + 280);
  await notebook.run(1);
  await expect.poll(() => panel.memoryOf(name)).toBeLessThan(before + 100);
});

test('a busy kernel is interrupted, restarted and shut down from the table', async ({
  signIn,
  hub,
  freshPath
}) => {
  const alice = await signIn('alice');
  const path = freshPath('Busy.ipynb');
  const name = path.split('/').at(-1)!;
  hub.writeNotebook('alice', path, [{ source: 'while True: pass' }]);
  const notebook = await alice.openOwn(path);
  await notebook.kernelIsIdle();
  const panel = await ResourcesPanel.open(alice);
  await notebook.run(0);
  const row = panel.row(name);
  await expect(row).toContainText('busy');
  await row.hover();
  await row.getByRole('button', { name: `Interrupt ${name}` }).click();
  await expect(notebook.output(0)).toContainText('KeyboardInterrupt');
  await row.hover();
  await row.getByRole('button', { name: `Shut down ${name}` }).click();
  await alice.page
    .getByRole('dialog')
    .getByRole('button', { name: 'Shut down' })
    .click();
  await expect(row).toHaveCount(0);
});

test('the status bar says memory and opens the panel by keyboard', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  await alice.openLab();
  const item = alice.page.getByRole('button', { name: /^Mem .*CPU/ });
  await expect(item).toContainText(/Mem [\d.]+\/[\d.]+ GB/);
  await item.focus();
  await alice.page.keyboard.press('Enter');
  await expect(
    alice.page.getByRole('region', { name: 'Resources' })
  ).toBeVisible();
});

test('a limit is the one of the container, and a kernel that exceeds it is explained', async ({
  signIn,
  hub,
  limit,
  freshPath
}) => {
  const bob = await signIn('bob');
  const path = freshPath('Greedy.ipynb');
  const name = path.split('/').at(-1)!;
  hub.writeNotebook('bob', path, [
    { source: allocate('x', 250) },
    { source: allocate('y', 2 * LIMIT_MIB) }
  ]);
  const notebook = await bob.openOwn(path);
  await notebook.kernelIsIdle();
  const panel = await ResourcesPanel.open(bob);
  await expect(panel.root).toContainText(`of ${LIMIT_MIB} MB`);
  await notebook.run(0);
  await expect.poll(() => panel.memoryOf(name)).toBeGreaterThan(240);
  expect(limit.kills()).toBe(0);
  await notebook.editor(1).click();
  await bob.page.keyboard.press('Control+Enter');
  const said = `${name} was ended for lack of memory`;
  await expect(panel.root).toContainText(said);
  expect(limit.kills()).toBeGreaterThan(0);
  await expect(
    bob.page.locator('.Toastify').getByText('ended for lack of memory')
  ).toBeVisible();
});

test('a server that was killed is explained when its person is back', async ({
  signIn,
  hub,
  limit
}) => {
  const before = await signIn('bob');
  await before.openLab();
  const panel = await ResourcesPanel.open(before);
  await expect(panel.row('Jupyter server')).toBeVisible();
  await before.page.close();
  limit.killAll();
  await hub.stopServer('bob');
  const bob = await signIn('bob');
  const again = await ResourcesPanel.open(bob);
  await expect(again.root).toContainText('Your server ended unexpectedly');
});

test('GPUs are cards that move; a driver that hangs harms nobody', async ({
  signIn,
  hub,
  gpus
}) => {
  gpus.say({ gpus: 2, 'gpu.*.name': 'Test GPU', 'gpu.0.util': 12 });
  const carol = await signIn('carol');
  await carol.openLab();
  await carol.openPanel('GPUs');
  const panel = carol.page.getByRole('region', { name: 'GPUs' });
  const busy = panel.getByRole('meter', { name: /busy/i }).first();
  await expect(busy).toHaveAttribute('aria-valuetext', /12/);
  gpus.say({ gpus: 2, 'gpu.*.name': 'Test GPU', 'gpu.0.util': 93 });
  await expect(busy).toHaveAttribute('aria-valuetext', /93/);
  gpus.say({ gpus: 2, 'gpu.*.name': 'Test GPU', 'gpu.0.util': 93, hang: 1 });
  await expect(panel).toContainText('The GPU driver does not answer');
  expect((await hub.ownServer('GET', 'carol', 'api/status')).status).toBe(200);
  gpus.say({ gpus: 2, 'gpu.*.name': 'Test GPU', 'gpu.0.util': 7 });
  await expect(panel).not.toContainText('The GPU driver does not answer');
  await expect(busy).toHaveAttribute('aria-valuetext', /7/);
});

test('Notebook 7 has the same stream and panel', async ({ signIn }) => {
  const alice = await signIn('alice');
  await alice.page.goto(
    (await alice.pageConfig()).baseUrl.replace(
      /^/,
      new URL(alice.page.url()).origin
    ) + 'tree'
  );
  await alice.labIsReady();
  await alice.execute('commons:show-resources');
  const panel = alice.page.getByRole('region', { name: 'Resources' });
  await expect(panel).toContainText('Memory');
  await expect(
    panel.getByRole('row').filter({ hasText: 'Jupyter server' })
  ).toBeVisible();
});

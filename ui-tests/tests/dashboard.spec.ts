import { readFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { Dashboard } from '../src/dashboard.ts';
import { expect, test } from '../src/fixtures.ts';
import { manyPeople } from '../src/dashboard-data.ts';
import { PlantedPage, plantWorker } from '../src/planted.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
/** Longer than the hub is polled, and than a page asks again. */
const NEWS = { timeout: 60_000 };

test.use({
  hubName: 'dashboard',
  policies: `
timezone: UTC
contact: Ask the admin.
profiles:
  - {name: small, cpu: 2, memory: 4G, credits: 3}
policies:
  - name: hours
    title: Server hours of a month
    resource: server-hours
    limit: 50
    window: {rolling: 30d}
`
});

test.beforeAll(() => {
  mkdirSync(PICTURES, { recursive: true });
});

test('an admin sees who runs what, gives more, and the log and the person know', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  await alice.openLab();
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin, 'people');
  const row = dashboard.row('People', /^alice/);
  await expect(row).toContainText('1 (small)', NEWS);
  await expect(row).toContainText('Server hours of a month');
  await row.getByRole('link', { name: 'alice' }).click();

  await dashboard.page.getByRole('button', { name: 'Give more…' }).click();
  const dialog = dashboard.dialog('Give alice more');
  await dialog.getByLabel('Amount').fill('25');
  await dialog.getByLabel('Reason').fill('=cmd() thesis <b>soon</b>');
  await dialog.getByRole('button', { name: 'Give', exact: true }).click();
  const limit = dashboard.row('Limits', /Server hours of a month/);
  await expect(limit).toContainText('75 server hours');
  await expect(limit).toContainText('changed by admin');

  await dashboard.go('audit');
  await expect(
    dashboard.page.getByRole('row').filter({ hasText: 'override' }).first()
  ).toContainText('<b>soon</b>');

  const { body } = await (await alice.commons()).call('quota');
  expect(body).toMatchObject({ allowances: [{ limit: 75 }] });

  await dashboard.go('overrides');
  await dashboard.page.getByRole('button', { name: /^End/ }).click();
  await expect(
    dashboard.page.getByText('Nobody has been given more')
  ).toBeVisible();
});

test('a stop is told to its person at once, and taken back', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  await alice.openLab();
  await alice.isSignedIn();
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin, 'people/alice');
  await dashboard.page
    .getByRole('button', { name: 'Stop default server' })
    .click(NEWS);
  const dialog = dashboard.dialog('Stop the default server of alice');
  await dialog.getByLabel('In how many minutes').fill('30');
  await dialog.getByLabel('Message').fill('Maintenance of the node.');
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
  const banner = alice.page.getByRole('region', { name: 'Planned stop' });
  await expect(banner).toContainText('Maintenance of the node.', NEWS);
  await dashboard.page
    .getByRole('button', { name: 'Do not stop default server' })
    .click();
  await expect(banner).toBeHidden(NEWS);
});

test('the CSV says what the page says, and no cell of it is a formula', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  await alice.openLab();
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin);
  await dashboard.page.getByRole('button', { name: 'Export as CSV…' }).click();
  const [download] = await Promise.all([
    dashboard.page.waitForEvent('download'),
    dashboard
      .dialog('Export use')
      .getByRole('button', { name: 'Export', exact: true })
      .click()
  ]);
  const csv = await readFile(await download.path(), 'utf8');
  const [head, ...lines] = csv.trim().split(/\r?\n/);
  expect(head).toContain('user');
  expect(lines.some(line => line.includes('alice'))).toBe(true);
  expect(csv).not.toMatch(/(^|,)"?[=+@]/m);
});

test('who is no admin is told so by the hub', async ({ signIn }) => {
  const alice = await signIn('alice');
  const response = await alice.page.goto(`${alice.hubUrl}services/commons/`);
  expect(response?.status()).toBe(403);
});

test("a page of the same origin gets neither the page nor its session with an admin's cookies", async ({
  signIn
}) => {
  const admin = await signIn('admin');
  await (await Dashboard.open(admin)).page.close();
  await admin.openLab();
  const got = await admin.page.evaluate(async () => {
    const url = '/services/commons/';
    const plain = await fetch(url);
    const frame = document.createElement('iframe');
    frame.src = url;
    document.body.append(frame);
    await new Promise(resolve => (frame.onload = resolve));
    let framed = '';
    try {
      framed = new XMLSerializer().serializeToString(frame.contentDocument!);
    } catch {
      framed = 'not ours to read';
    }
    frame.remove();
    return { status: plain.status, text: await plain.text(), framed };
  });
  expect(got.status).toBe(403);
  expect(got.text + got.framed).not.toContain('commons-start');
  expect(got.text + got.framed).not.toContain('cs1.');
  // What a page of JupyterLab can get itself acts for nobody else.
  const own = await (await admin.commons()).call('adminOverview');
  expect(own.status).toBe(403);

  const [popup] = await Promise.all([
    admin.page.context().waitForEvent('page'),
    admin.page.evaluate(() => {
      const opened = window.open('/services/commons/');
      Object.assign(window, { opened });
    })
  ]);
  await expect(
    popup.getByRole('heading', { name: 'Commons', exact: true })
  ).toBeVisible();
  const reached = await admin.page.evaluate(() => {
    const { opened } = window as unknown as { opened: Window | null };
    try {
      return opened === null || opened.closed
        ? 'cut off'
        : new XMLSerializer().serializeToString(opened.document);
    } catch {
      return 'cut off';
    }
  });
  expect(reached).toBe('cut off');
  await popup.close();
});

test("a service worker of somebody's server reads neither the page nor a call of it, and is shown", async ({
  signIn,
  hub
}) => {
  plantWorker(hub, 'carol');
  await hub.startServer('carol');
  const admin = await signIn('admin');
  const { page } = await Dashboard.open(admin);
  const context = page.context();
  const planted = await PlantedPage.open(context, admin.hubUrl, 'carol');
  const warning = page.getByRole('heading', {
    name: 'Another page reads along'
  });

  // Under a page that is open, and under one that is opened.
  await planted.register('look');
  await expect(warning).toBeVisible();
  await expect(page.getByText('/user/carol/planted/worker.js')).toBeVisible();
  await page.reload();
  await expect(warning).toBeVisible();
  expect(await accessibilityProblems(page, 'body')).toEqual([]);
  await page.screenshot({ path: join(PICTURES, 'dashboard-intercepted.png') });
  const looked = await planted.seen();
  expect(looked.some(({ url }) => url.includes('oauth_callback'))).toBe(true);
  expect(looked.filter(({ authorization }) => authorization !== '')).toEqual(
    []
  );

  // The browser takes no script but ours.
  await planted.register('script');
  const refused = page.waitForEvent('console', each =>
    each.text().includes('integrity')
  );
  await page.goto(`${admin.hubUrl}services/commons/`);
  await refused;
  await expect(page).toHaveTitle('Commons');

  // In place of the browser: the way in is readable, what it leads to is not.
  for (const way of ['preload', 'race'] as const) {
    await planted.register(way);
    await page.goto(`${admin.hubUrl}services/commons/`);
    await expect(page.locator('body')).toContainText(
      'Another page reads along'
    );
    const seen = await planted.seen();
    expect(seen.some(({ got }) => got.includes('id="enter"'))).toBe(true);
    expect(JSON.stringify(seen)).not.toMatch(/commons-start|cs1\./);
  }

  await planted.close();
  await page
    .getByRole('button', { name: 'Remove it and sign in again' })
    .click();
  await expect(
    page.getByRole('heading', { name: 'Commons', exact: true })
  ).toBeVisible();
});

test('ten thousand people with hostile names: one page of them, light and dark, on a phone', async ({
  signIn
}) => {
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin);
  const { page } = dashboard;
  const asked: string[] = [];
  await page.route('**/api/admin/users?*', route => {
    asked.push(route.request().url());
    return route.fulfill({ json: manyPeople(50, 10_000) });
  });
  await dashboard.go('people');
  await expect(page.getByText('1 to 50 of 10,000')).toBeVisible();
  expect(asked).toHaveLength(1);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(PICTURES, `dashboard-people-${colorScheme}-${width}.png`)
      });
      expect(await accessibilityProblems(page, 'body')).toEqual([]);
    }
    expect(await dashboard.tooWide(), `at ${width}`).toEqual([]);
  }
  expect(await page.locator('img, script:not([src])').count()).toBe(0);
});

test('a phone shows each person below the other, in a table that is one for everybody', async ({
  signIn
}) => {
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin);
  const { page } = dashboard;
  await page.route('**/api/admin/users?*', route =>
    route.fulfill({ json: manyPeople(50, 10_000) })
  );
  await dashboard.go('people');
  const row = dashboard.row('People', /^person20/);
  const label = row.getByText('Server hours, 30 days', { exact: true });
  await expect(row).toBeVisible();
  await expect(label).toBeHidden();
  for (const width of [640, 390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await expect(label).toBeVisible();
    expect(await dashboard.tooWide(), `at ${width}`).toEqual([]);
  }
  const table = page.getByRole('table');
  await expect(table.getByRole('row')).toHaveCount(51);
  await expect(table.getByRole('columnheader')).toHaveCount(9);
  await expect(row.getByRole('cell')).toHaveCount(8);
  await expect(row.getByRole('cell', { name: '146', exact: true })).toHaveCount(
    1
  );

  const asks = (part: string) =>
    page.waitForRequest(request => request.url().includes(part));
  const sorted = asks('sort=gpuHours');
  await page.getByLabel('Sort by').selectOption('gpuHours');
  await sorted;
  const later = asks('offset=50');
  await page.getByRole('button', { name: 'Later' }).press('Enter');
  await later;
  const found = asks('query=ali');
  await page.getByLabel('Name or group').pressSequentially('ali');
  await found;
  await row.getByRole('link').press('Enter');
  await expect(page.getByRole('heading', { name: 'person20' })).toBeVisible();
});

test('every view is accessible in light and dark', async ({ signIn }) => {
  const alice = await signIn('alice');
  await alice.openLab();
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin);
  const { page } = dashboard;
  for (const view of [
    'overview',
    'people/alice',
    'policies',
    'overrides',
    'live',
    'audit'
  ]) {
    await dashboard.go(view);
    await expect(page.getByText('Loading…')).toHaveCount(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(
          PICTURES,
          `dashboard-${view.replace('/', '-')}-${colorScheme}.png`
        ),
        fullPage: true
      });
      expect(await accessibilityProblems(page, 'body'), view).toEqual([]);
    }
    const size = page.viewportSize()!;
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await dashboard.tooWide(), view).toEqual([]);
    await page.screenshot({
      path: join(PICTURES, `dashboard-${view.replace('/', '-')}-phone.png`),
      fullPage: true
    });
    await page.setViewportSize(size);
  }
});

test('a file is tried without being in force, and mistakes are named by line', async ({
  signIn
}) => {
  const admin = await signIn('admin');
  const dashboard = await Dashboard.open(admin, 'policies');
  const { page } = dashboard;
  const field = page.getByLabel('Policies (YAML or JSON)');
  await field.fill('policies:\n  - {name: x, resource: gpu-hour, limit: 1}\n');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await expect(page.getByText(/Line 2: .*gpu-hours/)).toBeVisible();
  await field.fill(
    'policies:\n  - {name: none, resource: server-hours, limit: 0, window: {rolling: 1d}}\n'
  );
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await expect(
    page.getByText(/would be over a limit who are not now/)
  ).toBeVisible();
  await expect(dashboard.row('Policies', /hours/)).toContainText(
    '50 server hours'
  );
});

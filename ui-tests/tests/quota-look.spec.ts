import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test } from '../src/fixtures.ts';
import type { Person } from '../src/person.ts';
import { extreme, noticeOf, ordinary, stopOf } from '../src/quota-data.ts';
import { QuotaStandIn } from '../src/quota-page.ts';

const PICTURES = join(import.meta.dirname, '../screenshots');
const MINUTE = 60_000;

test.beforeAll(() => {
  mkdirSync(PICTURES, { recursive: true });
});

const banner = ({ page }: Person) =>
  page.getByRole('region', { name: 'Planned stop' });
const quotaPage = ({ page }: Person) => page.locator('#jp-commons-quota');

/** Opens JupyterLab with nothing in it and waits until news can come. */
async function enter(
  person: Person,
  standIn: QuotaStandIn,
  place = 'lab'
): Promise<void> {
  const before = standIn.sockets;
  await person.goto(`${place}?reset`);
  await expect.poll(() => standIn.sockets).toBeGreaterThan(before);
}

/** Resolves when JupyterLab has written down that the page is open, for the next time. */
async function isRemembered({ page }: Person): Promise<void> {
  await page.waitForResponse(
    response =>
      response.request().method() === 'PUT' &&
      response.url().includes('/api/workspaces/') &&
      /"widgets":\[[^\]]*"commons-quota:page"/.test(
        response.request().postData() ?? ''
      )
  );
}

/** Draws it in both shades; nothing of ours is hard to use in either. */
async function look(person: Person, name: string): Promise<void> {
  for (const shade of ['Light', 'Dark']) {
    await person.setTheme(`JupyterLab ${shade}`);
    await expect(person.page.locator('#jupyterlab-splash')).toHaveCount(0);
    await person.page.screenshot({
      path: join(PICTURES, `${name}-${shade.toLowerCase()}.png`)
    });
    expect(
      await accessibilityProblems(person.page, '[class*="jp-Commons-"]')
    ).toEqual([]);
  }
}

/** Hides the side bars, so that the main area has the whole of so few pixels. */
async function narrow(person: Person, width: number): Promise<void> {
  for (const side of ['left', 'right']) {
    const area = person.page.locator(`#jp-${side}-stack`);
    if (await area.isVisible()) {
      await person.execute(`application:toggle-${side}-area`);
      await expect(area).toBeHidden();
    }
  }
  await person.page.setViewportSize({ width, height: 800 });
}

test('the quota of an ordinary person is accessible and drawn, in the panel and on its page, also after a reload', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const standIn = await QuotaStandIn.before(alice.page, () =>
    ordinary(Date.now())
  );
  await enter(alice, standIn);
  await alice.openPanel('Resources');
  const panel = alice.page.getByRole('region', { name: 'Resources' });
  await expect(panel.getByRole('meter', { name: 'GPU hours' })).toBeVisible();
  await panel.getByRole('heading', { name: 'Quota' }).scrollIntoViewIfNeeded();
  await look(alice, 'quota-panel');
  const remembered = isRemembered(alice);
  await panel.getByRole('button', { name: 'All 4 limits and details' }).click();
  const page = quotaPage(alice);
  await expect(page.getByRole('meter')).toHaveCount(4);
  await page.getByText('Figures of each day').click();
  await expect(page.getByRole('rowheader', { name: 'Sum' })).toBeVisible();
  await page.getByText('Figures of each day').click();
  await look(alice, 'quota-page-wide');
  await remembered;
  await alice.page.reload();
  await alice.labIsReady();
  await expect(page.getByRole('meter')).toHaveCount(4);
  await narrow(alice, 480);
  await look(alice, 'quota-page-narrow');
});

test('twenty limits, long names, hostile strings and absurd numbers stay readable', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const standIn = await QuotaStandIn.before(alice.page, () =>
    extreme(Date.now())
  );
  await enter(alice, standIn);
  await alice.execute('commons:quota');
  const page = quotaPage(alice);
  await expect(page.getByText('used up').first()).toBeVisible();
  await look(alice, 'quota-extreme-wide');
  await narrow(alice, 480);
  await look(alice, 'quota-extreme-narrow');
  // Nothing sticks out to the side, and nothing of it became markup.
  expect(
    await page.evaluate(node => node.scrollWidth - node.clientWidth)
  ).toBeLessThanOrEqual(0);
  await expect(page.locator('img, b')).toHaveCount(0);
  await expect(page).not.toContainText(/NaN|Infinity|undefined/);
});

test('a stop is counted down in a banner that covers nothing, and goes when it is cancelled', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const stop = stopOf({ stopAt: Date.now() + 5.5 * MINUTE });
  const standIn = await QuotaStandIn.before(alice.page, () => ({
    ...ordinary(Date.now()),
    stops: [stop]
  }));
  await enter(alice, standIn);
  standIn.say({ kind: 'stop', key: `stop ${stop.stopAt}`, stop });
  await expect(banner(alice)).toContainText(
    /This server will be stopped .*Time left: [56] min\./
  );
  const menu = (await alice.page.locator('#jp-menu-panel').boundingBox())!;
  const above = (await banner(alice).boundingBox())!;
  expect(above.height).toBeGreaterThan(20);
  expect(above.y + above.height).toBeLessThanOrEqual(menu.y + 1);
  await look(alice, 'quota-stop');
  await banner(alice).getByRole('button', { name: 'Save all' }).click();
  await expect(banner(alice)).toContainText('Everything is saved.');
  standIn.report = () => ordinary(Date.now());
  standIn.say({ kind: 'cancelled', key: `cancelled ${stop.stopAt}`, stop });
  await expect(banner(alice)).toHaveCount(0);
  await expect(
    alice.page.getByText('This server is not stopped after all.')
  ).toBeVisible();
});

test('on the word to save everything is saved, and what cannot be is named', async ({
  signIn,
  hub,
  freshPath
}) => {
  const alice = await signIn('alice');
  const stop = stopOf({ stopAt: Date.now() + 5 * MINUTE });
  const standIn = await QuotaStandIn.before(alice.page, () => ({
    ...ordinary(Date.now()),
    stops: [stop]
  }));
  const mine = freshPath('Mine.ipynb');
  const changed = freshPath('Changed outside.ipynb');
  await enter(alice, standIn);
  for (const path of [mine, changed]) {
    hub.writeNotebook('alice', path, [{ source: 'x = 1' }]);
    await alice.execute('docmanager:open', { path });
    const panel = await alice.panel(path.split('/').at(-1)!);
    await panel.editor(0).click();
    await alice.page.keyboard.type('# typed ');
  }
  hub.writeNotebook('alice', changed, [{ source: 'y = 2' }]);
  standIn.say({ kind: 'save', key: `save ${stop.stopAt}`, stop });
  await expect(banner(alice)).toContainText('1 document saved.');
  await expect(banner(alice)).toContainText(
    /Not saved: Changed outside.*changed on disk/
  );
  expect(hub.readSources('alice', mine)[0]).toContain('# typed');
  expect(hub.readSources('alice', changed)).toEqual(['y = 2']);
  // Nothing asks anything.
  await expect(alice.page.locator('.jp-Dialog')).toHaveCount(0);
});

test('a notice is told once over two tabs and a reload, and leads to asking for more', async ({
  signIn
}) => {
  const tabs = [await signIn('alice'), await signIn('alice')] as const;
  const notice = noticeOf(Date.now());
  const standIns = await Promise.all(
    tabs.map(({ page }) =>
      QuotaStandIn.before(page, () => ordinary(Date.now()))
    )
  );
  const open = async () => {
    // In the workspace of another tab JupyterLab would load itself again.
    await enter(tabs[0], standIns[0]!);
    await enter(tabs[1], standIns[1]!, 'lab/workspaces/second');
  };
  await open();
  const counted = async (words: string | RegExp) => {
    const counts = tabs.map(({ page }) => page.getByText(words).count());
    return (await Promise.all(counts)).reduce((sum, each) => sum + each);
  };
  const TOLD = /^GPU hours: 95% used/;
  standIns.forEach(each => each.say(notice));
  await expect.poll(() => counted(TOLD)).toBe(1);
  const isFirst = (await tabs[0].page.getByText(TOLD).count()) === 1;
  const { page } = isFirst ? tabs[0] : tabs[1];
  await page.bringToFront();
  await page.getByRole('button', { name: 'Ask for more…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('What do you need it for?')).toBeFocused();
  expect(await accessibilityProblems(page, '.jp-Dialog')).toEqual([]);
  await page.keyboard.type('For the thesis');
  await dialog.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByText('Your request was sent.')).toBeVisible();
  expect(standIns.flatMap(each => each.requests)).toEqual([
    { policy: 'gpu-month', message: 'For the thesis' }
  ]);
  // Whoever comes later hears it again; what is said after it shows that it was heard.
  await open();
  for (const standIn of standIns) {
    standIn.say(notice);
    standIn.say({ kind: 'granted', key: `granted ${notice.key}` });
  }
  await expect.poll(() => counted('You were granted more.')).toBe(1);
  expect(await counted(TOLD)).toBe(0);
});

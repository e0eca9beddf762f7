/** Q6, Q7, Q8 on a real hub: somebody uses up a small limit while they work. */
import { existsSync } from 'node:fs';
import type { Page } from '@playwright/test';
import {
  quotaNews,
  type AdminAudit,
  type QuotaNews,
  type QuotaReport
} from '@jupyterlab-commons/protocol';
import { Dashboard } from '../src/dashboard.ts';
import { expect, test } from '../src/fixtures.ts';
import type { Person } from '../src/person.ts';

const POLICIES = `
timezone: Europe/Vienna
contact: Write to quota@example.org for more.
profiles:
  - {name: all, cpu: 1, memory: 1G}
policies:
  # Three minutes.
  - name: minutes
    title: Server time of a test
    resource: server-hours
    limit: 0.05
    window: {rolling: 1d}
    for: {user: alice}
    at: {50: notice, 80: notice, 100: [notice, refuse-start, stop]}
    grace: 90s
`;

test.use({ hubName: 'quota', policies: POLICIES });
// Three minutes of use, a grace of 90 s, and two starts of servers.
test.setTimeout(900_000);

/** What the companion says of quota to the pages of somebody, from now on. */
function hear(page: Page): QuotaNews[] {
  const heard: QuotaNews[] = [];
  page.on('websocket', socket =>
    socket.on('framereceived', ({ payload }) => {
      if (socket.url().includes('/services/commons/events')) {
        const { type, quota } = JSON.parse(String(payload)) as {
          type: string;
          quota?: unknown;
        };
        if (type === 'quota') {
          heard.push(quotaNews(quota));
        }
      }
    })
  );
  return heard;
}

const banner = ({ page }: Person) =>
  page.getByRole('region', { name: 'Planned stop' });

/** As the banner says it in the last minute; before it rounds up to minutes. */
const SECONDS_LEFT = /Time left: (\d+) s\./;

test('a limit is told, counted down and carried out; a start is refused with why and when; an override works at once', async ({
  signIn,
  shareNew,
  freshPath,
  hub
}) => {
  const admin = await signIn('admin');
  const office = await Dashboard.open(admin);
  const alice = await signIn('alice');
  const heard = hear(alice.page);
  const told = (fits: (news: QuotaNews) => boolean) => async () =>
    heard.some(fits);
  const path = freshPath('Work.ipynb');
  const { panel } = await shareNew(alice, {
    path,
    cells: [{ source: 'first = 1' }],
    with: { bob: 'Can view' }
  });
  // A kernel is open, so that the file counts as open.
  await panel.run(0);
  const desk = await alice.commons();
  const report = async () => {
    const { body } = await desk.call('quota');
    return body as QuotaReport;
  };

  // The notices, each in its time, also for a page that opens later.
  for (const percent of [50, 80]) {
    await expect
      .poll(
        told(
          ({ kind, allowance }) =>
            kind === 'notice' && allowance?.reached === percent
        ),
        { timeout: 240_000 }
      )
      .toBe(true);
  }

  // The countdown, with its moment and reason, in the page too.
  await expect
    .poll(
      told(({ kind }) => kind === 'stop'),
      { timeout: 240_000 }
    )
    .toBe(true);
  const stop = heard.find(({ kind }) => kind === 'stop')!.stop!;
  expect(stop).toMatchObject({ server: '', policy: 'minutes' });
  expect((await report()).stops).toEqual([stop]);
  await expect(banner(alice)).toContainText('Server time of a test');
  // A reload neither loses nor lengthens it: the new page is told of the same moment.
  await alice.page.reload();
  await alice.labIsReady();
  await expect(banner(alice)).toContainText('Server time of a test');
  const moments = heard.flatMap(({ stop: each }) => each?.stopAt ?? []);
  expect(moments.length).toBeGreaterThan(1);
  expect(new Set(moments)).toEqual(new Set([stop.stopAt]));
  // Who may not start and who is stopped is the same question.
  expect((await report()).allowances[0]).toMatchObject({
    policy: 'minutes',
    reached: 100
  });

  // What is typed until the end is in the file afterwards.
  // A click first: the banner may have taken the focus.
  await panel.editor(0).click();
  await panel.addCellBelow();
  await panel.type(1, 'last = 2');
  await expect(banner(alice)).toContainText(SECONDS_LEFT, { timeout: 60_000 });
  const shown = SECONDS_LEFT.exec((await banner(alice).textContent())!)![1];
  const left = (stop.stopAt - Date.now()) / 1000;
  expect(Math.abs(Number(shown) - left)).toBeLessThan(5);
  await expect
    .poll(
      told(({ kind }) => kind === 'save'),
      { timeout: 120_000 }
    )
    .toBe(true);

  // Stopped within a minute after the grace has ended.
  const servers = async () => {
    const { body } = await hub.api('GET', 'users/alice');
    return Object.keys((body as { servers: object }).servers);
  };
  await expect
    .poll(servers, {
      timeout: Math.max(1, stop.stopAt + 60_000 - Date.now())
    })
    .toEqual([]);
  expect(Date.now()).toBeGreaterThanOrEqual(stop.stopAt);
  expect(hub.readSources('alice', path)).toEqual(['first = 1', 'last = 2']);
  const [folder, file] = path.split('/');
  const copy = `${folder}/.ipynb_checkpoints/${file!.replace('.ipynb', '-before-stop.ipynb')}`;
  expect(existsSync(hub.home('alice', copy))).toBe(true);

  // No new start: programs and people are told why, when and whom to ask.
  const refused = await hub.api('POST', 'users/alice/server');
  expect(refused.status).toBe(403);
  const words =
    /Server time of a test: [\d.]+ of 0\.05 server hours are used up\. You can start a server again from .*2\d{3} at \d\d:\d\d \(Europe\/Vienna\).*Write to quota@example\.org for more\./;
  expect((refused.body as { message: string }).message).toMatch(words);
  await alice.page.goto(`${hub.url}hub/spawn/alice`);
  await expect(alice.page.locator('body')).toContainText(words);

  // An override by an admin works at once.
  const granted = await office.call(
    'addOverride',
    {},
    {
      policy: 'minutes',
      scope: { kind: 'user', name: 'alice' },
      extra: 5,
      until: null,
      reason: 'The paper is due.'
    }
  );
  expect(granted.status).toBeLessThan(300);
  await hub.startServer('alice');

  // All of it stands in the audit log.
  const { body } = await office.call('adminAudit');
  const actions = (body as AdminAudit).entries
    .filter(({ user }) => user === 'alice')
    .map(({ action }) => action);
  expect(actions).toEqual(
    expect.arrayContaining(['stop-planned', 'stopped', 'refused', 'override'])
  );
});

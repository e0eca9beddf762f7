import { expect, test } from '../src/fixtures.ts';
import { gzipSync } from 'node:zlib';
import { BUDGET } from '../../scripts/budget.mjs';
import type { LabWindow } from '../src/lab-window.ts';

const OUR_FILE = /\/extensions\/jupyterlab-commons\/static\/([^?]+)/;
const PLUGINS = [
  'companion',
  'live',
  'sharing',
  'sessions',
  'usage-stream',
  'usage',
  'gpu',
  'quota'
].map(name => `jupyterlab-commons:${name}`);

// A hub of its own: what other tests have left to be told would be fetched here too.
test.use({ hubName: 'smoke' });

test('JupyterLab starts with all of our plugins and without an error of ours', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  await alice.openLab();
  const active = await alice.page.evaluate(
    ids =>
      ids.map(id =>
        (window as unknown as LabWindow).jupyterapp.isPluginActivated(id)
      ),
    PLUGINS
  );
  expect(
    Object.fromEntries(PLUGINS.map((id, index) => [id, active[index]]))
  ).toEqual(Object.fromEntries(PLUGINS.map(id => [id, true])));
  const { commonsUrl, commonsProblem } = await alice.pageConfig();
  expect(commonsProblem).toBeUndefined();
  expect(commonsUrl).toContain('/services/commons/');
});

test('the page signs in to the companion as the person of its server', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const { session } = await alice.commons();
  expect(session.user).toBe('alice');
  expect(session.groups).toEqual(['team']);
  expect(session.admin).toBe(false);
});

test('what a browser fetches of ours before anybody has done anything keeps the budget', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const bodies = new Map<string, Promise<Buffer>>();
  alice.page.on('response', response => {
    const [, name] = OUR_FILE.exec(response.url()) ?? [];
    if (name !== undefined) {
      bodies.set(name, response.body());
    }
  });
  await alice.openFresh();
  await alice.isSignedIn();
  await expect(
    alice.page.getByRole('button', { name: /^Mem .*CPU/ })
  ).toBeVisible();
  const files = await Promise.all(bodies.values());
  const sum = (size: (body: Buffer) => number) =>
    files.reduce((total, body) => total + size(body), 0);
  const names = [...bodies.keys()].join(', ');
  expect(files.length).toBeGreaterThan(2);
  expect(
    sum(body => body.length),
    names
  ).toBeLessThanOrEqual(BUDGET.settledRaw);
  expect(
    sum(body => gzipSync(body).length),
    names
  ).toBeLessThanOrEqual(BUDGET.settledGzip);
});

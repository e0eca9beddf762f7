import { expect, test } from '../src/fixtures.ts';
import { startFiles } from '../../scripts/budget.mjs';
import type { LabWindow } from '../src/lab-window.ts';

const PLUGINS = ['companion', 'live', 'sharing', 'sessions'].map(
  name => `jupyterlab-commons:${name}`
);

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

test('what a browser fetches of ours before anybody has done anything is what the budget counts', async ({
  signIn
}) => {
  const alice = await signIn('alice');
  const fetched = new Set<string>();
  alice.page.on('request', request => {
    const [, name] =
      /\/extensions\/jupyterlab-commons\/static\/([^?]+)/.exec(request.url()) ??
      [];
    if (name !== undefined) {
      fetched.add(name);
    }
  });
  await alice.openLab();
  await alice.commons();
  expect([...fetched].sort()).toEqual(startFiles().sort());
});

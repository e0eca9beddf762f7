import { expect, test } from '../src/fixtures.ts';
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

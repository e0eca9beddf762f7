import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { accessibilityProblems } from '../src/axe.ts';
import { expect, test as base } from '../src/fixtures.ts';
import { Forge, SECRET, USER } from '../src/git-forge.ts';
import { GitPanel } from '../src/git-panel.ts';
import { GitRepo } from '../src/git-repo.ts';
import { Upstream } from '../src/git-upstream.ts';
import type { TestHub } from '../src/hub.ts';
import type { Person } from '../src/person.ts';
import { everyProcess, everythingIn, filesWith } from '../src/secrets.ts';
import { Typing } from '../src/typing.ts';

const test = base.extend<{ forge: Forge }>({
  forge: async ({ hub }, use) => {
    const forge = await Forge.start(hub.home('carol', 'forge'));
    await use(forge);
    await forge.stop();
  }
});

test.use({ hubName: 'git' });

const PICTURES = join(import.meta.dirname, '../screenshots');
/** A part of the secret that stays the same in every coding. */
const WORD = SECRET.split('-')[0]!;

test.beforeAll(() => {
  mkdirSync(PICTURES, { recursive: true });
});

/** Alice's repository, which follows one of the forge. */
function follow(hub: TestHub, forge: Forge, name: string) {
  const repo = GitRepo.make(hub, 'alice', name);
  repo.commit('Begin', { 'a.py': 'a = 1\n', 'b.py': 'b = 1\n' });
  const upstream = Upstream.of(hub, repo, name);
  repo.git('remote', 'set-url', 'origin', `${forge.origin}/${name}.git`);
  return { repo, upstream };
}

async function openChanges(person: Person, path: string): Promise<Locator> {
  await person.goto(`lab/tree/${path}`);
  return changesOf(person);
}

/** The changes around what is in front. */
async function changesOf(person: Person): Promise<Locator> {
  const { root } = await GitPanel.open(person);
  await root.getByRole('tab', { name: 'Changes' }).click();
  return root;
}

/** Answers the dialog that asks for a name and a password. */
async function enter({ page }: Person): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('User name').fill(USER);
  await dialog.getByLabel('Password or token').fill(SECRET);
  await press(dialog, 'Sign in');
}

const press = (root: Locator, name: string) =>
  root.getByRole('button', { name, exact: true }).click();

/** What is ours is accessible, and has its picture taken. */
async function looked({ page }: Person, name: string): Promise<void> {
  await page.screenshot({ path: join(PICTURES, `git-${name}.png`) });
  expect(await accessibilityProblems(page, '[class*="jp-Commons-"]')).toEqual(
    []
  );
}

test('push: a wrong password is asked again, the right one pushes, and the secret is nowhere', async ({
  hub,
  signIn,
  forge
}) => {
  const { repo, upstream } = follow(hub, forge, 'pushed');
  const mine = repo.commit('Mine', { 'a.py': 'a = 2\n' });
  const alice = await signIn('alice');
  const { page } = alice;
  const root = await openChanges(alice, 'pushed/a.py');
  await press(root, 'Push');
  const dialog = page.getByRole('dialog');
  const [name, secret] = [
    dialog.getByLabel('User name'),
    dialog.getByLabel('Password or token')
  ];
  await expect(dialog).toContainText(`${forge.origin} wants to know`);
  await name.fill(USER);
  await secret.fill('wrong');
  await press(dialog, 'Sign in');
  await expect(dialog).toContainText('does not accept this user name');
  await expect(name).toHaveValue(USER);
  await expect(secret).toBeFocused();
  await expect(secret).toHaveValue('');
  await looked(alice, 'credentials');
  await secret.fill(SECRET);
  // What is looked for below would be found.
  expect(await everythingIn(page)).toContain(SECRET);

  forge.hold();
  const asked = forge.heard.length;
  await press(dialog, 'Sign in');
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => forge.heard.length).toBeGreaterThan(asked);
  const processes = everyProcess().join('\n');
  const during = await everythingIn(page);
  forge.letGo();
  await expect(root).toContainText('Pushed main.');
  expect(upstream.head()).toBe(mine);
  expect(forge.heard.at(-1)).toBe(`${USER}:${SECRET}`);

  expect(processes).toContain('COMMONS_ASKPASS=');
  expect(processes).toContain('remote-http');
  const log = hub.log();
  expect(log).toContain('200 POST /user/alice/commons/git/push');
  const after = await everythingIn(page);
  const config = readFileSync(hub.home('alice', 'pushed/.git/config'), 'utf8');
  const places = { processes, during, after, log, config };
  for (const [place, text] of Object.entries(places)) {
    expect(text.includes(WORD), place).toBe(false);
  }
  expect(filesWith(hub.home('alice'), WORD)).toEqual([]);

  // Nothing is remembered: the next time it is asked for again.
  await press(root, 'Fetch');
  await expect(dialog).toContainText('wants to know');
  await expect(name).toHaveValue('');
  await page.keyboard.press('Escape');
  await expect(root).toContainText('Stopped before it was done.');
});

test('a remote that sends to another host learns nothing to tell it', async ({
  hub,
  signIn,
  forge
}) => {
  const evil = await Forge.start(hub.home('carol', 'forge'));
  follow(hub, forge, 'sent-on');
  forge.redirect = evil.origin;
  const alice = await signIn('alice');
  const root = await openChanges(alice, 'sent-on/a.py');
  const dialog = alice.page.getByRole('dialog');
  const alert = root.getByRole('alert');
  await press(root, 'Fetch');
  // Nobody is asked for a password that would go nowhere.
  await expect(alert).toContainText(
    `has moved to ${evil.origin}, and no password was sent there`
  );
  await expect(alert).toContainText(
    `git remote set-url origin ${evil.origin}/sent-on.git`
  );
  await expect(dialog).toHaveCount(0);
  await looked(alice, 'moved');

  // The remote moves while the dialog is open: what is typed goes nowhere.
  forge.redirect = null;
  await press(alert, 'Try again');
  await expect(dialog).toContainText(`${forge.origin} wants to know`);
  forge.redirect = evil.origin;
  await enter(alice);
  await expect(alert).toContainText(`has moved to ${evil.origin}`);
  await expect(dialog).toHaveCount(0);
  await evil.stop();
  // Who asked without a name said nothing either.
  expect([...evil.heard, ...forge.heard].join('')).not.toContain(WORD);
});

test('with several remotes one is chosen, and git remembers it as what the branch follows', async ({
  hub,
  signIn,
  forge
}) => {
  const repo = GitRepo.make(hub, 'alice', 'chosen');
  const mine = repo.commit('Begin', { 'a.py': 'a = 1\n' });
  for (const name of ['team', 'backup']) {
    const folder = hub.home('carol', `forge/${name}.git`);
    repo.git('init', '-q', '--bare', '-b', 'main', folder);
    repo.git('remote', 'add', name, `${forge.origin}/${name}.git`);
  }
  const pushHost = forge.origin.replace('127.0.0.1', 'localhost');
  repo.git('config', 'remote.backup.pushurl', `${pushHost}/backup.git`);
  const alice = await signIn('alice');
  const { page } = alice;
  const root = await openChanges(alice, 'chosen/a.py');
  const select = root.getByRole('combobox', {
    name: 'Remote for Fetch and Push'
  });
  await expect(select.locator('option')).toHaveCount(3);
  await expect(select.locator('option').last()).toHaveText(
    `backup (push to ${pushHost}; fetch from ${forge.origin})`
  );
  await press(root, 'Push');
  await expect(root).toContainText('Choose a remote first.');
  await expect(select).toBeFocused();
  for (const shade of ['Light', 'Dark']) {
    await alice.setTheme(`JupyterLab ${shade}`);
    await expect(page.locator('#jupyterlab-splash')).toHaveCount(0);
    await looked(alice, `remotes-${shade}`.toLowerCase());
  }
  await select.selectOption('team');
  await press(root, 'Push');
  await enter(alice);
  await expect(root).toContainText('Pushed main to team.');
  expect(repo.git('rev-parse', 'team/main').trim()).toBe(mine);
  const follows = () =>
    repo.git('for-each-ref', '--format=%(upstream:short)', 'refs/heads').trim();
  expect(follows()).toBe('team/main');
  await expect(root).toContainText('As team/main was');
  await select.selectOption('backup');
  await looked(alice, 'remotes-push');
  await press(root, 'Push');
  await expect(page.getByRole('dialog')).toContainText(pushHost);
  await enter(alice);
  await expect(root).toContainText('Pushed main to backup.');
  expect(follows()).toBe('team/main');
});

test('what cannot be pushed or pulled is explained in words', async ({
  hub,
  signIn,
  forge
}) => {
  const { repo, upstream } = follow(hub, forge, 'apart');
  const theirs = upstream.push('Theirs', { 'b.py': 'b = 2\n' });
  const mine = repo.commit('Mine', { 'a.py': 'a = 2\n' });
  const alice = await signIn('alice');
  const root = await openChanges(alice, 'apart/a.py');
  await press(root, 'Push');
  await enter(alice);
  await expect(root.getByRole('alert')).toContainText(
    'the remote has commits that are not here yet; pull first'
  );
  await looked(alice, 'push-refused');
  await press(root, 'Pull');
  await enter(alice);
  await expect(root.getByRole('alert')).toContainText(
    'both sides have new commits: 1 here, 1 there'
  );
  await expect(root).toContainText('1 to push, 1 to pull');
  expect(upstream.head()).toBe(theirs);
  expect(repo.git('rev-parse', 'HEAD').trim()).toBe(mine);
});

test('the Pull button brings a change into a live notebook in which two people type', async ({
  hub,
  signIn,
  shareNew,
  forge
}) => {
  const path = 'together/Study.ipynb';
  const [alice, bob] = await Promise.all([signIn('alice'), signIn('bob')]);
  const cells = [{ source: 'a =' }, { source: 'b =' }, { source: 'c =' }];
  const { panel, link } = await shareNew(alice, {
    path,
    cells,
    with: { bob: 'Can edit' }
  });
  const his = await bob.openLink(link);
  await his.reads(2, 'c =');
  const { upstream } = follow(hub, forge, 'together');
  upstream.pushCells('Change c', 'Study.ipynb', all => {
    all[2]!.source = 'c = 2';
  });
  const root = await changesOf(alice);
  await press(root, 'Pull');
  await enter(alice);
  await expect(root).toContainText('Pulled.');
  const typing = [Typing.start(panel, 0, 'a'), Typing.start(his, 1, 'b')];
  for (const view of [panel, his]) {
    await view.reads(2, 'c = 2');
    await expect(
      view.root.getByText('was changed on disk: 1 cell updated.')
    ).toBeVisible();
  }
  const [a, b] = await Promise.all(typing.map(each => each.stop()));
  const sources = [`a =${a}`, `b =${b}`, 'c = 2'];
  await expect.poll(() => hub.readSources('alice', path)).toEqual(sources);
  await Promise.all(sources.map((source, at) => his.reads(at, source)));

  // Now there is text that no commit has, and a pull that would replace it.
  upstream.pushCells('Change c again', 'Study.ipynb', all => {
    all[2]!.source = 'c = 3';
  });
  await press(root, 'Pull');
  await enter(alice);
  await expect(root.getByRole('alert')).toContainText('Study.ipynb');
  await looked(alice, 'pull-live-refused');
  expect(hub.readSources('alice', path)).toEqual(sources);
});

import {
  pathOf,
  routes,
  SUBPROTOCOL,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { Commons, ask, codeOf, openSocket, socketUrl } from '../src/commons.ts';
import { expect, test } from '../src/fixtures.ts';
import type { TestHub } from '../src/hub.ts';
import { pageConfigOf, type Person } from '../src/person.ts';

const CELLS = [{ source: 'secret = 1' }];

/** What alice's server sees of a visitor: the token that it puts into their page. */
async function tokenOfVisit(hub: TestHub, visitor: Person): Promise<string> {
  const { page } = visitor;
  await page.goto(`${hub.url}user/alice/lab`);
  const consent = page.getByRole('button', { name: /authorize/i });
  await expect(consent.or(page.locator('#jupyter-config-data'))).toBeAttached();
  if (await consent.isVisible()) {
    await consent.click();
  }
  await page.waitForURL(/\/user\/alice\/lab/);
  const { hubUser, token } = await pageConfigOf(page);
  expect(hubUser).toBe(visitor.name);
  return token;
}

/** A page of another site, in the same browser. */
async function strangePage(person: Person) {
  const page = await person.page.context().newPage();
  await page.route('http://strange.example/', route =>
    route.fulfill({ contentType: 'text/html', body: '<title>strange</title>' })
  );
  await page.goto('http://strange.example/');
  return page;
}

/** Every part of every path, so that each address is one that exists. */
const partsFor = (id: string) => ({
  id,
  name: 'bob',
  user: 'bob',
  server: 'none',
  upload: 'none',
  merge: 'none',
  index: 0
});

const guarded = (Object.keys(routes) as RouteName[]).filter(
  name => routes[name].proof !== 'none'
);

test('I3 an admin on the server of alice has a token there that opens nothing', async ({
  hub,
  signIn
}) => {
  await signIn('alice');
  const token = await tokenOfVisit(hub, await signIn('admin'));
  const reply = await Commons.present(hub.url, token);
  expect(reply.status).toBe(403);
  expect(codeOf(reply)).toBe('GUEST_SERVER');
});

test('I3 bob, let into the server of alice by a share of the hub, has a token there that opens nothing', async ({
  hub,
  signIn
}) => {
  test.skip((await hub.version()) < 5, 'This hub shares no servers.');
  await signIn('alice');
  const shared = await hub.api('POST', 'shares/alice/', { user: 'bob' });
  expect(shared.status).toBe(200);
  const bob = await signIn('bob');
  const own = (await bob.commons()).session;
  const token = await tokenOfVisit(hub, bob);
  expect(own.user).toBe('bob');
  const reply = await Commons.present(hub.url, token);
  expect(codeOf(reply)).toBe('GUEST_SERVER');
  await hub.api('DELETE', 'shares/alice/');
});

test('I2 cookies alone open no route', async ({ hub, signIn, shareNew }) => {
  const alice = await signIn('alice');
  const { id, path } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  for (const name of guarded) {
    const route = routes[name];
    const address = `${hub.url}services/commons/${pathOf(name, partsFor(id))}`;
    if (route.method === 'WS') {
      const attempt = await openSocket(
        alice.page,
        socketUrl(hub.url, name, partsFor(id)),
        [SUBPROTOCOL]
      );
      expect(attempt.opened, name).toBe(false);
    } else {
      // From the page itself: its own Origin, all of its cookies.
      const status = await alice.page.evaluate(
        async ([url, method]) =>
          (
            await fetch(url, {
              method,
              credentials: 'include',
              headers: { 'Content-Type': 'application/json' },
              ...(method === 'GET' ? {} : { body: '{}' })
            })
          ).status,
        [address, route.method] as const
      );
      expect(status, name).toBe(401);
    }
  }
  expect((await (await alice.commons()).documentOf(path)).id).toBe(id);
});

test('I8 a session and a ticket are refused to a page of another site', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { id } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  const commons = await alice.commons();
  const { session } = commons.session;
  for (const origin of [
    'http://strange.example',
    'null',
    `${hub.url.slice(0, -1)}.strange.example`
  ]) {
    const reply = await ask(hub.url, 'listDocuments', {
      headers: { Authorization: `Bearer ${session}`, Origin: origin }
    });
    expect(codeOf(reply), origin).toBe('ORIGIN_REFUSED');
  }
  const page = await strangePage(alice);
  const protocols = [SUBPROTOCOL, await commons.ticket(id)];
  const attempt = await openSocket(
    page,
    socketUrl(hub.url, 'sync', { id }),
    protocols
  );
  expect(attempt.opened).toBe(false);
  await page.close();
});

test('I6 a ticket works once, and for its document only', async ({
  hub,
  signIn,
  freshPath,
  shareNew
}) => {
  const alice = await signIn('alice');
  const first = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  const second = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' },
    // Another name, or its tab could not be told from the first one's.
    path: freshPath('Second.ipynb')
  });
  const commons = await alice.commons();
  const open = async (id: string, ticket: string) =>
    (
      await openSocket(alice.page, socketUrl(hub.url, 'sync', { id }), [
        SUBPROTOCOL,
        ticket
      ])
    ).opened;

  const ticket = await commons.ticket(first.id);
  expect(await open(first.id, ticket)).toBe(true);
  expect(await open(first.id, ticket)).toBe(false);
  expect(await open(second.id, await commons.ticket(first.id))).toBe(false);
});

test('A3 who has no share learns nothing of a document, whether it exists or not', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { id } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  const carol = await (await signIn('carol')).commons();
  const unknown = 'a'.repeat(26);
  for (const name of guarded.filter(
    each => routes[each].operation !== null && routes[each].method !== 'WS'
  )) {
    const real = await carol.call(name, partsFor(id), bodyOf(name));
    const none = await carol.call(name, partsFor(unknown), bodyOf(name));
    expect(codeOf(real), name).toBe('NOT_FOUND');
    expect(real, name).toEqual(none);
  }
});

test('I9 neither token nor session nor ticket is in the log of the companion', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const { id } = await shareNew(alice, {
    cells: CELLS,
    with: { bob: 'Can view' }
  });
  const { token } = await alice.pageConfig();
  const commons = await alice.commons();
  const ticket = await commons.ticket(id);
  await openSocket(alice.page, socketUrl(hub.url, 'sync', { id }), [
    SUBPROTOCOL,
    ticket
  ]);
  const log = hub.log();
  for (const secret of [token, commons.session.session, ticket]) {
    expect(log.includes(secret)).toBe(false);
  }
});

/** A body that is right, so that only the right to ask is judged. */
function bodyOf(name: RouteName): unknown {
  switch (routes[name].method) {
    case 'PUT':
      return { role: 'view' };
    case 'PATCH':
      return { name: 'Other.ipynb' };
    case 'POST':
      return name === 'chooseFile' ? { choice: 'keep-live' } : {};
    default:
      return undefined;
  }
}

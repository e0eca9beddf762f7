/** Q9: how the admin's page is opened, and by whom not. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { StubHub } from '../hub/stub-hub.ts';
import { TestCompanion } from '../http/test-companion.ts';

const NAVIGATION = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document'
};
const HOSTILE = `<img src=x onerror=alert(1)>"'&`;

type Got = { status: number; headers: IncomingHttpHeaders; body: string };

describe("the admin's page", () => {
  let hub: StubHub;
  let commons: TestCompanion;

  beforeEach(async () => {
    hub = await new StubHub().start();
    hub.add('root', { admin: true });
    hub.add('ada', { groups: ['lab'] });
    hub.add('carol', {});
    commons = await new TestCompanion().start({
      env: {
        JUPYTERHUB_API_URL: hub.url,
        JUPYTERHUB_API_TOKEN: hub.serviceToken,
        JUPYTERHUB_BASE_URL: '/jhub/',
        JUPYTERHUB_CLIENT_ID: 'service-commons',
        COMMONS_GROUP_ADMINS: '{"lab": ["carol"]}'
      }
    });
  });
  afterEach(async () => {
    await commons.stop();
    await hub.stop();
  });

  function get(
    path: string,
    headers: Record<string, string> = NAVIGATION,
    method = 'GET'
  ): Promise<Got> {
    return new Promise((resolve, reject) => {
      const options = { headers, method };
      request(new URL(path, commons.base), options, response => {
        text(response).then(body => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({ status, headers: answered, body });
        }, reject);
      })
        .on('error', reject)
        .end();
    });
  }

  /** Sends the form that a person comes back from the hub to. */
  const post = (path: string, headers: Record<string, string>) =>
    get(path, headers, 'POST');

  /** Opens the page as a browser does, up to the hub's question who it is. */
  async function begin(): Promise<{ cookie: string; ask: URL }> {
    const { status, headers } = await get('');
    assert.equal(status, 302);
    const [cookie = ''] = headers['set-cookie']?.[0]?.split(';') ?? [];
    return { cookie, ask: new URL(headers.location!, commons.base) };
  }

  /** What the hub sends a person back with. */
  function grant(user: string, ask: URL): string {
    const code = `code-of-${user}`;
    hub.codes.set(code, {
      token: `page-token-of-${user}`,
      challenge: ask.searchParams.get('code_challenge')!
    });
    const query = new URLSearchParams({
      code,
      state: ask.searchParams.get('state')!
    });
    return `oauth_callback?${query}`;
  }

  async function open(user: string): Promise<Got> {
    const { cookie, ask } = await begin();
    const way = grant(user, ask);
    const form = await get(way, { ...NAVIGATION, cookie });
    assert.match(form.body, /<form [^>]*method="post">/);
    return post(way, { ...NAVIGATION, cookie });
  }

  /** What the page is handed. */
  function startOf({ body }: Got): { session: string; user: string } {
    const [, escaped = ''] = /name="commons-start" content="([^"]*)"/.exec(
      body
    )!;
    const plain = escaped
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    return JSON.parse(plain);
  }

  it('sends whoever opens it to the hub, with state and challenge', async () => {
    const { ask, cookie } = await begin();
    assert.equal(ask.pathname, '/jhub/hub/api/oauth2/authorize');
    const { searchParams } = ask;
    assert.equal(searchParams.get('client_id'), 'service-commons');
    assert.equal(
      searchParams.get('redirect_uri'),
      '/services/commons/oauth_callback'
    );
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    assert.ok(searchParams.get('state')!.length >= 32);
    assert.match(cookie, /^commons-sign-in=/);
  });

  it('binds its cookie to encryption where the browser has it, however many proxies there are', async () => {
    const cookieOf = async (headers: object) =>
      (await get('', { ...NAVIGATION, ...headers })).headers['set-cookie']![0]!;
    assert.doesNotMatch(await cookieOf({}), /Secure/);
    for (const proto of ['https', 'https,http', 'https , http']) {
      const cookie = await cookieOf({ 'x-forwarded-proto': proto });
      assert.match(cookie, /; Secure$/, proto);
    }
    for (const proto of ['http', 'http,https', '', 'httpsx']) {
      const cookie = await cookieOf({ 'x-forwarded-proto': proto });
      assert.doesNotMatch(cookie, /Secure/, proto);
    }
  });

  it('hands an admin a session that opens the API, for half an hour', async () => {
    const page = await open('root');
    assert.equal(page.status, 200);
    const { session, user } = startOf(page);
    assert.equal(user, 'root');
    const headers = { authorization: `Bearer ${session}` };
    assert.equal((await get('api/admin/overview', headers)).status, 200);
    commons.clock.advance(29 * 60_000);
    assert.equal((await get('api/admin/overview', headers)).status, 200);
    commons.clock.advance(2 * 60_000);
    assert.equal((await get('api/admin/overview', headers)).status, 401);
  });

  it('gives the rights of admins to no session that a server of theirs was given', async () => {
    for (const user of ['root', 'carol']) {
      const session = await commons.signIn(user, `page-token-of-${user}`);
      const headers = { authorization: `Bearer ${session}` };
      assert.equal((await get('api/quota', headers)).status, 200);
      const asked = await get('api/admin/overview', headers);
      assert.equal(asked.status, 403);
      assert.match(asked.body, /ADMIN_ONLY/);
    }
  });

  it('shows a group admin the page, and everybody else in words that it is not for them', async () => {
    assert.equal((await open('carol')).status, 200);
    const page = await open('ada');
    assert.equal(page.status, 403);
    assert.match(page.body, /This page is for admins/);
    assert.match(page.body, /href="\/jhub\/hub\/user-redirect\/lab"/);
    assert.doesNotMatch(page.body, /commons-start/);
  });

  it('is not told to fetch, to frames, nor to what does not say what it is', async () => {
    const { cookie, ask } = await begin();
    const answer = grant('root', ask);
    const others: Record<string, string>[] = [
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-mode': 'same-origin', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'embed' },
      {}
    ];
    for (const headers of others) {
      assert.equal((await get('', headers)).status, 403);
      assert.equal((await get(answer, { ...headers, cookie })).status, 403);
      assert.equal((await post(answer, { ...headers, cookie })).status, 403);
    }
    assert.equal(hub.codes.size, 1, 'a code was used up for them');
    assert.equal((await post(answer, { ...NAVIGATION, cookie })).status, 200);
  });

  it('says nothing on a way that a worker of the same origin can read', async () => {
    const { cookie, ask } = await begin();
    const answer = grant('root', ask);
    // What a browser asks for in place of a worker is a GET of a document.
    const ways: Record<string, string>[] = [
      {},
      { 'service-worker-navigation-preload': 'true' }
    ];
    for (const more of ways) {
      const { body, headers } = await get(answer, {
        ...NAVIGATION,
        ...more,
        cookie
      });
      assert.doesNotMatch(body, /commons-start|cs1\./);
      assert.equal(headers['set-cookie'], undefined);
      assert.match(
        String(headers['content-security-policy']),
        /form-action 'self'.*frame-ancestors 'none'/
      );
    }
    assert.equal(hub.codes.size, 1, 'a code was used up for them');
    // What it asks for itself is none.
    const own = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' };
    const refused = await post(answer, { ...own, cookie });
    assert.equal(refused.status, 403);
    assert.match(refused.body, /a service worker has asked/);
    assert.equal((await get('', NAVIGATION, 'POST')).status, 404);
    assert.equal((await post(answer, { ...NAVIGATION, cookie })).status, 200);
  });

  it('takes an answer of the hub only from the window that asked, once, for ten minutes', async () => {
    const first = await begin();
    const second = await begin();
    const answer = grant('root', first.ask);
    const tries: Record<string, string>[] = [
      {},
      { cookie: second.cookie },
      { cookie: `${first.cookie}x` },
      { cookie: `${first.cookie}; ${second.cookie}` }
    ];
    for (const headers of tries) {
      const { status, body } = await post(answer, {
        ...NAVIGATION,
        ...headers
      });
      assert.equal(status, 401);
      assert.match(body, /You are not signed in/);
    }
    const { cookie } = first;
    const good = await post(answer, { ...NAVIGATION, cookie });
    assert.equal(good.status, 200);
    assert.match(good.headers['set-cookie']![0]!, /Max-Age=0/);
    assert.equal((await post(answer, { ...NAVIGATION, cookie })).status, 401);
    const third = await begin();
    const late = grant('root', third.ask);
    commons.clock.advance(601_000);
    const headers = { ...NAVIGATION, cookie: third.cookie };
    assert.equal((await post(late, headers)).status, 401);
  });

  it('says in words when the hub does not answer or refuses', async () => {
    const { cookie, ask } = await begin();
    const answer = grant('root', ask);
    hub.mood = 'refusing';
    const { status, body } = await post(answer, { ...NAVIGATION, cookie });
    assert.equal(status, 503);
    assert.match(body, /Sign in again/);
    hub.mood = 'well';
    const denied = await post('oauth_callback?error=access_denied', {
      ...NAVIGATION,
      cookie
    });
    assert.equal(denied.status, 401);
  });

  it('keeps no cookie that opens anything, and carries the strict headers', async () => {
    const page = await open('root');
    const { headers } = page;
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "worker-src 'none'"
    ]) {
      assert.ok(policy.includes(part), part);
    }
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(
      headers['cross-origin-opener-policy'],
      'noopener-allow-popups'
    );
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    const cookies = headers['set-cookie'] ?? [];
    assert.equal(cookies.length, 1);
    const { cookie } = await begin();
    assert.equal((await get('api/admin/overview', { cookie })).status, 401);
    assert.doesNotMatch(page.body, /<script(?![^>]* src=)/);
  });

  it('writes a hostile name as text', async () => {
    hub.add(HOSTILE, { admin: true, displayName: HOSTILE });
    const page = await open(HOSTILE);
    assert.equal(page.status, 200);
    assert.equal(startOf(page).user, HOSTILE);
    assert.doesNotMatch(page.body, /<img/);
  });

  it('serves its script and style by their content, to be kept', async () => {
    const { body } = await open('root');
    for (const [, path] of body.matchAll(
      /(?:src|href)="([^"]+\.(?:js|css))"/g
    )) {
      const file = await get(path!, {});
      const sum = createHash('sha384').update(file.body).digest('base64');
      assert.ok(body.includes(`"${path}" integrity="sha384-${sum}"`), path);
      assert.equal(file.status, 200);
      assert.match(String(file.headers['cache-control']), /immutable/);
      assert.equal(file.headers['x-content-type-options'], 'nosniff');
    }
    assert.equal((await get('dashboard/page.0.js', {})).status, 404);
    assert.equal((await get('dashboard/../main.js', {})).status, 404);
  });
});

describe('without a hub', () => {
  it('there is no such page', async () => {
    const commons = await new TestCompanion().start({ people: { ada: {} } });
    const answer = await fetch(commons.base, { redirect: 'manual' });
    assert.equal(answer.status, 404);
    await answer.body?.cancel();
    await commons.stop();
  });
});

import { adminSorts, type AdminUsers } from '@jupyterlab-commons/protocol';
import type { Got, Setting } from './setting.ts';

const NAVIGATION = {
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document'
};
/** The page asks for so many people at once. */
const PAGE = 50;
const EACH = 10;

export type FirstPaint = {
  requests: number;
  bytes: number;
  /** Of the people alone. */
  rows: number;
  session: string;
  /** Milliseconds until the overview was there, with nothing made before. */
  overviewMs: number;
};

function must(got: Got, status = 200): Got {
  if (got.status !== status) {
    throw new Error(`${got.status} and not ${status}: ${got.body}`);
  }
  return got;
}

/** Signs in at the hub and asks for what the page needs before it shows figures and people. */
export async function firstPaint(setting: Setting): Promise<FirstPaint> {
  const begun = must(await setting.ask('', { headers: NAVIGATION }), 302);
  const asked = new URL(begun.location, setting.base).searchParams;
  const code = await setting.world.call<string>(
    'grant',
    asked.get('code_challenge')
  );
  const query = new URLSearchParams({ code, state: asked.get('state') ?? '' });
  const headers = { ...NAVIGATION, cookie: begun.cookie };
  const way = `oauth_callback?${query}`;
  const form = must(await setting.ask(way, { headers }));
  // Its script sends it.
  const html = must(await setting.ask(way, { method: 'POST', headers }));
  const session = /&quot;session&quot;:&quot;([^&]*)&quot;/.exec(
    html.body
  )![1]!;
  const own = { authorization: `Bearer ${session}` };
  const files = [...html.body.matchAll(/(?:href|src)="([^"]*)"/g)];
  const got = [form, html];
  for (const [, path = ''] of files) {
    got.push(must(await setting.ask(path)));
  }
  const since = performance.now();
  got.push(must(await setting.ask('api/admin/overview', { headers: own })));
  const overviewMs = performance.now() - since;
  got.push(must(await setting.ask(peoplePath({}), { headers: own })));
  const { users } = JSON.parse(got.at(-1)!.body) as AdminUsers;
  return {
    // The one that sends to the hub and the one that comes back from it.
    requests: got.length + 1,
    bytes: got.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0),
    rows: users.length,
    session,
    overviewMs
  };
}

const peoplePath = (words: Record<string, string>) =>
  `api/admin/users?${new URLSearchParams({ ...words, limit: String(PAGE) })}`;

/** Milliseconds of a page of people: each sort in both orders, searches, the last page. */
export async function peopleTimes(
  setting: Setting,
  session: string,
  people: number
): Promise<{ name: string; times: number[] }[]> {
  const headers = { authorization: `Bearer ${session}` };
  const kinds: { name: string; words: Record<string, string>[] }[] = [
    ...adminSorts.map(sort => ({
      name: `by ${sort}`,
      words: [
        { sort, order: 'asc' },
        { sort, order: 'desc' }
      ]
    })),
    { name: 'search', words: [{ query: '99' }, { query: 'nobody' }] },
    { name: 'the last page', words: [{ offset: String(people - PAGE) }] }
  ];
  const found: { name: string; times: number[] }[] = [];
  for (const { name, words } of kinds) {
    const times: number[] = [];
    for (let each = 0; each < EACH; each++) {
      const since = performance.now();
      const path = peoplePath(words[each % words.length]!);
      must(await setting.ask(path, { headers }));
      times.push(performance.now() - since);
    }
    found.push({ name, times });
  }
  return found;
}

/** Q6, Q7, Q8 over real sockets: what reaches pages, the person's server and the hub's hook. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { quotaNews, type QuotaNews } from '@jupyterlab-commons/protocol';
import { NO_RATES } from '../../src/ledger/rates.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { MemoryStore } from '../../src/storage/memory.ts';
import { TestServer } from '../files/test-server.ts';
import { TestCompanion } from '../http/test-companion.ts';
import type { TestSocket } from '../http/test-socket.ts';
import { StubHub } from '../hub/stub-hub.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { DAY, HOUR } from './test-quota.ts';

const SECRET = 'a-secret-of-the-hook-0123456789abcdef';
/** What never comes fails its test, and what runs for it is stopped. */
const CEILING = { timeout: 60_000 };

describe('quota in a running companion', () => {
  let folder: string;
  let commons: TestCompanion;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commons-quota-'));
    await writeFile(join(folder, 'quota.yaml'), DAY);
    const store = new MemoryLedgerStore();
    const now = new TestClock().now();
    const from = now - 10 * HOUR;
    await store.putPoll({
      runs: [
        {
          ...{ user: 'ada', server: '', started: from, piece: 0, from },
          ...{ to: now, seconds: 36_000, steady: 36_000, open: true },
          ...{ profile: 'small', rates: NO_RATES }
        }
      ],
      seen: { at: now, steady: 36_000 },
      users: []
    });
    commons = new TestCompanion(new MemoryStore(), store);
    await commons.start({
      people: { ada: {}, bob: {} },
      env: {
        COMMONS_QUOTA_FILE: join(folder, 'quota.yaml'),
        COMMONS_HOOK_TOKEN: SECRET
      }
    });
  });
  afterEach(async () => {
    await commons.stop();
    await rm(folder, { recursive: true });
  });

  const newsOf = (page: TestSocket): QuotaNews[] =>
    page.told
      .filter(({ type }) => type === 'quota')
      .map(({ quota }) => quotaNews(quota));
  const heard = (page: TestSocket, kind: QuotaNews['kind']) =>
    page.until(() => newsOf(page).find(each => each.kind === kind));

  it(
    'every page of the person hears of the stop, also one that opens later, and nobody else',
    CEILING,
    async () => {
      const page = await commons.events('ada');
      const other = await commons.events('bob');
      await commons.passUntil(() => newsOf(page).length > 0);
      const stop = await heard(page, 'stop');
      const later = await commons.events('ada');
      assert.deepEqual(await heard(later, 'stop'), stop);
      assert.deepEqual(newsOf(other), []);
    }
  );

  it(
    "the person's server keeps copies of what is open before the stop",
    CEILING,
    async () => {
      const server = await TestServer.dial(commons, 'ada');
      const page = await commons.events('ada');
      await commons.passUntil(() =>
        newsOf(page).some(({ kind }) => kind === 'save')
      );
      await server.until(() => server.methods.includes('keep-open'));
    }
  );

  it("the hub's hook is told why, and when it is free", async () => {
    const { body } = await commons.send(
      'spawn',
      {},
      {
        body: { user: 'ada', server: '', groups: [] },
        headers: { authorization: `token ${SECRET}` }
      }
    );
    assert.equal(body.allowed, false);
    assert.match(body.message, /10 of 10 server hours.*gpu@example\.org/);
    assert.ok(body.freeAt > commons.clock.now());
  });

  it('what runs and says nothing is unknown to a culler', async () => {
    const { body } = await commons.send(
      'idle',
      {},
      { headers: { authorization: `token ${SECRET}` } }
    );
    assert.deepEqual(body.servers, [
      { user: 'ada', server: '', idleSince: null, signs: ['unknown'] }
    ]);
  });
});

describe('a server that ran before its hub asked', () => {
  let folder: string;
  let hub: StubHub;
  let commons: TestCompanion;
  const store = new MemoryLedgerStore();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commons-quota-'));
    await writeFile(join(folder, 'quota.yaml'), DAY);
    commons = new TestCompanion(new MemoryStore(), store);
    hub = await new StubHub().start();
  });
  afterEach(async () => {
    await commons.stop();
    await hub.stop();
    await rm(folder, { recursive: true });
  });

  it(
    'with several values for its profile is counted, and of a profile that nobody knows',
    CEILING,
    async () => {
      const started = new Date(new TestClock().now()).toISOString();
      const serverOf = (options: object) => ({
        servers: { '': { started, user_options: options } }
      });
      hub.users.set('ada', serverOf({ profile: ['a100', 'small'] }));
      hub.users.set('bob', serverOf({ profile: ['a100'], tools: ['a', 'b'] }));
      await commons.start({
        env: {
          JUPYTERHUB_API_URL: hub.url,
          JUPYTERHUB_API_TOKEN: hub.serviceToken,
          JUPYTERHUB_CLIENT_ID: 'service-commons',
          COMMONS_QUOTA_FILE: join(folder, 'quota.yaml')
        }
      });
      const runs = async () => (await store.runs(0)).runs;
      for (let tries = 0; (await runs()).length < 2; tries++) {
        assert.ok(tries < 10_000, 'no poll');
        await new Promise(setImmediate);
      }
      const found = (await runs()).map(({ user, profile, rates }) => [
        ...[user, profile, rates.gpus]
      ]);
      assert.deepEqual(found.sort(), [
        ['ada', 'unknown', 0],
        ['bob', 'a100', 1]
      ]);
    }
  );
});

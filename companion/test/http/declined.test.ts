/** Q14: who is declined more is told by whom and why, once, also when they were away. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { quotaNews, type QuotaNews } from '@jupyterlab-commons/protocol';
import { Requests } from '../../src/quota/requests.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { askAs, companionWithPeople, reportOf } from '../quota/hub-people.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { TestCompanion } from './test-companion.ts';
import type { TestSocket } from './test-socket.ts';

const DAY = 86_400_000;
const WISH = { policy: 'gpu-week', message: 'please' };

describe('a declined wish for more', () => {
  let commons: TestCompanion;
  let file: string;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    ({ commons, file, stop } = await companionWithPeople());
  });
  afterEach(() => stop());

  const ask = () => askAs(commons, 'alice', 'askQuota', { body: WISH });
  const decline = (body?: object) =>
    askAs(commons, 'carol', 'declineRequest', {
      parts: { user: 'alice' },
      body
    });
  const newsOf = (page: TestSocket): QuotaNews[] =>
    page.told
      .filter(({ type }) => type === 'quota')
      .map(({ quota }) => quotaNews(quota));
  const declinedIn = (page: TestSocket) =>
    newsOf(page).find(({ kind }) => kind === 'declined');

  it('is told to every page of the person with who and why, and to nobody else', async () => {
    await ask();
    const pages = [
      await commons.events('alice'),
      await commons.events('alice')
    ];
    const other = await commons.events('carol');
    assert.equal((await decline({ reason: ' too much \n' })).status, 204);
    const declined = {
      ...{ at: commons.clock.now(), policy: 'gpu-week' },
      ...{ by: 'carol', reason: 'too much' }
    };
    for (const page of pages) {
      const news = await page.until(() => declinedIn(page));
      assert.deepEqual(news.declined, declined);
    }
    assert.equal(declinedIn(other), undefined);
    const report = await reportOf(commons, 'alice');
    assert.deepEqual([report.asked, report.declined], [null, declined]);
  });

  it('is told without a reason where none was given, and refused with one that is too long', async () => {
    await ask();
    const long = await decline({ reason: 'x'.repeat(501) });
    assert.equal(long.code, 'BAD_REQUEST');
    assert.equal((await decline()).status, 204);
    assert.equal((await reportOf(commons, 'alice')).declined?.reason, '');
    assert.equal((await decline()).code, 'NOTHING_THERE');
  });

  it('is told under the same key to a page that opens later, also after a restart', async () => {
    await ask();
    await decline({ reason: 'not now' });
    const page = await commons.events('alice');
    const news = await page.until(() => declinedIn(page));
    const { store, ledgerStore } = commons;
    await commons.stop();
    commons = new TestCompanion(store, ledgerStore);
    await commons.start({
      people: { alice: { groups: ['research', 'physics'] } },
      env: { COMMONS_QUOTA_FILE: file }
    });
    const later = await commons.events('alice');
    const again = await later.until(() => declinedIn(later));
    assert.equal(again.key, news.key);
    assert.equal(again.declined?.reason, 'not now');
    await commons.stop();
  });
});

describe('what was declined', () => {
  async function declined() {
    const store = new MemoryLedgerStore();
    const clock = new TestClock();
    const start = async () => {
      const audited: string[] = [];
      const requests = new Requests({
        ...{ store, clock, tell: () => {} },
        audit: ({ action, detail }) => audited.push(`${action} ${detail}`)
      });
      await requests.start();
      return { requests, audited };
    };
    const { requests, audited } = await start();
    await requests.ask('ada', WISH);
    await requests.decline('ada', 'root', 'no GPUs left');
    return { store, clock, requests, audited, start };
  }

  it('an answer to what is asked anew at that moment is an answer to the new wish', async () => {
    const { requests, start } = await declined();
    await requests.ask('ada', { ...WISH, policy: 'old' });
    const asked = requests.ask('ada', { ...WISH, policy: 'new' });
    const answered = requests.decline('ada', 'root', 'no');
    await Promise.all([asked, answered]);
    const again = (await start()).requests;
    for (const each of [requests, again]) {
      const { asked: open, declined: told } = each.of('ada');
      assert.deepEqual([open, told?.policy], [null, 'new']);
    }
  });

  it('is no open wish any more, and stands in the log with the reason', async () => {
    const { requests, audited } = await declined();
    assert.deepEqual([requests.size, requests.has('ada')], [0, false]);
    assert.equal(audited.at(-1), 'declined gpu-week: no GPUs left');
  });

  it('is news no more once something is asked anew', async () => {
    const { requests, start } = await declined();
    await requests.ask('ada', WISH);
    for (const each of [requests, (await start()).requests]) {
      assert.deepEqual(each.standing('ada'), []);
      assert.deepEqual([each.size, each.of('ada').declined], [1, undefined]);
    }
  });

  it('is forgotten after 30 days, by a companion that runs on and by one that starts', async () => {
    const { store, clock, requests, start } = await declined();
    clock.advance(30 * DAY - 1);
    assert.equal(requests.standing('ada').length, 1);
    clock.advance(1);
    assert.deepEqual(requests.standing('ada'), []);
    assert.equal(requests.of('ada').declined, undefined);
    assert.equal((await store.requests()).length, 1);
    await start();
    assert.deepEqual(await store.requests(), []);
  });
});

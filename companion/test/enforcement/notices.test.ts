/** Q6: what people are told of their limits, and how often. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quotaNews } from '@jupyterlab-commons/protocol';
import { DAY, HOUR, MINUTE, NONE, profiles, TestQuota } from './test-quota.ts';

const calendar = `${profiles}policies: [{name: hours, resource: server-hours, limit: 10, window: {calendar: day}, at: {50: notice, 80: notice}}]`;
const rolling = `${profiles}policies: [{name: hours, resource: server-hours, limit: 10, window: {rolling: 1d}, at: {50: notice, 100: refuse-start}}]`;

describe('notices', () => {
  it('each threshold is told once, however often it is looked', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(12 * HOUR);
    quota.run('ada', 4);
    await quota.look();
    assert.deepEqual(quota.news(), []);
    await quota.pass(2 * HOUR);
    assert.deepEqual(quota.news(), ['notice hours 50']);
    await quota.pass(3 * HOUR);
    assert.deepEqual(quota.news(), ['notice hours 50', 'notice hours 80']);
    quota.told.forEach(({ user: _, ...news }) => quotaNews(news));
  });

  it('of several that are reached at once the highest is told, and the others never', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(12 * HOUR);
    quota.run('ada', 9);
    await quota.look();
    await quota.look();
    assert.deepEqual(quota.news(), ['notice hours 80']);
  });

  it('a restart tells nothing again', async () => {
    const before = await new TestQuota(calendar).start();
    before.clock.advance(12 * HOUR);
    before.run('ada', 6);
    await before.look();
    const after = await new TestQuota(calendar, before).start();
    await after.look();
    assert.deepEqual([before.news(), after.news()], [['notice hours 50'], []]);
    // What was told stands under the same key for pages that open now.
    const standing = after.notices.standing('ada', after.allowances('ada'));
    assert.deepEqual(
      standing.map(({ key }) => key),
      before.told.map(({ key }) => key)
    );
  });

  it('it is told with when the limit will be reached, which nothing else is', async () => {
    const quota = await new TestQuota(rolling).start();
    quota.run('ada', 6);
    await quota.look();
    const [told] = quota.told;
    assert.equal(told?.allowance?.endsAt, quota.clock.now() + 4 * HOUR);
    assert.equal(quota.allowances('ada')[0]?.endsAt, undefined);
  });

  it('the next window tells anew', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(16 * HOUR);
    quota.run('ada', 6);
    await quota.look();
    await quota.pass(13 * HOUR);
    assert.deepEqual(quota.news(), [
      'notice hours 50',
      'notice hours 80',
      // The day of Vienna has begun at 23:00 UTC.
      'notice hours 50'
    ]);
    assert.equal(new Set(quota.told.map(({ key }) => key)).size, 3);
  });

  it('the next window tells anew, also what was reached while nobody looked', async () => {
    const before = await new TestQuota(calendar).start();
    before.clock.advance(12 * HOUR);
    before.run('ada', 6);
    await before.look();
    before.end('ada');
    before.clock.advance(24 * HOUR);
    before.run('ada', 6);
    const after = await new TestQuota(calendar, before).start();
    await after.look();
    assert.deepEqual(after.news(), ['notice hours 50']);
  });

  it('in a moving window use that hovers at a threshold is told once, and one that has fallen is told anew', async () => {
    const quota = await new TestQuota(rolling).start();
    quota.run('ada', 5);
    await quota.look();
    quota.end('ada');
    for (let hour = 0; hour < 19; hour++) {
      quota.pages.add('ada');
      quota.clock.advance(HOUR);
      await quota.look();
    }
    // 5 h of it were used 19 to 24 h ago; from now on one hour leaves with each hour, and one comes.
    quota.run('ada', 0);
    await quota.pass(20 * MINUTE);
    assert.deepEqual(quota.news(), ['notice hours 50']);
    quota.end('ada');
    quota.clock.advance(6 * HOUR);
    await quota.look();
    quota.run('ada', 5);
    await quota.look();
    assert.deepEqual(quota.news(), ['notice hours 50', 'notice hours 50']);
  });

  it('somebody whose limit was raised is warned before the new one', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(12 * HOUR);
    quota.run('ada', 6);
    await quota.look();
    quota.grant({ limit: 20 });
    await quota.look();
    await quota.pass(5 * HOUR);
    assert.deepEqual(quota.news(), [
      'notice hours 50',
      'granted hours 0',
      'notice hours 50'
    ]);
  });

  it('what was granted is told once, and an exemption too', async () => {
    const quota = await new TestQuota(DAY).start();
    quota.run('ada', 2);
    await quota.look();
    quota.grant({ extra: 5 });
    await quota.look();
    await quota.look();
    quota.grant({ id: 'p', exempt: true });
    await quota.look();
    await quota.look();
    assert.deepEqual(quota.news(), ['granted hours 0', 'granted hours 0']);
  });

  it('other people hear nothing of it, unless they share the limit', async () => {
    const shared = `${profiles}policies: [{name: pool, resource: server-hours, limit: 10, window: {rolling: 1d}, pool: shared, for: {group: lab}, at: {50: notice}}]`;
    const quota = await new TestQuota(shared).start();
    quota.ledger.addUser('ada', ['lab']);
    quota.ledger.addUser('bob', ['lab']);
    quota.run('ada', 5);
    quota.pages.add('bob').add('carol');
    await quota.look();
    assert.deepEqual(quota.news('ada'), ['notice pool 50']);
    assert.deepEqual(quota.news('bob'), ['notice pool 50']);
    assert.deepEqual(quota.news('carol'), []);
  });

  it('a page that opens later hears what holds and nothing that is over', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(12 * HOUR);
    quota.run('ada', 6);
    await quota.look();
    const standing = () =>
      quota.notices.standing('ada', quota.allowances('ada'));
    assert.equal(standing().length, 1);
    quota.grant({ extra: 10 });
    await quota.look();
    assert.deepEqual(standing(), []);
  });

  it('policies with names of any length and kind have keys of their own', async () => {
    const names = ['a/b/80', `${'n'.repeat(99)}1`, `${'n'.repeat(99)}2`];
    const list = names.map(
      name =>
        `{name: "${name}", resource: server-hours, limit: 1, window: {rolling: 1d}, combine: each, at: {50: notice}}`
    );
    const text = `${profiles}policies: [${list.join(', ')}]`;
    const before = await new TestQuota(text).start();
    before.run('ada', 1);
    await before.look();
    assert.equal(new Set(before.told.map(({ key }) => key)).size, 3);
    before.told.forEach(({ user: _, ...news }) => quotaNews(news));
    const after = await new TestQuota(text, before).start();
    await after.look();
    assert.deepEqual(after.told, []);
  });

  it('a store that cannot be written keeps nobody from being told', async () => {
    const quota = await new TestQuota(calendar).start();
    quota.store.putNotices = () => Promise.reject(new Error('disk full'));
    quota.clock.advance(12 * HOUR);
    quota.run('ada', 6);
    await quota.look();
    assert.deepEqual(quota.news(), ['notice hours 50']);
    assert.match(quota.lines.join(''), /notices may be told again/);
  });

  it('without policies nobody is told anything', async () => {
    const quota = await new TestQuota(NONE).start();
    quota.run('ada', 1000);
    await quota.look();
    assert.deepEqual(quota.told, []);
  });

  it("one person's broken figures keep nobody else from being warned", async () => {
    const quota = await new TestQuota(calendar).start();
    quota.clock.advance(12 * HOUR);
    const right = quota.allowances.bind(quota);
    quota.allowances = user => {
      if (user === 'ada') {
        throw new Error('broken');
      }
      return right(user);
    };
    quota.run('ada', 6);
    quota.run('bob', 6);
    await quota.look();
    assert.deepEqual(quota.news('bob'), ['notice hours 50']);
    assert.match(quota.lines.join(''), /limits could not be looked at/);
  });
});

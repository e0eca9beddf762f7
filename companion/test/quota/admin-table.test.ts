/** The table of everybody: search, sort, pages; made anew when it must be, and not more often. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adminSorts, adminUsers } from '@jupyterlab-commons/protocol';
import { pageOf, pageWanted, type Moment } from '../../src/quota/admin-page.ts';
import { AdminTable } from '../../src/quota/admin-table.ts';
import { readPolicySet } from '../../src/quota/policy-file.ts';
import { Quota } from '../../src/quota/quota.ts';
import { testLedger } from '../ledger/test-ledger.ts';
import { TestClock } from '../rooms/test-clock.ts';

const HOUR = 3_600_000;
const PEOPLE = 1_200;
const everything = { all: true, groups: [] } as const;
const moment: Moment = {
  stops: { nextAt: () => null },
  requests: { has: user => user === 'user0007' }
};
const policies = (limit: number) =>
  readPolicySet(
    `policies: [{name: hours, resource: server-hours, limit: ${limit}, window: {rolling: 30d}}]`
  ).set!;

/** People of whom each has used an hour more than the one before, up to 99. */
function world() {
  const clock = new TestClock();
  const now = clock.now();
  const ledger = testLedger({ since: now - 400 * 24 * HOUR });
  for (let index = 0; index < PEOPLE; index++) {
    const user = `user${String(index).padStart(4, '0')}`;
    ledger.addUser(user, {
      displayName: `Person ${index % 10}`,
      groups: index % 2 === 0 ? ['even'] : []
    });
    const hours = index % 100;
    if (hours > 0) {
      ledger.addRun({
        user,
        from: now - hours * HOUR,
        hours,
        open: index % 50 === 1,
        gpus: 1
      });
    }
  }
  const source = { set: policies(100) };
  const overrides = { all: [] as never[] };
  const quota = new Quota({ ledger, source, overrides, clock });
  let asked = 0;
  const table = new AdminTable({
    quota,
    serversNow: () => {
      asked++;
      return {
        linked: true,
        memoryBytes: 1000,
        gpu: { at: now, busy: 0, idleSince: now - HOUR }
      };
    }
  });
  const page = async (query: string) =>
    adminUsers(
      JSON.parse(
        JSON.stringify(
          pageOf(
            await table.get(),
            everything,
            pageWanted(new URLSearchParams(query)),
            moment
          )
        )
      )
    );
  return { clock, ledger, source, overrides, table, page, asked: () => asked };
}

describe('the table of everybody', () => {
  it('is told in pages of the same size, however many there are', async () => {
    const { page } = world();
    const first = await page('limit=100');
    const last = await page('limit=100&offset=1100');
    assert.deepEqual(
      [first.total, first.users.length, last.users.length],
      [PEOPLE, 100, 100]
    );
    assert.equal(last.users.at(-1)?.user, 'user1199');
    assert.deepEqual((await page('offset=5000')).users, []);
    assert.ok(
      JSON.stringify(first).length < 60_000,
      String(JSON.stringify(first).length)
    );
  });

  it('finds part of a name or display name, in any case', async () => {
    const { page } = world();
    assert.deepEqual(
      (await page('query=USER0007')).users.map(({ user }) => user),
      ['user0007']
    );
    assert.equal((await page('query=person 3')).total, PEOPLE / 10);
    assert.equal((await page('query=nobody')).total, 0);
  });

  it('sorts by every column, both ways, equals by name', async () => {
    const { page } = world();
    for (const sort of adminSorts) {
      const up = (await page(`sort=${sort}&limit=100`)).users.map(
        ({ user }) => user
      );
      assert.equal(new Set(up).size, 100, sort);
      const down = (
        await page(`sort=${sort}&order=desc&limit=100&offset=${PEOPLE - 100}`)
      ).users.map(({ user }) => user);
      assert.deepEqual(down, [...up].reverse(), sort);
    }
    const most = (await page('sort=serverHours&order=desc&limit=12')).users;
    assert.ok(
      most.every(({ serverHours }) => Math.abs(serverHours - 99) < 1e-9)
    );
  });

  it('shows those who run, are near, over, idle on a GPU, or have asked', async () => {
    const { page, source } = world();
    assert.equal((await page('only=running')).total, 24);
    assert.equal((await page('only=gpu-idle')).total, 24);
    assert.equal((await page('only=asked')).total, 1);
    assert.equal((await page('only=near')).total, 12 * 20);
    assert.equal((await page('only=over')).total, 0);
    source.set = policies(90);
    assert.equal((await page('only=over')).total, 12 * 10, 'from 90 hours on');
    assert.equal((await page('only=near')).total, 12 * 18, 'from 72 hours on');
    assert.equal((await page('group=even')).total, PEOPLE / 2);
  });

  it('refuses what it does not know', () => {
    for (const query of [
      'sort=colour',
      'only=me',
      'order=up',
      'limit=0',
      'limit=101',
      'offset=-1',
      'limit=1e1',
      'offset=1.5'
    ]) {
      assert.throws(
        () => pageWanted(new URLSearchParams(query)),
        /BAD_REQUEST|could not be read/,
        query
      );
    }
  });

  it('is kept for a while, is made anew behind it, and at once for other limits', async () => {
    const { clock, table, asked, source, overrides } = world();
    const first = await table.get();
    const servers = asked();
    assert.equal(await table.get(), first);
    clock.advance(5_000);
    assert.equal(await table.get(), first, 'kept');
    clock.advance(Math.ceil(Math.max(6_000, 26 * first.tookMs)));
    assert.equal(await table.get(), first, 'shown while the next one is made');
    source.set = policies(5);
    const changed = await table.get();
    assert.notEqual(changed, first, 'other limits show at once');
    overrides.all = [];
    assert.notEqual(await table.get(), changed, 'and other overrides');
    clock.advance(24 * HOUR);
    assert.equal(
      (await table.get()).at,
      clock.now(),
      'an old one is not shown'
    );
    assert.ok(asked() <= servers * 6);
  });

  it('asked for by many at once it is made once', async () => {
    const { table, asked } = world();
    const tables = await Promise.all(
      Array.from({ length: 20 }, () => table.get())
    );
    assert.equal(new Set(tables).size, 1);
    assert.equal(asked(), 24);
  });
});

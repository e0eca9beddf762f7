/** The figures of page, dashboard, CSV and ledger are the same; a cell is never a formula. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  adminOverview,
  adminUsers,
  quotaReport,
  type UsedDay
} from '@jupyterlab-commons/protocol';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import type { StoredRun } from '../../src/storage/ledger-store.ts';
import { summed, summedNames, type Used } from '../../src/quota/use.ts';
import { Book } from '../../src/ledger/book.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { BEGIN, gpuRates } from '../quota/hub-people.ts';
import { readTable } from '../quota/csv.ts';
import { TestCompanion } from './test-companion.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const columns: Record<keyof Used, string> = {
  serverHours: 'server_hours',
  cpuHours: 'cpu_hours',
  memoryGibHours: 'memory_gib_hours',
  gpuHours: 'gpu_hours',
  credits: 'credits'
};

/** A hub with random use, in the companion and in a ledger of its own. */
async function world(seed: number, people: string[]) {
  const below = randomFrom(seed);
  const store = new MemoryLedgerStore();
  const book = new Book(BEGIN - 60 * DAY);
  await store.putMeta('since', String(BEGIN - 60 * DAY));
  const runs: StoredRun[] = [];
  for (const user of people) {
    book.putUser({
      user,
      displayName: user,
      groups: [],
      admin: false,
      gone: false
    });
    for (let at = BEGIN - 50 * DAY + below(90) * HOUR; at < BEGIN;) {
      const to = Math.min(BEGIN, at + (1 + below(40 * 60)) * 60_000);
      const rates = { ...gpuRates, gpus: below(3), creditsPerHour: below(5) };
      runs.push({
        user,
        server: '',
        profile: 'gpu',
        rates,
        started: at,
        piece: 0,
        from: at,
        to,
        seconds: (to - at) / 1000,
        open: to === BEGIN,
        steady: 0
      });
      at = to + below(100) * HOUR;
    }
    const correction = {
      id: `c-${user}`,
      user,
      resource: 'credits' as const,
      gpu: null,
      amount: 3,
      at: BEGIN - 5 * DAY,
      by: 'root',
      madeAt: BEGIN,
      reason: 'a test'
    };
    await store.putCorrection(correction);
    book.addCorrection(correction);
  }
  runs.forEach(run => book.runsOf(run.user)[run.open ? 'setOpen' : 'end'](run));
  await store.putPoll({
    runs,
    seen: { at: BEGIN, steady: 0 },
    users: [...book.users()]
  });
  const commons = await new TestCompanion(undefined, store).start({
    people: Object.fromEntries([
      ...people.map(user => [user, {}]),
      ['root', { admin: true }]
    ]),
    env: { COMMONS_REQUESTS_PER_MINUTE: '1000000' }
  });
  return { commons, book };
}

const sumOf = (days: readonly Record<keyof Used, number>[]) =>
  Object.fromEntries(
    summedNames.map(name => [
      name,
      days.reduce((sum, day) => sum + day[name], 0)
    ])
  ) as Used;
const sumOfRows = (rows: Record<string, string>[]) =>
  sumOf(
    rows.map(
      row =>
        Object.fromEntries(
          summedNames.map(name => [name, Number(row[columns[name]])])
        ) as Used
    )
  );

function same(actual: Used, wanted: Used, what: string): void {
  for (const name of summedNames) {
    assert.ok(
      Math.abs(actual[name] - wanted[name]) < 1e-4,
      `${what}: ${actual[name]} ${name} instead of ${wanted[name]}`
    );
  }
}

describe('use in numbers', () => {
  let commons: TestCompanion;
  afterEach(() => commons.stop());

  async function csv(query = ''): Promise<Record<string, string>[]> {
    const { status, body, headers } = await commons.send(
      'usageCsv',
      {},
      { as: 'root', query }
    );
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename="usage-[\d-]+\.csv"$/
    );
    return readTable(body);
  }

  it('is the same in the page, the dashboard, the CSV and the ledger', async () => {
    const seed = seedOf('use in numbers');
    const people = Array.from({ length: 12 }, (_, index) => `user${index}`);
    let book: Book;
    ({ commons, book } = await world(seed, people));
    await commons.signIn('root');
    const [byDay, byRun] = [await csv(), await csv('?by=run')];
    const rows = adminUsers(
      (await commons.call('root', 'adminUsers')).body
    ).users;
    const total: UsedDay[] = [];
    for (const user of people) {
      const page = quotaReport((await commons.call(user, 'quota')).body);
      const dashboard = quotaReport(
        (await commons.call('root', 'adminUser', { name: user })).body
      );
      assert.deepEqual(dashboard.days, page.days);
      const from = Date.parse(page.days[0]!.day);
      const ledger = Object.fromEntries(
        summedNames.map(name => [
          name,
          book.used(user, summed[name], null, from, BEGIN + 1)
        ])
      ) as Used;
      same(sumOf(page.days), ledger, `${user}, page`);
      same(
        sumOf(page.days.slice(1)),
        rows.find(row => row.user === user)!,
        `${user}, table of 30 days`
      );
      const own = byDay.filter(row => row.user === user);
      same(sumOfRows(own), ledger, `${user}, CSV by day`);
      for (const row of own) {
        same(
          sumOfRows([row]),
          page.days.find(({ day }) => day === row.day)!,
          `${user} on ${row.day}`
        );
      }
      same(
        sumOfRows(byRun.filter(row => row.user === user)),
        ledger,
        `${user}, CSV by run`
      );
      total.push(...page.days);
    }
    const { days } = adminOverview(
      (await commons.call('root', 'adminOverview')).body
    );
    same(sumOf(days), sumOf(total), 'overview');
  });

  it('can be had for other days, of which both are in it', async () => {
    ({ commons } = await world(3, ['ada']));
    await commons.signIn('root');
    const days = (await csv('?from=2025-12-01&to=2025-12-20')).map(
      ({ day }) => day!
    );
    assert.ok(
      days.length > 2 &&
        days.every(day => day >= '2025-12-01' && day <= '2025-12-20')
    );
    for (const query of [
      '?from=2025-12-02&to=2025-12-01',
      '?from=2020-01-01&to=2025-01-01',
      '?from=yesterday',
      '?from=2025-13-01',
      '?by=year',
      '?from=1969-01-01&to=1969-01-02'
    ]) {
      const { code } = await commons.send(
        'usageCsv',
        {},
        { as: 'root', query }
      );
      assert.equal(code, 'BAD_REQUEST', query);
    }
  });

  it('Q10 no name, server or reason becomes a formula, another cell or another row', async () => {
    const evil = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      ' =1',
      '＝1+1',
      '"quote',
      'a,b',
      'a\r\nb',
      'a\nb,=1',
      "'=1",
      '|calc',
      '%0a',
      '=cmd|"/c calc"!A0'
    ];
    ({ commons } = await world(5, []));
    await commons.stop();
    const store = new MemoryLedgerStore();
    const run = (user: string, index: number) => ({
      user,
      server: evil[index]!,
      profile: evil[index]!,
      rates: gpuRates,
      started: BEGIN - HOUR,
      piece: 0,
      from: BEGIN - HOUR,
      to: BEGIN,
      seconds: 3600,
      open: false,
      steady: 0
    });
    await store.putPoll({
      runs: evil.map(run),
      seen: null,
      users: evil.map(user => ({
        user,
        displayName: user,
        groups: [],
        admin: false,
        gone: false
      }))
    });
    for (const [index, user] of evil.entries()) {
      await store.putCorrection({
        id: `c${index}`,
        user,
        resource: 'credits',
        gpu: null,
        amount: 1,
        at: BEGIN - HOUR,
        by: user,
        madeAt: BEGIN,
        reason: user
      });
    }
    commons = await new TestCompanion(undefined, store).start({
      people: { root: { admin: true } }
    });
    await commons.signIn('root');
    for (const query of ['', '?by=run']) {
      const rows = await csv(query);
      assert.equal(rows.length, query === '' ? evil.length : 2 * evil.length);
      for (const cell of rows.flatMap(row => Object.values(row))) {
        assert.doesNotMatch(cell, /^\s*[=+\-@\t\r＝＋－＠|%]/, cell);
        assert.doesNotMatch(cell, /[\r\n]/, cell);
      }
    }
  });
});

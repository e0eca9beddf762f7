/** The hub is asked gently, page by page, and what it says is taken whole or not at all. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { HubClient } from '../../src/hub/hub-client.ts';
import { usersPage } from '../../src/hub/users-page.ts';
import { HubWatch } from '../../src/ledger/hub-watch.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { NO_RATES } from '../../src/ledger/rates.ts';
import { createLog } from '../../src/log.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { StubHub } from '../hub/stub-hub.ts';
import { TestClock } from '../rooms/test-clock.ts';

const MINUTE = 60_000;

describe('the watch of the hub', () => {
  let hub: StubHub;
  let clock: TestClock;
  let ledger: Ledger;
  let watch: HubWatch;
  let lines: string[];

  beforeEach(async () => {
    hub = await new StubHub().start();
    clock = new TestClock();
    lines = [];
    const log = createLog({
      level: 'info',
      write: line => void lines.push(line)
    });
    const store = new MemoryLedgerStore();
    ledger = new Ledger({ store, clock, log, days: 400 });
    await ledger.load();
    const { serviceToken: apiToken } = hub;
    const client = new HubClient({ apiUrl: hub.url, apiToken, clock });
    watch = new HubWatch({
      ...{ hub: client, ledger, clock, log, pollSeconds: 30 },
      random: () => 0.5
    });
  });
  afterEach(async () => {
    watch.stop();
    await hub.stop();
    assert.equal(clock.pending, 1, 'only the ledger forgets once a day');
  });

  const started = () => new Date(clock.now()).toISOString();
  const add = (name: string, options: unknown = {}) =>
    hub.users.set(name, {
      servers: { '': { started: started(), user_options: options } }
    });
  /** Lets time pass, a second at a time, until it holds: what the network does takes real time. */
  const until = async (holds: () => boolean) => {
    for (let turn = 0; !holds(); turn++) {
      assert.ok(turn < 100_000, 'it does not come');
      await new Promise(setImmediate);
      clock.advance(turn % 20 === 0 ? 1000 : 0);
    }
  };
  const finish = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false;
    void work.finally(() => (isDone = true));
    await until(() => isDone);
    return work;
  };

  it('asks for active users again and again, and for all of them once an hour', async () => {
    add('ada');
    hub.users.set('bob', { displayName: 'Bob B.', groups: ['lab'] });
    watch.start();
    await until(() => watch.counts.ok === 5 && ledger.user('bob') !== null);
    assert.equal(ledger.running().length, 1);
    assert.equal(ledger.user('bob')?.displayName, 'Bob B.');
    assert.deepEqual([...ledger.members('lab')].length, 1);
    const lists = () => hub.asked.filter(path => !path.includes('active'));
    assert.equal(lists().length, 1);
    const { ok } = watch.counts;
    const from = clock.now();
    await until(() => lists().length === 2);
    assert.ok(clock.now() - from > 50 * MINUTE);
    assert.ok(watch.counts.ok - ok > 50);
  });

  it('follows page after page, at most 200 users each, and misses nobody', async () => {
    for (let index = 0; index < 1001; index++) {
      add(`user${index}`);
    }
    assert.equal(await finish(watch.poll()), true);
    assert.equal(ledger.running().length, 1001);
    assert.equal(hub.asked.length, 6);
    assert.ok(hub.asked.every(path => path.includes('limit=200')));
  });

  it('misses nobody when people leave between two pages', async () => {
    for (let index = 0; index < 300; index++) {
      add(`user${index}`);
    }
    const poll = watch.poll();
    await until(() => hub.asked.length === 1);
    for (let index = 0; index < 5; index++) {
      hub.users.delete(`user${index}`);
    }
    assert.equal(await finish(poll), true);
    assert.ok(ledger.running().some(({ user }) => user === 'user200'));
    assert.equal(ledger.running().length, 300);
  });

  it('Q2 a poll of which one page fails has told nothing', async () => {
    for (let index = 0; index < 300; index++) {
      add(`user${index}`);
    }
    await finish(watch.poll());
    const { version } = ledger;
    hub.users.delete('user1');
    const poll = watch.poll();
    await until(() => hub.asked.length === 3);
    hub.mood = 'refusing';
    assert.equal(await finish(poll), false);
    assert.equal(ledger.version, version);
    assert.equal(ledger.running().length, 300);
    hub.mood = 'well';
    assert.equal(await finish(watch.poll()), true);
    assert.equal(ledger.running().length, 299);
    const told = lines.map(line => JSON.parse(line).event);
    assert.deepEqual(told, [
      'the hub does not tell which servers run',
      'the hub tells again which servers run'
    ]);
  });

  it('goes on asking a hub that is away, and says so once', async () => {
    hub.mood = 'refusing';
    watch.start();
    await until(() => watch.counts.failed === 4);
    assert.equal(lines.length, 1);
    hub.mood = 'well';
    await until(() => watch.counts.ok === 1);
    assert.equal(lines.length, 2);
  });

  it('who is not in the whole list is gone; a list that breaks off says nothing', async () => {
    for (let index = 0; index < 250; index++) {
      hub.users.set(`user${index}`, {});
    }
    assert.equal(await finish(watch.list()), true);
    hub.users.delete('user7');
    const list = watch.list();
    await until(() => hub.asked.length === 3);
    hub.mood = 'lying';
    assert.equal(await finish(list), false);
    assert.equal(ledger.user('user7')?.gone, false);
    hub.mood = 'well';
    const whole = watch.list();
    await until(() => hub.asked.length === 5);
    // One who comes while the list is read is not gone.
    hub.users.delete('user3');
    add('new');
    await finish(watch.poll());
    assert.equal(await finish(whole), true);
    assert.equal(ledger.user('user7')?.gone, true);
    assert.equal(ledger.user('new')?.gone, false);
    assert.equal(ledger.user('user3')?.gone, false, 'heard of in this list');
  });

  it('a server whose options cannot be read is counted and told of once, printable and bounded', async () => {
    add('ada', { profile: ['gpu', 'cpu'], ['evil\n\u202e']: { a: 1 } });
    add('bob', { profile: 'gpu' });
    ledger.setProfiles((options, unread) => ({
      name: unread.includes('profile') ? 'unknown' : options.profile!,
      rates: NO_RATES
    }));
    await finish(watch.poll());
    await finish(watch.poll());
    assert.deepEqual(
      ledger.running().map(({ user, profile }) => [user, profile]),
      [
        ['ada', 'unknown'],
        ['bob', 'gpu']
      ]
    );
    const told = () => lines.filter(line => line.includes('options'));
    assert.equal(told().length, 1);
    const { user, server, options } = JSON.parse(told()[0]!);
    assert.deepEqual([user, server], ['ada', '']);
    assert.match(options, /^"profile", "evil[\w\\]*"$/);
    for (let index = 0; index < 30; index++) {
      const names = Array.from({ length: 999 }, (_, key) => `k${key}`);
      add(`user${index}`, Object.fromEntries(names.map(key => [key, {}])));
    }
    await finish(watch.poll());
    assert.equal(told().length, 21, 'as many at once as can be read');
    assert.ok(told().every(line => line.length < 500));
    await finish(watch.poll());
    await finish(watch.poll());
    assert.equal(told().length, 31, 'and none is forgotten');
    // One that is started anew is another.
    clock.advance(MINUTE);
    add('ada', { profile: ['gpu', 'cpu'] });
    await finish(watch.poll());
    assert.equal(told().length, 32);
  });

  it('a user whose answer is too large costs the others nothing, and is told of', async () => {
    for (let index = 0; index < 10; index++) {
      add(`user${index}`);
    }
    await finish(watch.poll());
    add('user4', { junk: 'x'.repeat(5 * 2 ** 20) });
    hub.users.delete('user9');
    clock.advance(MINUTE);
    assert.equal(await finish(watch.poll()), true);
    const at = (user: string) => ledger.running(user)[0]!.to;
    assert.ok(at('user5') > at('user4'));
    assert.equal(ledger.running('user4').length, 1, 'nobody knows');
    assert.equal(ledger.running('user9').length, 0, 'whoever else is hidden');
    hub.users.set('user8', {});
    await finish(watch.poll());
    assert.equal(ledger.running('user8').length, 0, 'has no server any more');
    assert.ok(lines.some(line => line.includes('too large')));
    hub.users.delete('user4');
    await finish(watch.poll());
    assert.equal(ledger.running('user4').length, 0);
  });
});

describe('a page of users', () => {
  const page = (...items: unknown[]) => ({
    items,
    _pagination: { next: { offset: 7, limit: 2 } }
  });
  const server = (change: object) => ({
    ...{ name: '', started: '2026-01-01T00:00:00.5Z', stopped: false },
    user_options: {},
    ...change
  });

  it('is read row by row: a row that cannot be read costs only itself', () => {
    const found = usersPage(
      page(
        { name: 'ada', groups: ['a'], admin: true, servers: {} },
        { name: 'x'.repeat(256) },
        'nonsense',
        { name: 'bob', servers: { a: 'nonsense', b: server({ name: 'b' }) } }
      )
    );
    assert.equal(found.next, 7);
    assert.equal(found.unreadable, 2);
    assert.deepEqual(
      found.users.map(({ name, servers }) => [name, servers.length]),
      [
        ['ada', 0],
        ['bob', 1]
      ]
    );
  });

  it('tells of servers that run, start or stop, with the time of their start', () => {
    const { users } = usersPage(
      page({
        name: 'ada',
        servers: {
          a: server({ name: 'a', pending: 'spawn' }),
          b: server({ name: 'b', stopped: true }),
          c: server({ name: 'c', started: null }),
          d: server({ name: 'd', started: 'yesterday' }),
          e: server({ name: 'e', started: '2026-01-01T00:00:00.123456Z' })
        }
      })
    );
    assert.deepEqual(
      users[0]?.servers.map(({ name, started }) => [name, started]),
      [
        ['a', Date.UTC(2026, 0, 1) + 500],
        ['e', Date.UTC(2026, 0, 1) + 123]
      ]
    );
  });

  it('keeps of the options only what can be compared, bounded', () => {
    const options = {
      profile: 'gpu',
      cpus: 4,
      fast: true,
      image: ['one'],
      many: ['a', 'b'],
      deep: { a: { b: 1 } },
      none: null,
      empty: [],
      long: 'x'.repeat(9999),
      ['k'.repeat(65)]: 'x',
      ['__proto__']: 'x'
    };
    const { users } = usersPage(
      page({ name: 'ada', servers: { a: server({ user_options: options }) } })
    );
    assert.deepEqual(
      { ...users[0]?.servers[0]?.options },
      {
        ...{ profile: 'gpu', cpus: '4', fast: 'true', image: 'one' },
        long: 'x'.repeat(255)
      }
    );
    assert.deepEqual(users[0]?.servers[0]?.unread, [
      'many',
      'deep',
      'k'.repeat(65),
      '__proto__'
    ]);
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`k${index}`, 'x'])
    );
    const { users: hiding } = usersPage(
      page({
        name: 'ada',
        servers: { a: server({ user_options: { ...many, profile: 'gpu' } }) }
      })
    );
    assert.equal(hiding[0]?.servers[0]?.options.profile, 'gpu', 'in any order');
    for (const odd of [null, [], 'x', 7]) {
      const { users: again } = usersPage(
        page({ name: 'ada', servers: { a: server({ user_options: odd }) } })
      );
      assert.equal(again[0]?.servers.length, 1);
    }
  });
});

/**
 * What the ledger costs: 10,000 people, 5,000 servers, a year of runs.
 *
 *   node --expose-gc companion/bench/ledger.ts
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usersPage, type ListedUser } from '../src/hub/users-page.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import { createLog } from '../src/log.ts';
import type { StoredRun } from '../src/storage/ledger-store.ts';
import { openSqliteLedger } from '../src/storage/sqlite/sqlite-ledger.ts';

const PEOPLE = 10_000;
const SERVERS = 5_000;
/** Runs of one person in a year, on the average. */
const RUNS = 100;
const POLLS = 20;
const DAY = 86_400_000;

const time = { at: Date.now() };
const clock = {
  now: () => time.at,
  monotonic: () => time.at,
  after: () => () => {}
};
const log = createLog({ level: 'warn', write: line => console.error(line) });
const rates = {
  ...{ cpu: 2, memoryBytes: 2 ** 33, gpus: 1 },
  ...{ gpuModel: 'A100', creditsPerHour: 1 }
};
const nameOf = (person: number) => `person-${person}`;

/** As the hub tells it. */
function pageOf(first: number, count: number): unknown {
  const started = new Date(time.at - 3_600_000).toISOString();
  const items = Array.from({ length: count }, (_, index) => ({
    ...{ kind: 'user', name: nameOf(first + index), admin: false },
    groups: ['everybody', `group-${(first + index) % 50}`],
    user_info: { display_name: `Person ${first + index}` },
    servers: {
      '': {
        ...{ name: '', started, ready: true, pending: null, stopped: false },
        ...{ last_activity: started, url: `/user/${nameOf(first + index)}/` },
        user_options: { profile: 'gpu', image: 'registry/image:tag' }
      }
    }
  }));
  return {
    items,
    _pagination: { next: { offset: first + count, limit: 200 } }
  };
}

/** The longest time in which nothing else had a turn, while `work` went on. */
async function holding(
  work: () => Promise<void>
): Promise<{ took: number; held: number }> {
  let held = 0;
  let isOver = false;
  let last = performance.now();
  const look = () => {
    const now = performance.now();
    held = Math.max(held, now - last);
    last = now;
    if (!isOver) {
      setImmediate(look);
    }
  };
  setImmediate(look);
  const begun = performance.now();
  await work();
  const took = performance.now() - begun;
  await new Promise(setImmediate);
  isOver = true;
  return { took, held };
}

const print = (what: string, ...figures: string[]) =>
  console.log(what.padEnd(58), ...figures.map(each => each.padStart(12)));
const ms = (value: number) => `${value.toFixed(2)} ms`;
const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const rss = () => {
  globalThis.gc?.();
  return process.memoryUsage().rss;
};

/** A year of runs, ended. */
async function fill(directory: string): Promise<void> {
  const store = await openSqliteLedger(directory);
  await store.putMeta('since', String(time.at - 365 * DAY));
  for (let person = 0; person < PEOPLE; person++) {
    const runs: StoredRun[] = Array.from({ length: RUNS }, (_, index) => {
      const from = Math.round(time.at - ((index + 1) * 364 * DAY) / RUNS);
      return {
        ...{ user: nameOf(person), server: '', started: from, piece: 0 },
        ...{ profile: 'gpu', rates, from, to: from + 7_200_000 },
        ...{ seconds: 7200, open: false, steady: 0 }
      };
    });
    await store.putPoll({ runs, seen: null, users: [] });
  }
  await store.close();
}

async function polls(ledger: Ledger): Promise<void> {
  const pages: string[] = [];
  for (let first = 0; first < SERVERS; first += 200) {
    pages.push(JSON.stringify(pageOf(first, 200)));
  }
  const read = performance.now();
  const listed: ListedUser[] = pages.flatMap(
    page => usersPage(JSON.parse(page)).users
  );
  const each = (performance.now() - read) / pages.length;
  print('a page of 200 users: parsed and checked', ms(each));
  const first = await holding(() =>
    ledger.polled(listed, { ...ledger.time(), took: 5 })
  );
  print(
    'first poll, all servers new: whole, longest hold',
    ms(first.took),
    ms(first.held)
  );
  let took = 0;
  let held = 0;
  const cpu = process.cpuUsage();
  for (let poll = 0; poll < POLLS; poll++) {
    time.at += 30_000;
    const found = await holding(() =>
      ledger.polled(listed, { ...ledger.time(), took: 5 })
    );
    took += found.took / POLLS;
    held = Math.max(held, found.held);
  }
  print('a poll: whole, longest hold', ms(took), ms(held));
  const { user, system } = process.cpuUsage(cpu);
  const share = (user + system) / 1000 / POLLS / 30_000;
  print(
    'polls every 30 s, store included: of one core',
    `${(share * 100).toFixed(2)} %`
  );
}

function sums(ledger: Ledger): void {
  const month = time.at - 30 * DAY;
  const timed = (from: number) => {
    const begun = performance.now();
    for (let person = 0; person < PEOPLE; person++) {
      ledger.used(nameOf(person), 'gpu-hours', 'A100', from, time.at);
    }
    return (performance.now() - begun) / PEOPLE;
  };
  timed(0);
  print('used() of one person: 30 days, all', ms(timed(month)), ms(timed(0)));
  const begun = performance.now();
  ledger.running();
  print('running() of all', ms(performance.now() - begun));
}

const directory = mkdtempSync(join(tmpdir(), 'commons-bench-'));
try {
  await fill(directory);
  print('file of a year', mib(statSync(join(directory, 'ledger.sqlite')).size));
  const before = rss();
  const store = await openSqliteLedger(directory);
  const ledger = new Ledger({ store, clock, log, days: 400 });
  const load = await holding(() => ledger.load());
  print(
    `load of ${PEOPLE * RUNS} runs: whole, longest hold`,
    ms(load.took),
    ms(load.held)
  );
  print('runs in memory; process', mib(ledger.bytes), mib(rss() - before));
  await polls(ledger);
  sums(ledger);
  await ledger.close();
  await store.close();
} finally {
  rmSync(directory, { recursive: true });
}

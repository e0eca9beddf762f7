/** Q1, U11: what servers report, by notebook and hour: a claim that is counted once. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { LinkSample } from '@jupyterlab-commons/protocol';
import {
  countReport,
  hoursOf,
  newLife
} from '../../src/ledger/report-lives.ts';
import { Reported } from '../../src/ledger/reported.ts';
import { Links } from '../../src/live/link.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import type { ReportedSum } from '../../src/storage/ledger-store.ts';
import { Samples } from '../../src/usage/samples.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { sampleOf, TestLink } from '../usage/test-link.ts';
import { HOUR, log, MINUTE, SECOND, settled } from './hub-run.ts';

const GIB = 2 ** 30;
const ALL = [0, Number.MAX_SAFE_INTEGER] as const;

type Consumer = LinkSample['consumers'][number];

const kernel = (key: string, change: Partial<Consumer> = {}): Consumer => ({
  ...{ key, kind: 'kernel', name: `${key}.ipynb`, path: `work/${key}.ipynb` },
  ...{ cpuSeconds: 0, memoryByteSeconds: 0, gpuHeldSeconds: 0 },
  ...change
});

/** Counters of a server that lives, and of its kernels. */
class Server {
  readonly consumers = new Map<string, Consumer>();
  cpuSeconds = 0;
  seq = 0;
  readonly begun: number;
  readonly boot: string;
  readonly #clock: TestClock;
  #link: TestLink | null = null;

  constructor(clock: TestClock, boot: string) {
    this.#clock = clock;
    this.begun = clock.now();
    this.boot = boot;
  }

  works(key: string, cpuSeconds: number): this {
    const consumer = this.consumers.get(key) ?? kernel(key);
    consumer.cpuSeconds += cpuSeconds;
    this.consumers.set(key, consumer);
    this.cpuSeconds += cpuSeconds;
    return this;
  }

  dial(links: Links, user = 'ada'): void {
    this.#link = TestLink.greeted(links, user);
  }

  report(change: Partial<LinkSample> = {}): void {
    this.#link!.sample({
      ...{ boot: this.boot, seq: ++this.seq },
      seconds: (this.#clock.now() - this.begun) / 1000,
      cpuSeconds: this.cpuSeconds,
      ...{ memoryByteSeconds: 0, gpuBusySeconds: 0, gpuHeldSeconds: 0 },
      ...{ gpus: 0, cpu: { limit: 64, limitBy: 'cgroup', total: 64 } },
      consumers: [...this.consumers.values()].map(each => ({ ...each })),
      ...change
    });
  }
}

describe('what servers report', () => {
  let clock: TestClock;
  let store: MemoryLedgerStore;
  let links: Links;
  let reported: Reported;
  let server: Server;

  /** A companion that has just begun. */
  const companion = async (load = true) => {
    links = new Links({ clock, log, mostChars: 1024, gatherMs: 0 });
    const samples = new Samples({ links, clock, log });
    reported = new Reported({ store, clock, log });
    samples.listen(reported);
    if (load) {
      await reported.load();
    }
  };
  const cpu = async (part = '', user = 'ada') => {
    const sums = await reported.reported(user, ...ALL);
    const found = sums.filter(({ path, kind }) =>
      part === '' ? true : part === kind || path.includes(part)
    );
    return Math.round(found.reduce((sum, each) => sum + each.cpuSeconds, 0));
  };

  beforeEach(async () => {
    clock = new TestClock();
    store = new MemoryLedgerStore();
    await companion();
    server = new Server(clock, 'b1');
    server.dial(links);
  });

  it('are split among their notebooks, and what nobody claims is the rest', async () => {
    server.works('one', 30).works('two', 10);
    clock.advance(MINUTE);
    server.report();
    server.works('one', 5);
    server.cpuSeconds += 15;
    clock.advance(MINUTE);
    server.report();
    assert.equal(await cpu('one'), 35);
    assert.equal(await cpu('two'), 10);
    assert.equal(await cpu('rest'), 15);
    assert.equal(await cpu(), 60);
  });

  it('a notebook claims no more than its server has used', async () => {
    server.works('one', 10);
    server.consumers.set('lie', kernel('lie', { cpuSeconds: 90 }));
    clock.advance(MINUTE);
    server.report();
    assert.equal(await cpu(), 10);
    assert.equal(await cpu('lie'), 9);
  });

  it('U11 are counted once over a restart of the companion, with what came meanwhile', async () => {
    clock.advance(MINUTE);
    server.works('one', 20).report();
    await reported.close();
    server.works('one', 7);
    clock.advance(HOUR);
    await companion();
    server.dial(links);
    server.report();
    assert.equal(await cpu('one'), 27);
    assert.equal(await cpu(), 27);
  });

  it('lose nothing to a crash while the server lives: it is told again', async () => {
    clock.advance(MINUTE);
    server.works('one', 20).report();
    await reported.flush();
    clock.advance(MINUTE);
    server.works('one', 5).report();
    await companion();
    server.dial(links);
    clock.advance(MINUTE);
    server.works('one', 2).report();
    assert.equal(await cpu('one'), 27);
    assert.equal(await cpu(), 27);
  });

  it('begin anew with a new life of the server', async () => {
    clock.advance(MINUTE);
    server.works('one', 20).report();
    const next = new Server(clock, 'b2');
    next.dial(links);
    clock.advance(MINUTE);
    next.works('one', 3).report();
    assert.equal(await cpu('one'), 23);
    await reported.close();
    await companion();
    next.dial(links);
    clock.advance(MINUTE);
    next.works('one', 1).report();
    assert.equal(await cpu('one'), 24);
  });

  it('that came before the ledger was read are counted after it', async () => {
    clock.advance(MINUTE);
    server.works('one', 20).report();
    await reported.close();
    await companion(false);
    server.dial(links);
    clock.advance(MINUTE);
    server.works('one', 4).report();
    clock.advance(MINUTE);
    server.works('one', 2).report();
    await reported.load();
    assert.equal(await cpu('one'), 26);
  });

  it('are written every ten minutes, and read together with what is not yet', async () => {
    clock.advance(MINUTE);
    server.works('one', 20).report();
    clock.advance(10 * MINUTE);
    await settled();
    assert.equal((await store.reported('ada', ...ALL)).length, 1);
    server.works('one', 5).report();
    assert.equal(await cpu('one'), 25);
    assert.equal((await reported.reported('bob', ...ALL)).length, 0);
    clock.advance(2 * HOUR);
    server.works('one', 60).report();
    const begin = server.begun + HOUR;
    const hour = await reported.reported('ada', begin, begin + HOUR);
    assert.equal(Math.round(hour[0]!.cpuSeconds), 30, 'half of two hours');
  });

  it('stay while they cannot be written', async () => {
    const put = store.putReported.bind(store);
    store.putReported = () => Promise.reject(new Error('full'));
    clock.advance(MINUTE);
    server.works('one', 20).report();
    await reported.flush();
    clock.advance(MINUTE);
    server.works('one', 5).report();
    assert.equal(await cpu('one'), 25);
    store.putReported = put;
    await reported.flush();
    assert.equal(await cpu('one'), 25);
    assert.equal((await store.reported('ada', ...ALL))[0]?.cpuSeconds, 25);
  });

  it('a notebook may be called by any key, also after a restart', async () => {
    const keys = ['__proto__', 'constructor', 'toString'];
    for (const seconds of [10, 5]) {
      keys.forEach(key => server.works(key, seconds));
      clock.advance(MINUTE);
      server.report();
    }
    await reported.close();
    await companion();
    server.dial(links);
    keys.forEach(key => server.works(key, 2));
    clock.advance(MINUTE);
    server.report();
    const found = await Promise.all(keys.map(key => cpu(key)));
    assert.deepEqual(found, [17, 17, 17]);
    assert.ok(!('cpuSeconds' in {}));
  });

  it('do not change any more once they have been given to the store', async () => {
    const given: unknown[] = [];
    const then: unknown[] = [];
    const put = store.putReported.bind(store);
    let full = false;
    store.putReported = async (...all) => {
      given.push(all);
      then.push(structuredClone(all));
      assert.ok(!full);
      return put(...all);
    };
    for (let round = 0; round < 4; round++) {
      full = round === 1;
      clock.advance(MINUTE);
      server.works('one', 20).report();
      await reported.flush();
    }
    assert.equal(given.length, 4);
    assert.deepEqual(given, then);
    assert.equal(await cpu('one'), 80);
  });

  it('a person who makes up names has them counted as the rest', async () => {
    for (let round = 0; round < 30; round++) {
      server.consumers.clear();
      for (let index = 0; index < 20; index++) {
        server.works(`n${round}-${index}`, 0.1);
      }
      clock.advance(2 * SECOND);
      server.report();
    }
    const sums = await reported.reported('ada', ...ALL);
    assert.equal(sums.length, 201);
    assert.equal(await cpu(), 60);
    const long = kernel('long', { path: 'x'.repeat(4000), cpuSeconds: 1 });
    server.consumers.set('long', long);
    server.cpuSeconds += 1;
    clock.advance(25 * HOUR);
    server.report();
    const paths = (await reported.reported('ada', ...ALL)).map(
      ({ path }) => path.length
    );
    assert.ok(Math.max(...paths) < 1024);
  });

  it('parts are never negative and add up to what the server used (property)', () => {
    const random = randomFrom(seedOf('reported'));
    for (let run = 0; run < 200; run++) {
      const life = newLife('ada', '', 'b', 0);
      let counted = 0;
      for (let step = 1; step < 30; step++) {
        const cpuSeconds = random(100);
        const consumers = Array.from({ length: random(5) }, (_, index) =>
          kernel(`k${index}`, { cpuSeconds: random(1000) })
        );
        const delta = {
          ...{ boot: 'b', from: step - 1, to: step, cut: false, cpuSeconds },
          memoryByteSeconds: random(2) * GIB,
          ...{ gpuBusySeconds: random(3), gpuHeldSeconds: random(3) }
        };
        const sample = sampleOf({ consumers });
        const parts = countReport(life, delta, sample);
        const sum = (name: keyof ReportedSum & keyof typeof delta) =>
          parts.reduce((total, part) => total + Number(part[name]), 0);
        for (const name of ['cpuSeconds', 'gpuHeldSeconds'] as const) {
          assert.ok(Math.abs(sum(name) - delta[name]) < 1e-6);
        }
        assert.ok(parts.every(part => part.cpuSeconds >= 0));
        counted += cpuSeconds;
      }
      assert.ok(Math.abs(life.counted.cpuSeconds - counted) < 1e-6);
      assert.ok(life.consumers.size < 100);
    }
  });

  it('a notebook that is left out once has not begun anew, however many came and went', () => {
    const life = newLife('ada', '', 'b', 0);
    let to = 0;
    const report = (...consumers: Consumer[]) =>
      countReport(
        life,
        {
          ...{ boot: 'b', from: to, to: ++to, cut: false, cpuSeconds: 1 },
          ...{ memoryByteSeconds: 0, gpuBusySeconds: 0, gpuHeldSeconds: 0 }
        },
        sampleOf({ consumers })
      );
    const old = kernel('old', { cpuSeconds: 1000 });
    for (let number = 0; number < 50; number++) {
      report(old, kernel(`k${number}`, { cpuSeconds: 1 }));
    }
    report(kernel('last', { cpuSeconds: 1 }), kernel('k49', { cpuSeconds: 1 }));
    assert.ok(life.consumers.size < 30);
    const parts = report(old, kernel('next', { cpuSeconds: 1 }));
    assert.deepEqual(
      parts.map(({ name }) => name),
      ['next.ipynb']
    );
  });

  it('use is spread over the hours in which it was', () => {
    const found = [...hoursOf(0.5 * HOUR, 3.25 * HOUR)];
    assert.deepEqual(
      found.map(({ hour }) => hour / HOUR),
      [0, 1, 2, 3]
    );
    const whole = found.reduce((sum, { share }) => sum + share, 0);
    assert.ok(Math.abs(whole - 1) < 1e-9);
    assert.deepEqual(
      [...hoursOf(5 * HOUR, 2 * HOUR)],
      [{ hour: 2 * HOUR, share: 1 }]
    );
    assert.ok([...hoursOf(0, 1e6 * HOUR)].length < 50);
  });
});

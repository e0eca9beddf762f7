/**
 * `npm run bench:quota`: what quota costs with 10,000 people and 5,000 linked
 * servers. The companion, and the hub with the servers, are processes of their
 * own; what is told is of the companion's process alone, all threads. Takes
 * four minutes, talks over loopback alone, and leaves nothing behind.
 *
 * COMMONS_BENCH_PEOPLE and COMMONS_BENCH_SERVERS ask for another size;
 * COMMONS_BENCH_PROFILE names a folder for a CPU profile of the companion.
 */
import { setTimeout as after } from 'node:timers/promises';
import { firstPaint, peopleTimes } from './quota/dashboard.ts';
import { pace } from './quota/pace.ts';
import { groupsOf, nameOf } from './quota/past.ts';
import { HOOK, METRICS, Setting } from './quota/setting.ts';

const PEOPLE = Number(process.env.COMMONS_BENCH_PEOPLE ?? 10_000);
const SERVERS = Number(process.env.COMMONS_BENCH_SERVERS ?? 5_000);
/** Two polls of the hub. */
const QUIET_MS = 60_000;
const ASKING_MS = 32_000;
const ASK_EVERY_MS = 10;
const COLLECTIONS = 3;
/** The text is not made anew before. */
const FRESH_MS = 10_200;

type Taken = { cpuMs: number; rss: number };
type Held = { wallMs: number; cpuMs: number; collectionMs: number };
type Bar = { bar: string; met: boolean };

const open: Setting[] = [];

function row(what: string, ours: string, bar?: Bar): void {
  const [wanted, met] = bar ? [bar.bar, bar.met ? 'met' : 'NOT MET'] : ['', ''];
  console.log(
    `${what.padEnd(60)} ${ours.padStart(18)} ${wanted.padStart(10)} ${met.padStart(8)}`
  );
}

const ms = (value: number) => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const kb = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
const share = (value: number) => `${(value * 100).toFixed(1)} %`;
const at = (times: number[], part: number) =>
  times.toSorted((a, b) => a - b)[
    Math.min(times.length - 1, Math.floor(times.length * part))
  ]!;

/** CPU of the companion while `work` goes on. */
async function taking(setting: Setting, work: () => Promise<void>) {
  const since = performance.now();
  const before = await setting.companion.call<Taken>('taken');
  await work();
  const { cpuMs, rss } = await setting.companion.call<Taken>('taken');
  const wallMs = performance.now() - since;
  const cpu = cpuMs - before.cpuMs;
  return { cpuMs: cpu, share: cpu / wallMs, wallMs, rss };
}

/** 1. Samples, polls, ledger and watcher. Answers the share of a core that they take. */
async function quiet(setting: Setting): Promise<number> {
  // What is done for the first time is compiled on the way.
  const first = await taking(setting, () => after(QUIET_MS));
  const before = await setting.world.call<number>('told');
  let paceMs = 0;
  const found = await taking(setting, async () => {
    paceMs = await pace(after(QUIET_MS));
  });
  const told = (await setting.world.call<number>('told')) - before;
  row(
    `${SERVERS} servers, ${Math.round((told * 1000) / QUIET_MS)} samples a second, a poll every 30 s: of a core`,
    share(found.share),
    { bar: '10 %', met: found.share <= 0.1 }
  );
  row('  in the minute before, the first one', share(first.share));
  row(
    '  the same piece of work as ever, beside it: this machine now',
    ms(paceMs)
  );
  row('memory of the companion', `${Math.round(found.rss / 2 ** 20)} MiB`);
  return found.share;
}

/** 2. What the hub's hook waits for, while all that goes on. */
async function decisions(setting: Setting): Promise<void> {
  const times: number[] = [];
  const health: number[] = [];
  let refused = 0;
  const headers = { authorization: `token ${HOOK}` };
  const ask = async (number: number) => {
    const body = {
      ...{ user: nameOf(number), server: '', groups: groupsOf(number) },
      options: { profile: 'all' }
    };
    const since = performance.now();
    const got = await setting.ask('api/spawn', {
      ...{ method: 'POST', headers, body }
    });
    times.push(performance.now() - since);
    refused += Number(got.body.includes('"allowed":false'));
    if (got.status !== 200) {
      throw new Error(`spawn: ${got.status} ${got.body}`);
    }
  };
  /** The plainest call there is: how late any answer comes on this machine now. */
  const alive = async () => {
    const since = performance.now();
    await setting.ask('healthz');
    health.push(performance.now() - since);
  };
  const found = await taking(setting, async () => {
    const waiting: Promise<void>[] = [];
    const end = performance.now() + ASKING_MS;
    for (let asked = 0; performance.now() < end; asked++) {
      // Asked on the beat, not when the one before is answered: who waits is counted.
      waiting.push(asked % 2 === 0 ? ask((asked * 7919) % PEOPLE) : alive());
      await after(ASK_EVERY_MS);
    }
    await Promise.all(waiting);
  });
  row(
    `${times.length} spawn decisions over HTTP (${refused} refused), 20 policies: p50`,
    ms(at(times, 0.5))
  );
  row('  p99', ms(at(times, 0.99)), {
    bar: '20 ms',
    met: at(times, 0.99) <= 20
  });
  row('  longest', ms(at(times, 1)));
  row(
    '  healthz on the same beat: p50, p99',
    `${ms(at(health, 0.5))}, ${ms(at(health, 0.99))}`
  );
  row('  all of it, of a core', share(found.share));
}

async function metricsText(setting: Setting): Promise<string> {
  const { status, body } = await setting.ask('metrics', {
    headers: { authorization: `Bearer ${METRICS}` }
  });
  if (status !== 200) {
    throw new Error(`metrics: ${status} ${body}`);
  }
  return body;
}

/** Asks for the text until it is another one than before. */
async function collected(setting: Setting, before: string): Promise<string> {
  let text = await metricsText(setting);
  while (text === before) {
    await after(50);
    text = await metricsText(setting);
  }
  return text;
}

/** 4. How long others wait while metrics are collected, and while nobody asks for them. */
async function metrics(setting: Setting, base: number): Promise<void> {
  const looking = async (work: () => Promise<void>) => {
    await setting.companion.call('look');
    await work();
    return setting.companion.call<Held>('held');
  };
  const without = await looking(() => after(FRESH_MS));
  let text = '';
  const helds: Held[] = [];
  const cpu: number[] = [];
  const since = performance.now();
  let firstMs = 0;
  for (let each = 0; each < COLLECTIONS; each++) {
    const found = await taking(setting, async () => {
      helds.push(
        await looking(async () => {
          text = await collected(setting, text);
        })
      );
    });
    firstMs ||= performance.now() - since;
    cpu.push(found.cpuMs - base * found.wallMs);
    await after(each < COLLECTIONS - 1 ? FRESH_MS : 0);
  }
  const longest = (of: keyof Held) => Math.max(...helds.map(each => each[of]));
  row(
    '/metrics: the main thread is held, at the longest',
    ms(longest('cpuMs')),
    {
      bar: '10 ms',
      met: longest('cpuMs') <= 10
    }
  );
  row(
    '  by the clock, other processes of the machine included',
    ms(longest('wallMs'))
  );
  row(
    '  while nobody asks for them: held, by the clock',
    `${ms(without.cpuMs)}, ${ms(without.wallMs)}`
  );
  row(
    '  not counted: full collections of garbage, at the longest',
    ms(Math.max(longest('collectionMs'), without.collectionMs))
  );
  row(
    '  CPU of a collection: with everybody anew, without',
    `${ms(cpu[0]!)}, ${ms(at(cpu, 0))}`
  );
  row('  the very first text, which is waited for', ms(firstMs));
  const series = text.split('\n').filter(line => /^[a-z]/.test(line)).length;
  row('  size, series', `${kb(Buffer.byteLength(text))}, ${series}`);
}

/** 3. The admin's page. */
async function dashboard(setting: Setting): Promise<void> {
  const many = await firstPaint(setting);
  for (const { name, times } of await peopleTimes(
    setting,
    many.session,
    PEOPLE
  )) {
    row(
      `a page of people, ${name}: p50, longest`,
      `${ms(at(times, 0.5))}, ${ms(at(times, 1))}`
    );
  }
  const { body } = await setting.ask('api/admin/overview', {
    headers: { authorization: `Bearer ${many.session}` }
  });
  const { linked, running } = JSON.parse(body) as {
    linked: number;
    running: number;
  };
  if (linked !== SERVERS || running !== SERVERS) {
    throw new Error(`linked ${linked} and running ${running} of ${SERVERS}`);
  }
  await setting.close();
  const few = await opened(10, 5);
  await few.world.call('link', few.base);
  const small = await firstPaint(few);
  for (const [people, paint] of [
    [10, small],
    [PEOPLE, many]
  ] as const) {
    row(
      `first paint, ${people} people: requests, bytes (${paint.rows} rows of people)`,
      `${paint.requests}, ${kb(paint.bytes)}`
    );
  }
  const ratio = many.bytes / small.bytes;
  row('  times as many bytes', ratio.toFixed(2), {
    bar: '1.5',
    met: ratio <= 1.5 && many.requests === small.requests
  });
  row(
    '  the overview alone, 10 people and all',
    `${ms(small.overviewMs)}, ${ms(many.overviewMs)}`
  );
}

async function opened(people: number, servers: number): Promise<Setting> {
  const setting = await Setting.open({ people, servers });
  open.push(setting);
  return setting;
}

async function run(): Promise<void> {
  const since = performance.now();
  const setting = await opened(PEOPLE, SERVERS);
  await setting.world.call('link', setting.base);
  console.log(
    `${PEOPLE} people with a month of runs, ${SERVERS} servers linked after ${((performance.now() - since) / 1000).toFixed(0)} s`
  );
  // All servers are new to the first poll; what follows from it is over with the next.
  await setting.world.call('polled');
  await after(3_000);
  row('what', 'ours', { bar: 'bar', met: true });
  const base = await quiet(setting);
  await decisions(setting);
  await metrics(setting, base);
  await dashboard(setting);
  console.log(`took ${((performance.now() - since) / 1000).toFixed(0)} s`);
}

async function closeAll(): Promise<void> {
  await Promise.all(open.map(setting => setting.close()));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void closeAll().finally(() => process.exit(1)));
}
try {
  await run();
} finally {
  await closeAll();
}

/**
 * `npm run bench spawn`: how long the hub waits for the answer whether a server
 * may start, with 10,000 users, 31 days of history and limits of every kind,
 * right after polls of the hub; and how long adding up shared pools takes and
 * holds up others.
 */
import type { SpawnQuestion } from '@jupyterlab-commons/protocol';
import { SpawnDoor } from '../src/enforcement/spawn.ts';
import { createLog } from '../src/log.ts';
import { evaluate } from '../src/quota/evaluate.ts';
import { PoolSums } from '../src/quota/pool-sums.ts';
import { profileOf, readPolicySet } from '../src/quota/policy-file.ts';
import { testLedger } from '../test/ledger/test-ledger.ts';
import { TestClock } from '../test/rooms/test-clock.ts';
import { policyFile } from './quota/policies.ts';

const USERS = Number(process.env.COMMONS_BENCH_USERS ?? 10_000);
const QUESTIONS = Number(process.env.COMMONS_BENCH_QUESTIONS ?? 5_000);
const DAYS = 31;
const HOUR = 3_600_000;
const GROUPS = 20;

const read = readPolicySet(policyFile());
if (read.set === null) {
  throw new Error(JSON.stringify(read.problems));
}
const { set } = read;
const clock = new TestClock();
const ledger = testLedger();

/** Two servers a day for everybody, of which half run now. */
function fill(): void {
  const rates = { cpu: 4, gpus: 1, gpuModel: 'A100', creditsPerHour: 2 };
  for (let number = 0; number < USERS; number++) {
    const user = `user-${number}`;
    ledger.addUser(user, [`g${number % GROUPS}`]);
    for (let run = 0; run < 2 * DAYS; run++) {
      const from = clock.now() - (DAYS * 24 - run * 12) * HOUR;
      ledger.addRun({ user, from, hours: 0.2 + (number % 7) / 10, ...rates });
    }
    if (number % 2 === 0) {
      const from = clock.now() - HOUR;
      ledger.addRun({ user, from, hours: 1, open: true, ...rates });
    }
  }
}

const pools = new PoolSums();
const quota = {
  ledger,
  zone: set.zone,
  contact: set.contact,
  refresh: () => pools.refresh(set, ledger, () => clock.now()),
  allowances: (user: string, groups: readonly string[] = []) =>
    evaluate(
      {
        ...{ set, ledger, overrides: [], now: clock.now(), pools },
        forecast: false
      },
      { user, groups }
    ),
  foretold: () => [],
  foretoldOne: () => null,
  ratesOf: (options: Readonly<Record<string, string>>) =>
    profileOf(set.profiles, options)
};
const door = new SpawnDoor({
  quota,
  clock,
  log: createLog({ level: 'error', write: () => undefined }),
  audit: () => undefined
});

const questionOf = (number: number): SpawnQuestion => ({
  user: `user-${number % USERS}`,
  server: '',
  groups: [`g${number % GROUPS}`],
  options: {}
});

const at = (times: number[], share: number) =>
  times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(
    2
  );

/** A poll has found everything half a minute older. */
function poll(): void {
  clock.advance(30_000);
  for (const run of ledger.running()) {
    const to = clock.now();
    const seconds = (to - run.from) / 1000;
    ledger.runsOf(run.user).setOpen({ ...run, to, seconds });
  }
  ledger.touch();
}

/** Milliseconds of CPU and of the clock that a refresh takes, and the longest that it lets nobody else have their turn. */
async function refresh(): Promise<string> {
  let longest = 0;
  let before = performance.now();
  let over = false;
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    if (!over) {
      setImmediate(turn);
    }
  };
  setImmediate(turn);
  const cpu = process.cpuUsage();
  await quota.refresh();
  over = true;
  const { user, system } = process.cpuUsage(cpu);
  return `${Math.round((user + system) / 1000)} ms of CPU, others wait at most ${longest.toFixed(1)} ms`;
}

const begun = performance.now();
fill();
const say = (line: string) => process.stdout.write(`${line}\n`);
say(
  `${USERS} users, ${ledger.running().length} servers, ${set.policies.length} policies, filled in ${((performance.now() - begun) / 1000).toFixed(1)} s`
);
say(`pools, for the first time: ${await refresh()}`);
const times: number[] = [];
/** What others on this machine do does not count here. */
const cpuTimes: number[] = [];
for (let number = 0; number < QUESTIONS; number++) {
  if (number % 500 === 0) {
    poll();
    say(`pools, after a poll: ${await refresh()}`);
  }
  if (number % 100 === 0) {
    // Asked between a poll and the sums that follow from it.
    ledger.touch();
  }
  const cpu = process.cpuUsage();
  const asked = performance.now();
  door.decide(questionOf(number * 7919));
  times.push(performance.now() - asked);
  const { user, system } = process.cpuUsage(cpu);
  cpuTimes.push((user + system) / 1000);
}
times.sort((a, b) => a - b);
cpuTimes.sort((a, b) => a - b);
say(
  `${QUESTIONS} decisions, CPU: p50 ${at(cpuTimes, 0.5)} ms, p99 ${at(cpuTimes, 0.99)} ms`
);
say(
  `${QUESTIONS} decisions: p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, longest ${at(times, 1)} ms`
);

import type { Override, QuotaNews } from '@jupyterlab-commons/protocol';
import { SpawnDoor } from '../../src/enforcement/spawn.ts';
import { Notices } from '../../src/enforcement/notices.ts';
import { StopWork, type StoppingHub } from '../../src/enforcement/stop-work.ts';
import { PlannedStops } from '../../src/enforcement/stops.ts';
import type { QuotaNow } from '../../src/enforcement/types.ts';
import { Watcher } from '../../src/enforcement/watcher.ts';
import type { Rates } from '../../src/ledger/types.ts';
import { createLog } from '../../src/log.ts';
import { evaluate } from '../../src/quota/evaluate.ts';
import { profileOf, readPolicySet } from '../../src/quota/policy-file.ts';
import type { PolicySet } from '../../src/quota/types.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { testLedger, type TestLedger } from '../ledger/test-ledger.ts';
import { TestClock } from '../rooms/test-clock.ts';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

export const profiles = `
timezone: Europe/Vienna
contact: gpu@example.org
profiles:
  - {name: small, cpu: 1, memory: 1G}
  - {name: a100, match: {profile: a100}, cpu: 8, memory: 64G, gpus: 1, gpu: A100, credits: 5}
`;
export const NONE = `${profiles}policies: []`;
/** Ten hours of servers, and ten of GPUs, within a day. */
export const DAY = `${profiles}
policies:
  - {name: hours, title: Server hours of a day, resource: server-hours, limit: 10, window: {rolling: 1d}, at: {50: notice, 80: notice, 100: [notice, refuse-start, stop]}, grace: 5m}
  - {name: gpu, title: GPU hours of a day, resource: gpu-hours, limit: 4, window: {rolling: 1d}, at: {100: [refuse-start, stop]}, grace: 2m}
`;

export function policies(text: string): PolicySet {
  const read = readPolicySet(text);
  if (read.set === null) {
    throw new Error(JSON.stringify(read.problems));
  }
  return read.set;
}

/** The server that a hub runs; it ends when it is told to. */
export class TestHub implements StoppingHub {
  /** Started at, by user and server. */
  readonly servers = new Map<string, number>();
  readonly stopped: string[] = [];
  absence: StoppingHub['absence'] = null;
  /** What a stop meets instead. */
  mood: 'well' | 'slow' | 'away' | 'lost-answer' | 'cannot' = 'well';
  readonly #clock: TestClock;

  constructor(clock: TestClock) {
    this.#clock = clock;
  }

  #listen(): void {
    if (this.mood === 'away') {
      this.absence = { from: this.#clock.now(), until: null };
      throw new Error('away');
    }
  }

  /** The hub is back. */
  returns(): void {
    this.mood = 'well';
    this.absence = { from: 0, until: this.#clock.now() };
  }

  async server(user: string, server: string) {
    this.#listen();
    const started = this.servers.get(`${user}/${server}`);
    return started === undefined ? null : { started };
  }

  async stopServer(user: string, server: string) {
    this.#listen();
    if (this.mood === 'cannot') {
      throw new Error('the hub answers 500');
    }
    this.stopped.push(`${user}/${server}`);
    this.servers.delete(`${user}/${server}`);
    if (this.mood === 'lost-answer') {
      this.mood = 'away';
      this.#listen();
    }
    return this.mood === 'slow' ? ('stopping' as const) : ('gone' as const);
  }
}

/** Everything that warns, refuses and stops, with a ledger filled by hand and time that the test moves. */
export class TestQuota implements QuotaNow {
  readonly clock: TestClock;
  readonly ledger: TestLedger = testLedger();
  readonly store: MemoryLedgerStore;
  readonly hub: TestHub;
  readonly told: ({ user: string } & QuotaNews)[] = [];
  readonly audited: string[] = [];
  /** What was done for servers, in order. */
  readonly done: string[] = [];
  readonly lines: string[] = [];
  readonly overrides: Override[] = [];
  readonly spawn: SpawnDoor;
  readonly notices: Notices;
  readonly stops: PlannedStops;
  readonly watcher: Watcher;
  /** Who has a page open besides those whose servers run. */
  readonly pages = new Set<string>();
  set: PolicySet;

  /** `before`: a companion that has ended; what it has stored and what runs go on. */
  constructor(text: string, before?: TestQuota) {
    this.set = policies(text);
    this.clock = before?.clock ?? new TestClock();
    this.store = before?.store ?? new MemoryLedgerStore();
    this.hub = before?.hub ?? new TestHub(this.clock);
    this.ledger = before?.ledger ?? testLedger();
    const { clock, store } = this;
    const log = createLog({
      level: 'debug',
      write: line => this.lines.push(line)
    });
    const audit = ({ actor, action, user, detail }: Record<string, string>) =>
      void this.audited.push(`${action} ${user} by ${actor}: ${detail}`);
    const tell = (user: string, news: QuotaNews) =>
      void this.told.push({ user, ...news });
    this.spawn = new SpawnDoor({ quota: this, clock, log, audit });
    this.notices = new Notices({ store, clock, log, tell });
    this.stops = new PlannedStops({
      ...{ store, clock, log, audit, tell },
      work: new StopWork({
        ...{ hub: this.hub, clock, log },
        links: {
          has: () => true,
          of: () => ({
            call: async ({ method }: { method: string }) =>
              void this.done.push(method)
          })
        } as never,
        flush: async (user, server) =>
          void this.done.push(`flush ${user}/${server}`)
      }),
      running: user => this.ledger.running(user),
      ended: ({ user, server }) => this.end(user, server)
    });
    this.watcher = new Watcher({
      ...{ quota: this, clock, log, notices: this.notices, stops: this.stops },
      listening: () => this.pages
    });
  }

  get zone() {
    return this.set.zone;
  }

  get contact() {
    return this.set.contact;
  }

  async refresh(): Promise<void> {}

  allowances(
    user: string,
    groups?: readonly string[],
    forecast: boolean | string = false
  ) {
    const { set, ledger, overrides } = this;
    const person = {
      user,
      groups: groups ?? ledger.user(user)?.groups ?? []
    };
    const now = this.clock.now();
    return evaluate({ set, ledger, overrides, now, forecast }, person);
  }

  foretold(user: string, groups?: readonly string[]) {
    return this.allowances(user, groups, true);
  }

  foretoldOne(user: string, policy: string) {
    const all = this.allowances(user, undefined, policy);
    return all.find(each => each.policy === policy) ?? null;
  }

  ratesOf(options: Readonly<Record<string, string>>): Rates | null {
    return profileOf(this.set.profiles, options);
  }

  async start(): Promise<this> {
    await this.notices.load();
    await this.stops.load();
    return this;
  }

  /** A server of theirs has run for so long until now, and goes on. */
  run(
    user: string,
    hours: number,
    change: { server?: string; gpus?: number } = {}
  ): void {
    const { server = '', gpus = 0 } = change;
    const from = this.clock.now() - hours * HOUR;
    const model = gpus === 0 ? {} : { gpus, gpuModel: 'A100' };
    this.ledger.addRun({ user, server, from, hours, open: true, ...model });
    this.hub.servers.set(`${user}/${server}`, from);
  }

  /** It runs no more, as a poll or the hub says. */
  end(user: string, server = ''): void {
    const runs = this.ledger.runsOf(user);
    const run = runs.openOn(server);
    if (run !== null) {
      runs.end({ ...run, open: false });
      this.hub.servers.delete(`${user}/${server}`);
      this.ledger.touch();
    }
  }

  /** Time passes, and polls see that all servers run on. */
  async pass(ms: number): Promise<void> {
    const step = ms > 15 * MINUTE ? 10_000 : 1000;
    for (let left = ms; left > 0; left -= step) {
      this.clock.advance(Math.min(step, left));
      for (const run of this.ledger.running()) {
        const to = this.clock.now();
        const seconds = (to - run.from) / 1000;
        this.ledger.runsOf(run.user).setOpen({ ...run, to, seconds });
      }
      this.ledger.touch();
      await this.look();
    }
  }

  /** Everybody is looked at, and what follows at once has happened. */
  async look(): Promise<void> {
    await this.watcher.look();
    for (let turn = 0; turn < 5; turn++) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }

  grant(change: Partial<Override>): void {
    this.overrides.push({
      ...{ id: 'o', policy: 'hours', scope: { kind: 'user', name: 'ada' } },
      ...{ until: null, reason: 'a paper', by: 'root', at: this.clock.now() },
      ...change
    });
  }

  /** What was told, in few words. */
  news(user = 'ada'): string[] {
    return this.told
      .filter(each => each.user === user)
      .map(({ kind, allowance, stop }) =>
        stop === undefined
          ? `${kind} ${allowance?.policy} ${allowance?.reached}`
          : `${kind} '${stop.server}'`
      );
  }
}

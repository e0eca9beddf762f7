import { Ledger } from '../../src/ledger/ledger.ts';
import { NO_RATES } from '../../src/ledger/rates.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import { listed, log, settled } from './hub-run.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
export const POLL = 5 * MINUTE;

/** What truly ran, and when a poll told of it. */
export type TrueRun = {
  user: string;
  server: string;
  /** By the hub's clock, which is always right here. */
  started: number;
  begun: number;
  ended: number | null;
  /** Seconds that the ledger may be wrong: see `Months`. */
  mayMiss: number;
  mayAdd: number;
  lastListed: number | null;
};

type Server = { run: TrueRun; profile: string };

/**
 * Months of a hub with people, and of a companion that watches it: servers
 * start and end, die unseen, are stopped by us; both sides restart, polls are
 * lost, a restarted hub forgets servers for a moment, the companion's clock is
 * set, people are deleted, renamed and moved between groups, profiles change.
 *
 * It keeps what is true, and for each run by how much the ledger may differ:
 * at the end by the time since the run was last told of, and at its beginning
 * not at all, unless the clocks differ then, the run came with a new name, or
 * a poll that told everything else has left it out.
 */
export class Months {
  readonly runs: TrueRun[] = [];
  readonly counts: Record<string, number> = {};
  ledger!: Ledger;
  readonly #store = new MemoryLedgerStore();
  readonly #random: (below: number) => number;
  readonly #people = new Map<string, Map<string, Server>>();
  readonly groups = new Map<string, string[]>();
  #now = Date.UTC(2026, 0, 1);
  /** How wrong the companion's clock is. */
  #offset = 0;
  #bootedAt = 0;
  #isUp = false;
  #hubDownUntil = 0;
  /** When the hub last told everything, truly. */
  #polledAt = 0;
  /** How wrong it was then. */
  #offsetThen = 0;
  /** By how many seconds the clock was set between the last poll before a restart and the restart. */
  #setUnseen = 0;
  #names = 0;

  constructor(random: (below: number) => number, people: number) {
    this.#random = random;
    for (let person = 0; person < people; person++) {
      this.#newPerson();
    }
  }

  get now(): number {
    return this.#now;
  }

  /** How wrong the companion's clock is, in milliseconds. */
  get offset(): number {
    return this.#offset;
  }

  async begin(): Promise<void> {
    await this.#boot();
    this.#polledAt = this.#now;
  }

  async pass(days: number): Promise<void> {
    const end = this.#now + days * 24 * 60 * MINUTE;
    while (this.#now < end) {
      const next = this.#now + POLL + this.#random(10 * SECOND);
      while (this.#now < next && this.#random(3) > 0) {
        this.#now = Math.min(next, this.#now + this.#random(POLL));
        this.#happens();
      }
      this.#now = next;
      await this.#turn();
    }
    this.#hubDownUntil = 0;
    if (!this.#isUp) {
      await this.#boot();
    }
    await this.#poll(false);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #one<T>(of: Iterable<T>): T | undefined {
    const all = [...of];
    return all[this.#random(all.length)];
  }

  /** Something that people, machines or admins do. */
  #happens(): void {
    const user = this.#one(this.#people.keys())!;
    const servers = this.#people.get(user)!;
    switch (this.#random(40)) {
      case 0:
        return this.#rename(user);
      case 1:
        return this.#delete(user);
      case 2:
        return this.#newGroups(user);
      case 3:
        return this.#setClock();
      case 4:
      case 5:
        return this.#stopOurselves(user);
      default: {
        const name = this.#one(['', '', '', 'gpu', 'b'])!;
        this.#end(servers, name, 'end');
        if (this.#random(2) === 0) {
          this.#start(user, servers, name);
        }
      }
    }
  }

  /** The moment of a poll. */
  async #turn(): Promise<void> {
    const dice = this.#random(200);
    if (!this.#isUp) {
      if (this.#random(4) === 0) {
        await this.#boot();
      }
    } else if (dice === 0) {
      // It may be killed before or after what it knows is written.
      this.#isUp = false;
      this.#count('companion dies');
    } else if (dice === 1) {
      this.#hubDownUntil = this.#now + this.#random(2 * 3_600) * SECOND;
      this.#count('hub restarts');
    }
    const isLost = this.#now < this.#hubDownUntil || this.#random(20) === 0;
    if (this.#isUp && !isLost) {
      await this.#poll(this.#random(50) === 0);
    } else {
      this.#count('poll lost');
    }
  }

  #start(user: string, servers: Map<string, Server>, name: string): void {
    const run: TrueRun = {
      ...{ user, server: name, started: this.#now, begun: this.#now },
      ...{ ended: null, mayMiss: 0, mayAdd: 0, lastListed: null }
    };
    this.runs.push(run);
    servers.set(name, { run, profile: this.#one(['small', 'big'])! });
    this.#count('start');
  }

  #end(servers: Map<string, Server>, name: string, why: string): void {
    const run = servers.get(name)?.run;
    if (run === undefined) {
      return;
    }
    servers.delete(name);
    run.ended = this.#now;
    // Never told of: all of it is missing.
    run.mayMiss += (this.#now - (run.lastListed ?? run.begun)) / SECOND;
    this.#count(why);
  }

  /** The companion has the hub stop a server, and knows when it was. */
  #stopOurselves(user: string): void {
    const servers = this.#people.get(user)!;
    const name = this.#one(servers.keys());
    if (name === undefined || !this.#isUp || this.#now < this.#hubDownUntil) {
      return;
    }
    const { run } = servers.get(name)!;
    const { mayMiss } = run;
    const known = this.ledger.running(user).find(each => each.server === name);
    this.#end(servers, name, 'stopped by us');
    this.ledger.ended(user, name, this.#now + this.#offset);
    if (known?.started === run.started) {
      run.mayMiss = mayMiss;
    } else if (known !== undefined) {
      // It is another server already, and the one that we mean ended unseen.
      const meant = this.runs.findLast(
        ({ started, user: of }) => of === user && started === known.started
      )!;
      meant.mayAdd += (this.#now - meant.ended!) / SECOND;
    }
  }

  #rename(user: string): void {
    const name = this.#newName();
    const servers = this.#people.get(user)!;
    this.#people.delete(user);
    this.#people.set(name, servers);
    this.groups.set(name, this.groups.get(user)!);
    for (const [server, { run, profile }] of [...servers]) {
      this.#end(servers, server, 'renamed');
      const since = (this.#now - this.#polledAt) / SECOND;
      const again: TrueRun = {
        ...{ ...run, user: name, begun: this.#now, ended: null },
        // It is taken to have been there since the last poll.
        ...{ mayMiss: 0, mayAdd: since, lastListed: null }
      };
      this.runs.push(again);
      servers.set(server, { run: again, profile });
    }
  }

  #delete(user: string): void {
    const servers = this.#people.get(user)!;
    [...servers.keys()].forEach(name => this.#end(servers, name, 'deleted'));
    this.#people.delete(user);
    this.#newPerson();
  }

  #newPerson(): void {
    const name = this.#newName();
    this.#people.set(name, new Map());
    this.#newGroups(name);
  }

  #newName(): string {
    return `person-${++this.#names}`;
  }

  #newGroups(user: string): void {
    this.groups.set(
      user,
      ['lab', 'course', 'all'].filter(() => this.#random(2) === 0)
    );
  }

  #setClock(): void {
    if (this.#random(8) > 0) {
      return;
    }
    const by = (this.#random(20 * 3_600) - 10 * 3_600) * SECOND;
    this.#offset += by;
    this.#count('clock set');
  }

  async #boot(): Promise<void> {
    this.#isUp = true;
    this.#bootedAt = this.#now;
    const clock = {
      now: () => this.#now + this.#offset,
      monotonic: () => this.#now - this.#bootedAt,
      after: () => () => {}
    };
    const store = this.#store;
    this.ledger = new Ledger({ store, clock, log, days: 400 });
    await this.ledger.load();
    // Over a restart the time of day is all there is.
    this.#setUnseen = Math.abs(this.#offset - this.#offsetThen) / SECOND;
    for (const { run } of this.#running()) {
      run.mayMiss += this.#setUnseen;
      run.mayAdd += this.#setUnseen;
    }
  }

  *#running(): Iterable<Server> {
    for (const servers of this.#people.values()) {
      yield* servers.values();
    }
  }

  /** The hub tells what runs; one that has just come back may not know all yet. */
  async #poll(isForgetful: boolean): Promise<void> {
    this.#setProfiles();
    const users = [...this.#people].flatMap(([user, servers]) => {
      const told = [...servers].filter(
        () => !isForgetful || this.#random(4) > 0
      );
      told.forEach(([, { run }]) => this.#tell(run));
      const started = told.map(([name, { run }]) => [name, run.started]);
      const groups = this.groups.get(user)!;
      const options = { profile: told[0]?.[1].profile ?? 'small' };
      return told.length === 0
        ? []
        : listed(user, Object.fromEntries(started), { groups, options });
    });
    this.#count(isForgetful ? 'poll of a forgetful hub' : 'poll');
    const look = { ...this.ledger.time(), took: 0 };
    await this.ledger.polled(users, look);
    await settled();
    this.#polledAt = this.#now;
    this.#offsetThen = this.#offset;
    this.#setUnseen = 0;
  }

  #tell(run: TrueRun): void {
    if (run.lastListed === null && this.#offset !== 0) {
      // The hub's clock and ours differ: its start is believed within one gap.
      const gap = (this.#now - this.#polledAt) / SECOND + this.#setUnseen;
      run.mayAdd += gap;
      run.mayMiss += gap;
    }
    if (run.lastListed === null && this.#polledAt > run.begun) {
      // A poll before has left it out: it is believed not to have run then.
      run.mayMiss += (this.#polledAt - run.begun) / SECOND;
    }
    run.lastListed = this.#now;
  }

  #setProfiles(): void {
    if (this.#random(500) === 0) {
      const cpu = 1 + this.#random(8);
      this.ledger.setProfiles(({ profile = 'none' }) => ({
        name: profile,
        rates: { ...NO_RATES, cpu }
      }));
      this.#count('profiles change');
    }
  }
}

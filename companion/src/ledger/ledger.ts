import { every, inSlices, othersTurn } from '../clock.ts';
import type { ListedUser } from '../hub/users-page.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore, Seen, StoredRun } from '../storage/ledger-store.ts';
import { Book } from './book.ts';
import {
  begin,
  endAt,
  proceed,
  restored,
  type Look,
  type Profile,
  type SeenServer
} from './counting.ts';
import { Outbox } from './outbox.ts';
import { NO_RATES } from './rates.ts';
import { SteadyClock } from './steady-clock.ts';
import type {
  Correction,
  LedgerUser,
  LedgerView,
  Metered,
  Millis
} from './types.ts';

const DAY_MS = 86_400_000;
/** Rows in one message to the store's thread. */
const MOST_METERED = 1_000;

/** Of what was chosen at the start of a server: its profile, by the rules of the policy file; `unread` are names whose values cannot be told. */
export type ProfileOf = (
  options: Readonly<Record<string, string>>,
  unread: readonly string[]
) => Profile;

export const defaultProfile: ProfileOf = () => ({
  name: 'default',
  rates: NO_RATES
});

export type LedgerOptions = {
  store: LedgerStore;
  clock: Clock;
  log: Log;
  /** How long what ended is remembered. */
  days: number;
};

/**
 * Q2: what everybody has used, by what the hub was seen to say. It is told
 * what a poll has found; it asks nobody itself. Everything is answered from
 * memory; what has changed is written after each poll.
 *
 * The hub does not tell that a user was renamed: under the new name they are
 * somebody else. Their time is counted once nevertheless, up to the last poll
 * before for the old name, from it for the new one. A deleted user keeps their
 * history, and so does whoever gets the same name later.
 */
export class Ledger extends Book implements LedgerView {
  readonly #options: LedgerOptions;
  readonly #outbox: Outbox;
  #profileOf = defaultProfile;
  #steady: SteadyClock;
  /** When the hub last told everything. */
  #before: Seen;
  /** The poll at which each open run was last seen, by user and server. */
  readonly #sightings = new Map<string, number>();
  #polls = 0;
  #stops: (() => void)[] = [];

  constructor(options: LedgerOptions) {
    super(options.clock.now());
    this.#options = options;
    this.#outbox = new Outbox(options.store, options.log);
    this.#steady = new SteadyClock(options.clock, null);
    this.#before = this.#steady.now();
  }

  /** Reads what was written before; nothing may be counted until it has resolved. */
  async load(): Promise<void> {
    const { store, clock } = this.#options;
    const meta = await store.meta();
    const since = Number(meta.since ?? NaN);
    this.since = Number.isFinite(since) ? since : clock.now();
    if (!Number.isFinite(since)) {
      // It waits where nothing can be written; counting does not.
      store.putMeta('since', String(this.since)).catch(this.#notWritten);
    }
    const seen = await store.seen();
    this.#steady = new SteadyClock(clock, seen);
    this.#before = seen ?? this.#steady.now();
    await this.#loadRuns(seen);
    await inSlices(await store.users(), user => this.putUser(user));
    (await store.corrections()).forEach(each => this.addCorrection(each));
    await inSlices(await store.metered(this.#oldest()), each =>
      this.putMetered(each.meter, each.to, [each])
    );
    this.#stops = [
      every(
        clock,
        () => DAY_MS,
        () => this.#forget()
      )
    ];
    this.#forget();
  }

  async #loadRuns(seen: Seen | null): Promise<void> {
    const { store } = this.#options;
    const from = this.#oldest();
    let page = await store.runs(from, null);
    for (;;) {
      // The next page is read while this one is taken in.
      const next = page.next === null ? null : store.runs(from, page.next);
      await inSlices(page.runs, run => this.#restore(run, seen));
      if (next === null) {
        return;
      }
      page = await next;
    }
  }

  #restore(run: StoredRun, seen: Seen | null): void {
    const known = restored(run, seen);
    this.runsOf(run.user)[known.open ? 'setOpen' : 'end'](known);
    if (known.open) {
      this.#sightings.set(keyOf(known), 0);
    }
  }

  /** The rules by which profiles are told from now on; what was counted stays. */
  setProfiles(profileOf: ProfileOf): void {
    this.#profileOf = profileOf;
  }

  /** The time by which polls are counted. */
  time(): Seen {
    return this.#steady.now();
  }

  /**
   * A poll that has told of all servers that run. What is not among them has
   * ended when it was last seen. `hidden`: users that it may have left out, whose
   * servers do not end by it; null: it has left out nobody.
   */
  async polled(
    users: readonly ListedUser[],
    look: Look,
    hidden: ReadonlySet<string> | null = null
  ): Promise<void> {
    this.#polls++;
    await inSlices(users, user => {
      this.#learn(user);
      for (const { name, started, options, unread } of user.servers) {
        const profile = this.#profileOf(options, unread);
        const server = { user: user.name, server: name, started, profile };
        this.#see(server, look);
      }
    });
    await inSlices(this.#sightings, ([key, poll]) => {
      if (poll !== this.#polls && hidden?.has(partsOf(key)[0]) !== true) {
        this.#lose(key);
      }
    });
    if (hidden === null) {
      this.#before = { at: look.at, steady: look.steady };
      this.#outbox.seen(this.#before);
    }
    this.polledAt = look.at;
    this.touch();
    void this.#outbox.flush();
  }

  /** Users of the hub, with or without servers. */
  async learn(users: readonly ListedUser[]): Promise<void> {
    await inSlices(users, user => this.#learn(user));
    void this.#outbox.flush();
  }

  /** These are all users that the hub has: the others are gone. */
  async listed(names: ReadonlySet<string>): Promise<void> {
    await inSlices(this.users(), user => {
      if (!user.gone && !names.has(user.user)) {
        this.#keepUser({ ...user, gone: true });
      }
    });
    void this.#outbox.flush();
  }

  /** A server was stopped at that moment, as we know for sure. */
  ended(user: string, server: string, at: Millis): void {
    const runs = this.runsOf(user);
    const run = runs.openOn(server);
    if (run === null) {
      return;
    }
    for (const piece of endAt(run, at, this.time())) {
      runs.end(piece);
      this.#outbox.run(piece);
    }
    this.#sightings.delete(keyOf(run));
    this.touch();
    void this.#outbox.flush();
  }

  /**
   * Adds to what somebody has used, or takes from it, once for each id. It
   * counts only when it is written: whoever is told of a failure tries again.
   */
  async correct(correction: Correction): Promise<void> {
    await this.#options.store.putCorrection(correction);
    const known = this.corrections(correction.user, -Infinity);
    if (!known.some(({ id }) => id === correction.id)) {
      this.addCorrection(correction);
    }
  }

  /** What a meter has measured up to `at`, for everybody; resolves when it is written. */
  async measured(
    meter: string,
    at: Millis,
    metered: readonly Metered[]
  ): Promise<void> {
    this.putMetered(meter, at, metered);
    const writes: Promise<void>[] = [];
    for (let row = 0; row < metered.length; row += MOST_METERED) {
      const part = metered.slice(row, row + MOST_METERED);
      writes.push(this.#options.store.putMetered(part));
      await othersTurn();
    }
    await Promise.all(writes);
  }

  /** Resolves when everything is written, or cannot be now. */
  async close(): Promise<void> {
    this.#stops.forEach(stop => stop());
    await this.#outbox.flush();
    await this.#outbox.flush();
  }

  #see(server: SeenServer, look: Look): void {
    const runs = this.runsOf(server.user);
    const open = runs.openOn(server.server);
    if (open !== null && open.started !== server.started) {
      this.#end(open);
    }
    const known =
      open?.started === server.started
        ? open
        : runs.reopen(server.server, server.started);
    if (known === null) {
      this.#begin(server, look);
    } else if (!known.open && known.steady >= look.steady) {
      // It ended while the hub was being asked.
      runs.end(known);
    } else {
      this.#proceed(known, server, look);
    }
  }

  #begin(server: SeenServer, look: Look): void {
    const run = begin(server, look, this.#before);
    this.runsOf(run.user).setOpen(run);
    this.#outbox.run(run);
    this.#sightings.set(keyOf(run), this.#polls);
  }

  #proceed(run: StoredRun, { profile }: SeenServer, look: Look): void {
    const runs = this.runsOf(run.user);
    const { ended, open } = proceed(run, profile, look);
    for (const piece of ended) {
      runs.end(piece);
      this.#outbox.run(piece);
    }
    if (ended.length > 0 || !run.open) {
      this.#outbox.run(open);
    }
    runs.setOpen(open);
    this.#sightings.set(keyOf(open), this.#polls);
  }

  #lose(key: string): void {
    const [user = '', server = ''] = partsOf(key);
    const run = this.runsOf(user).openOn(server);
    if (run !== null) {
      this.#end(run);
    }
  }

  #end(run: StoredRun): void {
    const ended = { ...run, open: false };
    this.runsOf(run.user).end(ended);
    this.#outbox.run(ended);
    this.#sightings.delete(keyOf(run));
  }

  #learn({ name, displayName, groups, admin }: ListedUser): void {
    const known = this.user(name);
    if (
      known === null ||
      known.gone ||
      known.displayName !== displayName ||
      known.admin !== admin ||
      known.groups.length !== groups.length ||
      known.groups.some((group, index) => group !== groups[index])
    ) {
      this.#keepUser({ user: name, displayName, groups, admin, gone: false });
    }
  }

  #keepUser(user: LedgerUser): void {
    this.putUser(user);
    this.#outbox.user(user);
  }

  #oldest(): Millis {
    return this.#options.clock.now() - this.#options.days * DAY_MS;
  }

  #forget(): void {
    const before = this.#oldest();
    this.prune(before);
    this.#options.store.prune(before).catch(this.#notWritten);
  }

  readonly #notWritten = (error: unknown): void => {
    this.#options.log.warn('a change of the ledger was not written', {
      reason: reasonOf(error)
    });
  };
}

/** User names hold no slash, so no two pairs have the same key. */
function keyOf({ user, server }: { user: string; server: string }): string {
  return `${user}/${server}`;
}

function partsOf(key: string): [user: string, server: string] {
  const cut = key.indexOf('/');
  return [key.slice(0, cut), key.slice(cut + 1)];
}

import { TooLarge, type HubClient } from '../hub/hub-client.ts';
import type { ListedUser, UsersPage } from '../hub/users-page.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { Ledger } from './ledger.ts';
import { UnreadOptions } from './unread-options.ts';

/** The most that a hub answers at once. */
const PAGE_USERS = 200;
/** Between two pages: the hub does nothing else while it makes one. */
const ACTIVE_PAUSE_MS = 250;
const LIST_PAUSE_MS = 3_000;
const LIST_MS = 3_600_000;
/** So many users may cease to have a server between two pages, and nobody is missed. */
const OVERLAP = 5;
const MOST_ACTIVE_PAGES = 200;
const MOST_LIST_PAGES = 1_000;
/** So many users are asked for one by one in a poll that hides some; of the others nothing is known until the next. */
const MOST_ASKED = 200;
const JITTER = 0.1;

export type HubWatchOptions = {
  hub: Pick<HubClient, 'users' | 'isActive'>;
  ledger: Ledger;
  clock: Clock;
  log: Log;
  pollSeconds: number;
  random?: () => number;
};

type Sweep = { active: boolean; pauseMs: number; mostPages: number };

/**
 * Asks the hub again and again which servers run, and once an hour who there
 * is. A poll of which one page fails has told nothing.
 */
export class HubWatch {
  /** Polls since the process began. */
  readonly counts = { ok: 0, failed: 0 };
  readonly #options: HubWatchOptions;
  readonly #unread: UnreadOptions;
  /** What ends the timers that are set. */
  readonly #timers = new Set<() => void>();
  #listedAt: number | null = null;
  #listing: Promise<void> | null = null;
  #isAway = false;
  #isOver = false;
  /** Everybody who was heard of while a list is being read. */
  #names: Set<string> | null = null;

  constructor(options: HubWatchOptions) {
    this.#options = options;
    this.#unread = new UnreadOptions(options.log);
  }

  /** The first poll begins at once. */
  start(): void {
    this.#isOver = false;
    void this.#round();
  }

  stop(): void {
    this.#isOver = true;
    this.#timers.forEach(cancel => cancel());
    this.#timers.clear();
  }

  /** Asks once which servers run; whether the hub has told everything. */
  async poll(): Promise<boolean> {
    const { ledger, clock, log } = this.#options;
    const begun = ledger.time();
    const startedAt = clock.monotonic();
    try {
      const users: ListedUser[] = [];
      const left = await this.#sweep(
        {
          active: true,
          pauseMs: ACTIVE_PAUSE_MS,
          mostPages: MOST_ACTIVE_PAGES
        },
        page => void users.push(...page)
      );
      const hidden = left === 0 ? null : await this.#hiddenBeside(users);
      if (this.#isOver) {
        return false;
      }
      const took = (clock.monotonic() - startedAt) / 1000;
      await ledger.polled(users, { ...begun, took }, hidden);
      users.forEach(({ name }) => this.#names?.add(name));
      this.#unread.look(users);
      if (this.#isAway) {
        log.info('the hub tells again which servers run');
      }
      this.#isAway = false;
      this.counts.ok++;
      return true;
    } catch (error) {
      this.counts.failed++;
      if (!this.#isAway) {
        log.warn('the hub does not tell which servers run', {
          reason: reasonOf(error)
        });
      }
      this.#isAway = true;
      return false;
    }
  }

  /** Asks once for all users; whether the hub has told all of them. */
  async list(): Promise<boolean> {
    const { ledger, log } = this.#options;
    const names = new Set<string>();
    this.#names = names;
    try {
      const hidden = await this.#sweep(
        { active: false, pauseMs: LIST_PAUSE_MS, mostPages: MOST_LIST_PAGES },
        page => {
          page.forEach(({ name }) => names.add(name));
          return ledger.learn(page);
        }
      );
      if (hidden === 0) {
        await ledger.listed(names);
      }
      return hidden === 0;
    } catch (error) {
      log.warn('the hub does not tell who there is', {
        reason: reasonOf(error)
      });
      return false;
    } finally {
      this.#names = null;
    }
  }

  /** Of those whose servers ran and who were not told of now: who may still run them. */
  async #hiddenBeside(users: readonly ListedUser[]): Promise<Set<string>> {
    const hidden = new Set(this.#options.ledger.running().map(run => run.user));
    users.forEach(({ name }) => hidden.delete(name));
    for (const name of [...hidden].slice(0, MOST_ASKED)) {
      if (this.#isOver) {
        break;
      }
      // Who cannot be told of alone either is one of those that are looked for.
      if (!(await this.#options.hub.isActive(name).catch(() => true))) {
        hidden.delete(name);
      }
    }
    return hidden;
  }

  async #round(): Promise<void> {
    const { clock, pollSeconds, random = Math.random } = this.#options;
    const begun = clock.monotonic();
    const heard = await this.poll();
    if (heard) {
      this.#listWhenDue();
    }
    const jitter = 1 + JITTER * (random() - 0.5);
    const wait = pollSeconds * 1000 * jitter - (clock.monotonic() - begun);
    await this.#pause(Math.max(1_000, wait));
    void this.#round();
  }

  /** Beside the polls: it takes minutes where there are many. */
  #listWhenDue(): void {
    const now = this.#options.clock.monotonic();
    if (
      this.#listing !== null ||
      (this.#listedAt !== null && now - this.#listedAt < LIST_MS)
    ) {
      return;
    }
    this.#listedAt = now;
    this.#listing = this.list().then(isWhole => {
      this.#listing = null;
      // Try again with the next poll, but never without a pause.
      this.#listedAt = isWhole ? this.#listedAt : now - LIST_MS / 2;
    });
  }

  /** Reads page after page; answers how many users the hub has not told of. */
  async #sweep(
    { active, pauseMs, mostPages }: Sweep,
    take: (users: ListedUser[]) => Promise<void> | void
  ): Promise<number> {
    let offset = 0;
    let limit = PAGE_USERS;
    let hidden = 0;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await this.#page({ active, offset, limit });
      if (page === null && limit > 1) {
        limit = Math.ceil(limit / 4);
        continue;
      }
      if (page === null) {
        hidden++;
        this.#options.log.warn('a user is too large to be told of by the hub', {
          offset
        });
        offset++;
      } else {
        hidden += page.unreadable;
        await take(page.users);
        if (page.next === null) {
          return hidden;
        }
        offset = Math.max(offset + 1, page.next - OVERLAP);
      }
      limit = PAGE_USERS;
      await this.#pause(pauseMs);
    }
    throw new Error('the hub has more users than can be asked for');
  }

  /** Null for a page that is too large. */
  async #page(query: {
    active: boolean;
    offset: number;
    limit: number;
  }): Promise<UsersPage | null> {
    try {
      return await this.#options.hub.users(query);
    } catch (error) {
      if (error instanceof TooLarge) {
        return null;
      }
      throw error;
    }
  }

  /** Never ends when the watch does before. */
  #pause(ms: number): Promise<void> {
    return new Promise(resolve => {
      if (this.#isOver) {
        return;
      }
      const cancel = this.#options.clock.after(ms, () => {
        this.#timers.delete(cancel);
        resolve();
      });
      this.#timers.add(cancel);
    });
  }
}

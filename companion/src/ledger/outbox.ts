import { reasonOf, type Log } from '../log.ts';
import type { LedgerStore, Seen, StoredRun } from '../storage/ledger-store.ts';
import type { LedgerUser } from './types.ts';

/** Rows in one message to the store's thread: more would hold up everybody else. */
const MOST_ROWS = 500;

/**
 * What has to be written. While the store cannot, what comes takes the place
 * of what waits, so that a full disk costs no more memory than what is known.
 */
export class Outbox {
  readonly #store: LedgerStore;
  readonly #log: Log;
  readonly #runs = new Map<string, StoredRun>();
  readonly #users = new Map<string, LedgerUser>();
  #seen: Seen | null = null;
  #writing: Promise<void> | null = null;

  constructor(store: LedgerStore, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Rows that wait. */
  get size(): number {
    return this.#runs.size + this.#users.size;
  }

  run(run: StoredRun): void {
    const { user, server, started, piece } = run;
    this.#runs.set(JSON.stringify([user, server, started, piece]), run);
  }

  user(user: LedgerUser): void {
    this.#users.set(user.user, user);
  }

  seen(seen: Seen): void {
    this.#seen = seen;
  }

  /** Writes what waits; resolves when nothing does any more, or it cannot be written now. */
  flush(): Promise<void> {
    if (this.#isEmpty()) {
      return this.#writing ?? Promise.resolve();
    }
    this.#writing ??= this.#write();
    return this.#writing;
  }

  #isEmpty(): boolean {
    return this.size === 0 && this.#seen === null;
  }

  async #write(): Promise<void> {
    let goesOn = true;
    while (goesOn && !this.#isEmpty()) {
      goesOn = await this.#writePart();
    }
    // At once after the last look: what comes next begins a write of its own.
    this.#writing = null;
  }

  /** Whether it could be written. */
  async #writePart(): Promise<boolean> {
    const runs = taken(this.#runs, MOST_ROWS);
    const users = taken(this.#users, MOST_ROWS - runs.size);
    // Last, for it speaks of all the rest.
    const seen = this.size === 0 ? this.#seen : null;
    this.#seen = seen === null ? this.#seen : null;
    try {
      await this.#store.putPoll({
        runs: [...runs.values()],
        users: [...users.values()],
        seen
      });
      return true;
    } catch (error) {
      this.#log.warn('use was not written, and is kept in memory', {
        reason: reasonOf(error)
      });
      putBack(this.#runs, runs);
      putBack(this.#users, users);
      this.#seen ??= seen;
      return false;
    }
  }
}

function taken<T>(map: Map<string, T>, most: number): Map<string, T> {
  const part = new Map<string, T>();
  for (const [key, value] of map) {
    if (part.size >= most) {
      break;
    }
    part.set(key, value);
    map.delete(key);
  }
  return part;
}

/** What came meanwhile is newer. */
function putBack<T>(map: Map<string, T>, part: Map<string, T>): void {
  part.forEach((value, key) => {
    if (!map.has(key)) {
      map.set(key, value);
    }
  });
}

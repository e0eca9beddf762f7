import type { ListedUser } from '../hub/users-page.ts';
import type { Log } from '../log.ts';
import { NO_RATES } from './rates.ts';

/** Whoever starts many servers does not fill the log; the others follow with the next poll. */
const MOST_TOLD = 20;
const MOST_NAMES = 5;
const NAME_CHARS = 40;

/** Of a server whose profile depends on what cannot be read: its hours count, and nothing is made up. */
export const UNKNOWN_PROFILE = { name: 'unknown', rates: NO_RATES };

/** Servers for which something was chosen that cannot be read; the log has each of them once. */
export class UnreadOptions {
  readonly #log: Log;
  #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** `users`: all that a poll has told of. */
  look(users: readonly ListedUser[]): void {
    const told = new Set<string>();
    let lines = 0;
    for (const { name: user, servers } of users) {
      for (const { name: server, started, unread } of servers) {
        const key = JSON.stringify([user, server, started]);
        const isNew = unread.length > 0 && !this.#told.has(key);
        if (isNew && lines++ < MOST_TOLD) {
          this.#tell(user, server, unread);
          told.add(key);
        } else if (unread.length > 0 && !isNew) {
          told.add(key);
        }
      }
    }
    this.#told = told;
  }

  #tell(user: string, server: string, unread: readonly string[]): void {
    const names = unread
      .slice(0, MOST_NAMES)
      .map(name => JSON.stringify(name.slice(0, NAME_CHARS)));
    const more = unread.length > MOST_NAMES ? ', …' : '';
    this.#log.warn(
      'options of a server are not one text, number or flag: a profile that names one of them is not counted',
      { user, server, options: names.join(', ') + more }
    );
  }
}

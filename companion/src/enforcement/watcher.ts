import { every, inSlices } from '../clock.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { Notices } from './notices.ts';
import type { PlannedStops } from './stops.ts';
import type { Millis, QuotaNow } from './types.ts';

/** How often it is looked whether there is something to look at. */
const TICK_MS = 2_000;
/** Windows begin and end without anything happening. */
const LOOK_MS = 30_000;

export type WatcherOptions = {
  quota: QuotaNow;
  notices: Notices;
  stops: PlannedStops;
  /** Who has a page open. */
  listening: () => Iterable<string>;
  clock: Clock;
  log: Log;
};

/**
 * Looks at everybody whose limits can matter now: whose servers run or are
 * going to be stopped, and who has a page open. After each change of the
 * ledger, every half minute, and when asked; in slices, one round at a time.
 */
export class Watcher {
  readonly #options: WatcherOptions;
  #version = -1;
  #lookedAt: Millis = -Infinity;
  #wanted = false;
  #round: Promise<void> | null = null;
  #stopTicks: () => void = () => {};

  constructor(options: WatcherOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, quota } = this.#options;
    this.#stopTicks = every(
      clock,
      () => TICK_MS,
      () => {
        if (
          this.#wanted ||
          quota.ledger.version !== this.#version ||
          clock.now() - this.#lookedAt >= LOOK_MS
        ) {
          void this.look();
        }
      }
    );
  }

  stop(): void {
    this.#stopTicks();
  }

  /** Something was granted or taken, or the policies are others. Resolves when all have been looked at, and never rejects. */
  async look(): Promise<void> {
    this.#wanted = true;
    while (this.#wanted || this.#round !== null) {
      this.#round ??= this.#once()
        .catch(this.#failed)
        .finally(() => {
          this.#round = null;
        });
      await this.#round;
    }
  }

  async #once(): Promise<void> {
    const { quota, notices, stops, listening, clock } = this.#options;
    this.#wanted = false;
    this.#version = quota.ledger.version;
    this.#lookedAt = clock.now();
    // Without sums that were made beforehand looking takes longer.
    await quota.refresh().catch(this.#failed);
    const people = new Set([
      ...quota.ledger.running().map(({ user }) => user),
      ...stops.users(),
      ...listening()
    ]);
    await inSlices(people, user => this.#lookAt(user));
    notices.forgetOthers(people);
  }

  /** The next look comes by itself. */
  readonly #failed = (error: unknown): void => {
    this.#options.log.error('a look at all limits has failed', {
      reason: reasonOf(error)
    });
  };

  #lookAt(user: string): void {
    const { quota, notices, stops, log } = this.#options;
    try {
      const allowances = quota.allowances(user);
      stops.look(user, allowances);
      notices.look(user, allowances, policy => quota.foretoldOne(user, policy));
    } catch (error) {
      // One person's figures keep nobody else from being warned.
      log.error('limits could not be looked at', {
        user,
        reason: reasonOf(error)
      });
    }
  }
}

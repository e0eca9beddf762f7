import { createHash } from 'node:crypto';
import {
  CommonsError,
  type PlannedStop,
  type QuotaNews
} from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { StoredStop } from '../storage/ledger-store.ts';
import type { StopOutcome, StopWork } from './stop-work.ts';
import type { Millis } from './types.ts';

/** Pages are told to save so long before a stop. */
const SAVE_MS = 30_000;
/** How often it is looked whether the hub is back. */
const LOOK_MS = 5_000;
/** What people get at least who could not be warned for a while. */
export const WARN_ANEW_MS = 60_000;
/** Between attempts: this, then twice, up to the most. */
const AGAIN_MS = 30_000;
const MOST_AGAIN_MS = 10 * 60_000;
const MOST_SERVER_NAME = 64;

export type CountdownOptions = {
  work: StopWork;
  clock: Clock;
  log: Log;
  tell: (news: QuotaNews) => void;
  save: (stop: StoredStop) => void;
  /** An attempt has failed; another one follows. */
  failed: (reason: string) => void;
  /** It is over; nothing follows. */
  done: (outcome: StopOutcome) => void;
};

/** One stop on its way: counting, then saving, then stopping. Ends once, with `done` or `end`. */
export class Countdown {
  stop: StoredStop;
  /** Since when, and why, the hub does not stop it. */
  failure: { since: Millis; reason: string } | null = null;
  readonly #options: CountdownOptions;
  #cancelTimer: () => void = () => {};
  #prepared: Promise<void> = Promise.resolve();
  #attempts = 0;
  #ended = false;

  constructor(stop: StoredStop, options: CountdownOptions) {
    this.stop = stop;
    this.#options = options;
  }

  start(): void {
    this.#at(this.stop.stopAt - SAVE_MS, () => this.#prepare());
  }

  /** Nothing more comes of it. */
  end(): void {
    this.#ended = true;
    this.#cancelTimer();
  }

  /** The stop comes at another time. */
  moveTo(stopAt: Millis): void {
    if (this.stop.state !== 'stopping') {
      this.#change({ stopAt, state: 'counting' });
      this.tell();
      this.start();
    }
  }

  /** What else is planned for the server is another. */
  ask(asked: StoredStop['asked']): void {
    this.#change({ asked });
  }

  /** How it stands, for those who have not heard of it. */
  news(): QuotaNews {
    return this.#news(this.stop.state === 'counting' ? 'stop' : 'save');
  }

  tell(): void {
    this.#options.tell(this.news());
  }

  tellCancelled(): void {
    this.#options.tell(this.#news('cancelled'));
  }

  #news(kind: 'stop' | 'save' | 'cancelled'): QuotaNews {
    const { server, started, stopAt } = this.stop;
    const name =
      server.length <= MOST_SERVER_NAME
        ? server
        : createHash('sha256').update(server).digest('base64url');
    const key = `${kind}/${name}/${started}/${stopAt}`;
    return { kind, key, stop: told(this.stop) };
  }

  #prepare(): void {
    this.#change({ state: 'saving' });
    this.tell();
    this.#prepared = this.#options.work.prepare(this.stop);
    this.#at(this.stop.stopAt, () => this.#attempt());
  }

  #attempt(): void {
    const { work, log } = this.#options;
    this.#change({ state: 'stopping' });
    this.#prepared
      .then(() => (this.#ended ? null : work.carryOut(this.stop)))
      .then(
        outcome => {
          if (outcome !== null && !this.#ended) {
            const { user, server } = this.stop;
            log.info('a server was stopped', { user, server, outcome });
            this.#options.done(outcome);
          }
        },
        (error: unknown) => this.#onFailure(error)
      );
  }

  #onFailure(error: unknown): void {
    if (this.#ended) {
      return;
    }
    if (this.#options.work.hubAway) {
      this.#waitForHub();
      return;
    }
    const reason = wordsOf(error);
    this.failure = {
      since: this.failure?.since ?? this.#options.clock.now(),
      reason
    };
    this.#options.log.warn('a server could not be stopped', {
      user: this.stop.user,
      server: this.stop.server,
      reason
    });
    this.#options.failed(reason);
    const wait = Math.min(AGAIN_MS * 2 ** this.#attempts++, MOST_AGAIN_MS);
    // Whoever grants more meanwhile is not too late.
    this.#change({ state: 'saving' });
    this.#at(this.#options.clock.now() + wait, () => this.#attempt());
  }

  /** Nobody knows whether the server still runs; whether it does is asked before it is stopped. */
  #waitForHub(): void {
    this.#change({ state: 'counting' });
    this.#at(this.#options.clock.now() + LOOK_MS, () => {
      if (this.#options.work.hubAway) {
        this.#waitForHub();
      } else {
        this.moveTo(this.#options.clock.now() + WARN_ANEW_MS);
      }
    });
  }

  #change(change: Partial<StoredStop>): void {
    const before = this.stop;
    this.stop = { ...before, ...change };
    if (
      this.stop.state !== before.state ||
      this.stop.stopAt !== before.stopAt ||
      this.stop.asked !== before.asked
    ) {
      this.#options.save(this.stop);
    }
  }

  #at(moment: Millis, call: () => void): void {
    this.#cancelTimer();
    if (this.#ended) {
      return;
    }
    const ms = Math.max(0, moment - this.#options.clock.now());
    this.#cancelTimer = this.#options.clock.after(ms, call);
  }
}

/** What people are told of a stop. */
export function told(stop: StoredStop): PlannedStop {
  const { server, stopAt, because, policy, by, message } = stop;
  return {
    server,
    stopAt,
    because,
    message,
    ...(policy === undefined ? {} : { policy }),
    ...(by === undefined ? {} : { by })
  };
}

function wordsOf(error: unknown): string {
  return error instanceof CommonsError
    ? (error.detail ?? error.code)
    : reasonOf(error);
}

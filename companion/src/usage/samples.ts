import {
  CommonsError,
  linkNews,
  type LinkSample
} from '@jupyterlab-commons/protocol';
import type { LinkListener, Links, ServerLink } from '../live/link.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { usedSince, type UsedDelta } from './delta.ts';
import { KEEP_MS, Life, Lives, type ServerPresent } from './lives.ts';
import { Pace } from './pace.ts';

/** Hears of use as it is reported: a claim of the user, to be shown or counted as self-reported. */
export interface UsageListener {
  /** `sample` is what `delta` was counted from. */
  used(
    user: string,
    server: string,
    delta: UsedDelta,
    sample: LinkSample
  ): void;
}

/** What one link has told so far. */
type Teller = { pace: Pace; sampled: boolean; goodbye: boolean };

/**
 * U: the newest sample of each server of each user, in memory. A restart
 * forgets them, which loses nothing but the view: counters are cumulative.
 *
 * Samples are claims of the user about their own server. Nothing is decided on
 * them: they are shown, and a ledger counts them as self-reported. The times
 * in them are not believed either; what counts is when a sample came.
 */
export class Samples implements LinkListener {
  /** Samples that were taken, came too soon, out of order, or could not be read. */
  readonly counts = { taken: 0, early: 0, old: 0, unreadable: 0 };
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners: UsageListener[] = [];
  readonly #lives = new Lives();
  readonly #tellers = new WeakMap<ServerLink, Teller>();

  constructor(options: { links: Links; clock: Clock; log: Log }) {
    this.#clock = options.clock;
    this.#log = options.log;
    options.links.listen(this);
  }

  listen(listener: UsageListener): void {
    this.#listeners.push(listener);
  }

  /** What a server that is linked told last; null until it has told something. */
  newest(user: string, server: string): ServerPresent | null {
    return this.#lives.live(keyOf({ user, server })) ?? null;
  }

  /** Servers that something is known of, with a link and without. */
  get sizes(): { live: number; ended: number } {
    return this.#lives.sizes;
  }

  sample(link: ServerLink, news: unknown): void {
    const teller = this.#teller(link);
    const now = this.#clock.now();
    if (teller.goodbye) {
      return;
    }
    if (!teller.pace.admits(now)) {
      this.counts.early++;
      if (teller.pace.flooded) {
        link.close('TOO_FAST');
      }
      return;
    }
    this.#take(link, news, now);
  }

  /** The last word of a link; it may bring a last sample. */
  goodbye(link: ServerLink, news: unknown): void {
    const teller = this.#teller(link);
    if (teller.goodbye) {
      return;
    }
    this.#take(link, news, this.#clock.now());
    teller.goodbye = true;
    const life = this.#lives.newest(keyOf(link));
    if (life !== undefined) {
      life.goodbye = true;
      life.forgetLost();
    }
  }

  down(user: string, server: string): void {
    this.#lives.end(keyOf({ user, server }), this.#clock.now());
  }

  #teller(link: ServerLink): Teller {
    const known = this.#tellers.get(link);
    if (known !== undefined) {
      return known;
    }
    const teller = { pace: new Pace(), sampled: false, goodbye: false };
    this.#tellers.set(link, teller);
    return teller;
  }

  #take(link: ServerLink, news: unknown, heardAt: number): void {
    const sample = this.#read(link, news);
    if (sample === null) {
      return;
    }
    const key = keyOf(link);
    const before = this.#lives.newest(key);
    const same = before?.boot === sample.boot ? before : null;
    if (same !== null && sample.seq <= same.seq) {
      this.counts.old++;
      return;
    }
    const { account, delta } = usedSince(
      before?.account ?? null,
      sample,
      heardAt
    );
    const teller = this.#teller(link);
    const life = same ?? new Life(account, before, !teller.sampled);
    life.take(sample, account);
    this.#lives.put(key, life);
    this.counts.taken++;
    if (!teller.sampled) {
      teller.sampled = true;
      this.#tellOfLost(link, life);
    }
    this.#used(link, delta, sample);
  }

  /** A sample that cannot be read harms nothing else that the link is for. */
  #read(link: ServerLink, news: unknown): LinkSample | null {
    try {
      return linkNews(news).sample ?? null;
    } catch (error) {
      this.counts.unreadable++;
      this.#log.debug('a sample cannot be read', {
        user: link.user,
        reason: reasonOf(error)
      });
      return null;
    }
  }

  /** Only a sample names the life that speaks, so this cannot come right after `hello`. */
  #tellOfLost(link: ServerLink, life: Life): void {
    const { lost } = life;
    if (lost === null || life.heardAt - lost.heardAt >= KEEP_MS) {
      return;
    }
    link.call({ method: 'before', lost }).then(
      () => {
        life.forgetLost();
      },
      (error: unknown) => {
        if (error instanceof CommonsError && error.code === 'LINK_ABSENT') {
          // The next link of the same life hears it.
          return;
        }
        life.forgetLost();
        this.#log.debug(
          'a server does not want to know how the one before it ended',
          {
            user: link.user,
            reason: reasonOf(error)
          }
        );
      }
    );
  }

  /** A listener that fails is no reason to close a link. */
  #used(
    { user, server }: ServerLink,
    delta: UsedDelta,
    sample: LinkSample
  ): void {
    for (const listener of this.#listeners) {
      try {
        listener.used(user, server, delta, sample);
      } catch (error) {
        this.#log.error('use was not counted', {
          user,
          reason: reasonOf(error)
        });
      }
    }
  }
}

/** User names hold no slash, so no two pairs have the same key. */
function keyOf({ user, server }: { user: string; server: string }): string {
  return `${user}/${server}`;
}

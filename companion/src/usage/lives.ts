import type { LinkSample } from '@jupyterlab-commons/protocol';
import type { Account } from './delta.ts';

/** What is known of a server without a link is kept for this long. */
export const KEEP_MS = 24 * 60 * 60_000;
/** Servers without a link of which something is known; the newest are kept. */
export const MOST_ENDED = 10_000;
/** Lives that were told to be lost: one that comes back is not told again. */
const MOST_TOLD = 4;

/** What a server said of itself, and when it came, by the companion's clock. */
export type HeardSample = { sample: LinkSample; heardAt: number };

/** One life of one server, from its first sample on. */
export type Life = HeardSample & {
  account: Account;
  /** It has ended on purpose: nothing was lost. */
  goodbye: boolean;
  /** How the life before it ended, until this one has taken note of it. */
  lost: HeardSample | null;
  told: string[];
};

/** What a new life begins with. Only one that comes over a new link can follow a lost one. */
export function follow(
  before: Life | undefined,
  isNewLink: boolean
): Pick<Life, 'lost' | 'told'> {
  const told = before?.told ?? [];
  if (before === undefined || before.goodbye || !isNewLink) {
    return { lost: null, told };
  }
  const { sample, heardAt } = before;
  return {
    lost: told.includes(sample.boot) ? null : { sample, heardAt },
    told: [...told, sample.boot].slice(-MOST_TOLD)
  };
}

/** The newest life of each server, with a link or without. */
export class Lives {
  readonly #live = new Map<string, Life>();
  /** Those that ended first come first. */
  readonly #ended = new Map<string, Life>();

  /** Servers that something is known of. */
  get sizes(): { live: number; ended: number } {
    return { live: this.#live.size, ended: this.#ended.size };
  }

  /** Of a server with a link. */
  live(key: string): Life | undefined {
    return this.#live.get(key);
  }

  /** Of a server with a link or without. */
  newest(key: string): Life | undefined {
    return this.#live.get(key) ?? this.#ended.get(key);
  }

  put(key: string, life: Life): void {
    this.#ended.delete(key);
    this.#live.set(key, life);
  }

  /** The server has no link any more. */
  end(key: string, now: number): void {
    const life = this.#live.get(key);
    if (life !== undefined) {
      this.#live.delete(key);
      this.#ended.set(key, life);
    }
    for (const [oldest, { heardAt }] of this.#ended) {
      if (this.#ended.size <= MOST_ENDED && now - heardAt < KEEP_MS) {
        break;
      }
      this.#ended.delete(oldest);
    }
  }
}

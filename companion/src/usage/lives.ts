import type { LinkSample } from '@jupyterlab-commons/protocol';
import { retain, type Account } from './delta.ts';

/** What is known of a server without a link is kept for this long. */
export const KEEP_MS = 24 * 60 * 60_000;
/** Servers without a link of which something is known; the newest are kept. */
export const MOST_ENDED = 10_000;
/** Lives that were told to be lost: one that comes back is not told again. */
const MOST_TOLD = 4;

/** What a server said of itself, and when it came, by the companion's clock. */
export type HeardSample = { sample: LinkSample; heardAt: number };

/** What of the newest sample is asked for again and again. The next sample changes it. */
export type ServerPresent = {
  readonly seq: number;
  readonly heardAt: number;
  readonly busy: boolean;
  readonly memoryBytes: number | undefined;
  readonly cpuCores: number | undefined;
};

const ROUND_BYTES = 1024;

/**
 * A sample as JSON in bytes that are used again: hardly one in a thousand is
 * ever read, and what is made anew with each sample of thousands of servers
 * lives long enough for the garbage collector to move it twice, while everybody
 * waits.
 */
class KeptSample {
  #bytes = Buffer.alloc(0);
  #length = 0;

  put(sample: LinkSample): void {
    const text = JSON.stringify(sample);
    this.#length = Buffer.byteLength(text);
    if (this.#length > this.#bytes.length) {
      const size = Math.ceil(this.#length / ROUND_BYTES) * ROUND_BYTES;
      this.#bytes = Buffer.allocUnsafeSlow(size);
    }
    this.#bytes.write(text);
  }

  get(): LinkSample {
    const text = this.#bytes.toString('utf8', 0, this.#length);
    return JSON.parse(text) as LinkSample;
  }
}

type Lost = { kept: KeptSample; heardAt: number };

/**
 * One life of one server, from its first sample on. It is changed in place, for
 * the same reason.
 */
export class Life implements ServerPresent {
  readonly account: Account;
  /** Lives before this one that were told to be lost. */
  readonly told: readonly string[];
  seq = 0;
  busy = false;
  memoryBytes: number | undefined;
  cpuCores: number | undefined;
  /** It has ended on purpose: nothing was lost. */
  goodbye = false;
  readonly #kept = new KeptSample();
  #lost: Lost | null;

  /** Only a life that comes over a new link can follow a lost one. */
  constructor(account: Account, before: Life | undefined, isNewLink: boolean) {
    const follows = before !== undefined && !before.goodbye && isNewLink;
    const told = before?.told ?? [];
    this.account = account;
    this.told = follows ? [...told, before.boot].slice(-MOST_TOLD) : told;
    this.#lost =
      follows && !told.includes(before.boot)
        ? { kept: before.#kept, heardAt: before.heardAt }
        : null;
  }

  get boot(): string {
    return this.account.boot;
  }

  get heardAt(): number {
    return this.account.heardAt;
  }

  /** Takes the newest sample, and what has been counted with it. */
  take(sample: LinkSample, account: Account): void {
    retain(this.account, account);
    this.seq = sample.seq;
    this.busy = sample.busy;
    this.memoryBytes = sample.memory.used;
    this.cpuCores = sample.cpu.used;
    this.goodbye = false;
    this.#kept.put(sample);
  }

  /** How the life before it ended, until this one has taken note of it. */
  get lost(): HeardSample | null {
    const lost = this.#lost;
    return lost && { sample: lost.kept.get(), heardAt: lost.heardAt };
  }

  /** The server knows it, does not want to, or has nothing to fear any more. */
  forgetLost(): void {
    this.#lost = null;
  }
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
    if (this.#live.get(key) !== life) {
      this.#ended.delete(key);
      this.#live.set(key, life);
    }
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

import type {
  Allowance,
  SpawnAnswer,
  SpawnQuestion,
  UnaskedStarts
} from '@jupyterlab-commons/protocol';
import { NO_RATES } from '../ledger/rates.ts';
import { printable, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { refusesStart, takes } from './reached.ts';
import { BY_POLICY, type Audit, type QuotaNow } from './types.ts';
import { latestFree, refusalWords, usedOfLimit } from './words.ts';

/** Somebody who presses the button again and again is put down once in this time for each policy. */
const AUDIT_EVERY_MS = 10 * 60_000;
const MOST_AUDITED = 20_000;
const MESSAGE_CHARS = 2000;
const DETAIL_CHARS = 512;

export type SpawnOptions = {
  quota: QuotaNow;
  clock: Clock;
  log: Log;
  audit: Audit;
};

/** How starts were decided since this process began; `refused` by policy. */
export type SpawnCounts = {
  allowed: number;
  refused: ReadonlyMap<string, number>;
  /** Let in because nobody could be asked. */
  unasked: number;
};

/** Q7: may this server start? From memory, so that the hub is answered at once. */
export class SpawnDoor {
  readonly #options: SpawnOptions;
  readonly #refused = new Map<string, number>();
  readonly #auditedAt = new Map<string, number>();
  #allowed = 0;
  #unasked = 0;

  constructor(options: SpawnOptions) {
    this.#options = options;
  }

  get counts(): SpawnCounts {
    return {
      allowed: this.#allowed,
      refused: this.#refused,
      unasked: this.#unasked
    };
  }

  decide(question: SpawnQuestion): SpawnAnswer {
    const { quota } = this.#options;
    const { user, groups } = question;
    const rates = quota.ratesOf(optionsOf(question)) ?? NO_RATES;
    const against = quota
      .allowances(user, groups)
      .filter(each => refusesStart(each) && takes(rates, each));
    const [first] = against;
    if (first === undefined) {
      this.#allowed++;
      return { allowed: true, message: '' };
    }
    against.forEach(each => this.#noteRefusal(question, each));
    return {
      allowed: false,
      message: refusalWords(against, quota).slice(0, MESSAGE_CHARS),
      policy: first.policy,
      freeAt: latestFree(against)
    };
  }

  /** What the hook let in while nobody answered it. */
  tellUnasked({ starts }: UnaskedStarts): void {
    const { audit, log } = this.#options;
    for (const { user, server, at, reason } of starts) {
      this.#unasked++;
      const when = new Date(Math.min(at, 8.64e15)).toISOString();
      const detail = `server '${printable(server)}' at ${when}: ${printable(reason)}`;
      log.warn('a server was started unasked', { user, server, reason });
      audit({
        actor: BY_POLICY,
        action: 'let-in-unasked',
        user,
        detail: detail.slice(0, DETAIL_CHARS)
      });
    }
  }

  #noteRefusal({ user, server }: SpawnQuestion, allowance: Allowance): void {
    const { audit, clock, log } = this.#options;
    const { policy } = allowance;
    this.#refused.set(policy, (this.#refused.get(policy) ?? 0) + 1);
    const key = `${user}/${policy}`;
    const now = clock.now();
    const before = this.#auditedAt.get(key);
    if (before !== undefined && now - before < AUDIT_EVERY_MS) {
      return;
    }
    if (this.#auditedAt.size >= MOST_AUDITED) {
      this.#auditedAt.clear();
    }
    this.#auditedAt.set(key, now);
    log.info('a start was refused', { user, server, policy });
    const detail = `${policy}: ${usedOfLimit(allowance)}, server '${printable(server)}'`;
    audit({
      actor: BY_POLICY,
      action: 'refused',
      user,
      detail: detail.slice(0, DETAIL_CHARS)
    });
  }
}

/** A hook that knows the profile only by its name asks as if that had been chosen. */
function optionsOf({
  profile,
  options
}: SpawnQuestion): Record<string, string> {
  return { ...(profile === undefined ? {} : { profile }), ...options };
}

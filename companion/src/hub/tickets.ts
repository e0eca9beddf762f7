import { randomBytes } from 'node:crypto';
import { CommonsError, type Role } from '@jupyterlab-commons/protocol';
import type { Claims } from './sessions.ts';

export const TICKET_MS = 30_000;

export type Ticket = {
  claims: Claims;
  /** What it opens; null for the `events` socket. */
  document: { id: string; role: Role; epoch: string } | null;
  expiresAt: number;
};

/** Tickets that were given and not yet used: once, 30 seconds, in memory only. */
export class Tickets {
  readonly #open = new Map<string, Ticket>();
  readonly #most: number;
  readonly #mostPerUser: number;

  constructor(options: { most?: number; mostPerUser?: number } = {}) {
    this.#most = options.most ?? 20_000;
    this.#mostPerUser = options.mostPerUser ?? 100;
  }

  issue(
    ticket: Omit<Ticket, 'expiresAt'>,
    now: number
  ): { ticket: string; expiresAt: number } {
    this.#sweep(now);
    const { user } = ticket.claims;
    let own = 0;
    for (const each of this.#open.values()) {
      own += each.claims.user === user ? 1 : 0;
    }
    if (own >= this.#mostPerUser || this.#open.size >= this.#most) {
      throw new CommonsError('TOO_FAST', 'tickets that were never used');
    }
    const key = randomBytes(32).toString('base64url');
    const expiresAt = now + TICKET_MS;
    this.#open.set(key, { ...ticket, expiresAt });
    return { ticket: key, expiresAt };
  }

  /** Uses a ticket up, for `document` or, with null, for `events`; throws TICKET_INVALID. */
  redeem(key: string, document: string | null, now: number): Ticket {
    const ticket = this.#open.get(key);
    this.#open.delete(key);
    if (
      !ticket ||
      ticket.expiresAt <= now ||
      (ticket.document?.id ?? null) !== document
    ) {
      throw new CommonsError('TICKET_INVALID');
    }
    return ticket;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Insertion order is order of expiry, so the sweep ends at the first that is still good. */
  #sweep(now: number): void {
    for (const [key, ticket] of this.#open) {
      if (ticket.expiresAt > now) {
        return;
      }
      this.#open.delete(key);
    }
  }
}

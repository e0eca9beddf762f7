import { CommonsError, type QuotaReport } from '@jupyterlab-commons/protocol';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore, StoredRequest } from '../storage/ledger-store.ts';
import type { Audit } from './types.ts';

export type RequestsOptions = {
  store: Pick<LedgerStore, 'requests' | 'putRequest' | 'deleteRequest'>;
  audit: Audit;
  clock: Clock;
};

/** Wishes for more that nobody has answered; one a person. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #open = new Map<string, StoredRequest>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const each of await this.#options.store.requests()) {
      this.#open.set(each.user, each);
    }
  }

  of(user: string): QuotaReport['asked'] {
    const open = this.#open.get(user);
    return open === undefined
      ? null
      : { at: open.at, policy: open.policy, message: open.message };
  }

  has(user: string): boolean {
    return this.#open.has(user);
  }

  get size(): number {
    return this.#open.size;
  }

  /** In place of what they asked before. Resolves when it is written. */
  async ask(
    user: string,
    { policy, message }: { policy: string; message: string }
  ): Promise<void> {
    const { store, audit, clock } = this.#options;
    const request = { user, at: clock.now(), policy, message };
    await store.putRequest(request);
    this.#open.set(user, request);
    audit({
      actor: user,
      action: 'asked',
      user,
      detail: `${policy}: ${message}`.slice(0, 512)
    });
  }

  /** Somebody has answered it; throws NOTHING_THERE. */
  async close(
    user: string,
    by: string,
    action: 'answered' | 'declined'
  ): Promise<void> {
    const { store, audit } = this.#options;
    const open = this.#open.get(user);
    if (open === undefined) {
      throw new CommonsError('NOTHING_THERE', 'nothing is asked');
    }
    await store.deleteRequest(user);
    this.#open.delete(user);
    audit({ actor: by, action, user, detail: open.policy });
  }
}

import {
  CommonsError,
  type DeclinedRequest,
  type QuotaNews,
  type QuotaReport
} from '@jupyterlab-commons/protocol';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore, StoredRequest } from '../storage/ledger-store.ts';
import type { Audit } from './types.ts';

/** Who has not opened a page for so long after a request was declined is not told of it any more. */
const TOLD_FOR_MS = 30 * 86_400_000;

export type RequestsOptions = {
  store: Pick<LedgerStore, 'requests' | 'putRequest' | 'deleteRequest'>;
  audit: Audit;
  clock: Clock;
  /** Tells the pages that the person has open. */
  tell: (user: string, news: QuotaNews) => void;
};

/** Wishes for more, one a person, and those that were declined. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #open = new Map<string, StoredRequest>();
  readonly #declined = new Map<string, DeclinedRequest>();
  /** What is done last for somebody, or will be. */
  readonly #turns = new Map<string, Promise<void>>();

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, clock } = this.#options;
    for (const { declined, ...request } of await store.requests()) {
      const { user, policy } = request;
      if (declined === undefined) {
        this.#open.set(user, request);
      } else if (clock.now() - declined.at < TOLD_FOR_MS) {
        this.#declined.set(user, { ...declined, policy });
      } else {
        await store.deleteRequest(user);
      }
    }
  }

  /** What of this stands in the report of a person. */
  of(user: string): Pick<QuotaReport, 'asked' | 'declined'> {
    const open = this.#open.get(user);
    const declined = this.#declinedTo(user);
    return {
      asked:
        open === undefined
          ? null
          : { at: open.at, policy: open.policy, message: open.message },
      ...(declined === null ? {} : { declined })
    };
  }

  /** For a page that has just been opened; under the same key each time. */
  standing(user: string): QuotaNews[] {
    const declined = this.#declinedTo(user);
    return declined === null ? [] : [newsOf(declined)];
  }

  has(user: string): boolean {
    return this.#open.has(user);
  }

  /** How many nobody has answered. */
  get size(): number {
    return this.#open.size;
  }

  /** In place of what they asked before. Resolves when it is written. */
  ask(
    user: string,
    wanted: { policy: string; message: string }
  ): Promise<void> {
    return this.#inTurn(user, () => this.#ask(user, wanted));
  }

  /** More was given for it; throws NOTHING_THERE. */
  answer(user: string, by: string): Promise<void> {
    return this.#inTurn(user, () => this.#answer(user, by));
  }

  /** Tells the person, now or when they next open a page; throws NOTHING_THERE. */
  decline(user: string, by: string, reason: string): Promise<void> {
    return this.#inTurn(user, () => this.#decline(user, by, reason));
  }

  async #ask(
    user: string,
    { policy, message }: { policy: string; message: string }
  ): Promise<void> {
    const { store, audit, clock } = this.#options;
    const request = { user, at: clock.now(), policy, message };
    await store.putRequest(request);
    this.#open.set(user, request);
    this.#declined.delete(user);
    audit({
      actor: user,
      action: 'asked',
      user,
      detail: `${policy}: ${message}`.slice(0, 512)
    });
  }

  async #answer(user: string, by: string): Promise<void> {
    const { store, audit } = this.#options;
    const { policy } = this.#needOpen(user);
    await store.deleteRequest(user);
    this.#open.delete(user);
    audit({ actor: by, action: 'answered', user, detail: policy });
  }

  async #decline(user: string, by: string, reason: string): Promise<void> {
    const { store, audit, clock, tell } = this.#options;
    const open = this.#needOpen(user);
    const { policy } = open;
    const declined = { at: clock.now(), by, reason };
    await store.putRequest({ ...open, declined });
    this.#open.delete(user);
    this.#declined.set(user, { ...declined, policy });
    const detail = reason === '' ? policy : `${policy}: ${reason}`;
    audit({ actor: by, action: 'declined', user, detail });
    tell(user, newsOf({ ...declined, policy }));
  }

  /** One thing after the other for each person: memory and store stay the same. */
  #inTurn(user: string, act: () => Promise<void>): Promise<void> {
    const before = this.#turns.get(user) ?? Promise.resolve();
    const turn = before.then(act, act).finally(() => {
      if (this.#turns.get(user) === turn) {
        this.#turns.delete(user);
      }
    });
    this.#turns.set(user, turn);
    return turn;
  }

  #needOpen(user: string): StoredRequest {
    const open = this.#open.get(user);
    if (open === undefined) {
      throw new CommonsError('NOTHING_THERE', 'nothing is asked');
    }
    return open;
  }

  #declinedTo(user: string): DeclinedRequest | null {
    const declined = this.#declined.get(user);
    return declined === undefined ||
      this.#options.clock.now() - declined.at >= TOLD_FOR_MS
      ? null
      : declined;
  }
}

/** Somebody asks at most once a minute, so the moment names it. */
function newsOf(declined: DeclinedRequest): QuotaNews {
  return { kind: 'declined', key: `declined/${declined.at}`, declined };
}

import { randomInt } from 'node:crypto';
import {
  CommonsError,
  type NewOverride,
  type Override
} from '@jupyterlab-commons/protocol';
import { every } from '../clock.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import { BY_POLICY, type Audit } from './types.ts';

/** As many as are listed at once. */
const MOST = 10_000;
const SWEEP_MS = 30_000;
const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** An id of the shape that documents have. */
export function newId(): string {
  return Array.from(
    { length: 26 },
    () => ID_LETTERS[randomInt(ID_LETTERS.length)]
  ).join('');
}

export type OverridesOptions = {
  store: Pick<LedgerStore, 'overrides' | 'putOverride' | 'deleteOverride'>;
  audit: Audit;
  /** Others hold from now on. */
  changed: () => void;
  clock: Clock;
  log: Log;
};

/** What was granted or taken by hand, until it ends. */
export class Overrides {
  readonly #options: OverridesOptions;
  readonly #all = new Map<string, Override>();
  #held: readonly Override[] = [];
  #stopSweeps: () => void = () => {};

  constructor(options: OverridesOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { store, clock } = this.#options;
    for (const each of await store.overrides()) {
      this.#all.set(each.id, each);
    }
    this.#held = [...this.#all.values()];
    this.#stopSweeps = every(
      clock,
      () => SWEEP_MS,
      () => this.#sweep()
    );
  }

  stop(): void {
    this.#stopSweeps();
  }

  /** Those that hold, newest first; some may have ended a moment ago. */
  get all(): readonly Override[] {
    return this.#held;
  }

  get(id: string): Override | null {
    return this.#all.get(id) ?? null;
  }

  /** Holds from now on; resolves when it is written. */
  async add(wanted: NewOverride, by: string): Promise<Override> {
    const { store, clock, audit } = this.#options;
    const now = clock.now();
    checkOverride(wanted, now);
    if (this.#all.size >= MOST) {
      throw new CommonsError('TOO_MANY', `${MOST} overrides`);
    }
    const override: Override = { ...wanted, id: newId(), by, at: now };
    await store.putOverride(override);
    this.#all.set(override.id, override);
    audit({
      actor: by,
      action: 'override',
      user: subjectOf(override),
      detail: wordsOf(override)
    });
    this.#changed();
    return override;
  }

  /** Ends it; false where it has ended already. */
  async end(id: string, by: string): Promise<boolean> {
    const override = this.#all.get(id);
    if (override === undefined) {
      return false;
    }
    await this.#options.store.deleteOverride(id);
    this.#drop(override, by, 'taken back');
    this.#changed();
    return true;
  }

  /** What has run out is told and forgotten. */
  #sweep(): void {
    const { clock, store, log } = this.#options;
    const now = clock.now();
    const ended = [...this.#all.values()].filter(
      ({ until }) => until !== null && until <= now
    );
    for (const override of ended) {
      this.#drop(override, BY_POLICY, 'has run out');
      store.deleteOverride(override.id).catch((error: unknown) =>
        log.warn('an override that has run out is still stored', {
          reason: reasonOf(error)
        })
      );
    }
    if (ended.length > 0) {
      this.#changed();
    }
  }

  #drop(override: Override, actor: string, why: string): void {
    if (this.#all.delete(override.id)) {
      this.#options.audit({
        actor,
        action: 'override-end',
        user: subjectOf(override),
        detail: `${wordsOf(override)}; ${why}`.slice(0, 512)
      });
    }
  }

  #changed(): void {
    this.#held = [...this.#all.values()].sort((a, b) => b.at - a.at);
    this.#options.changed();
  }
}

/** Whom the log says it is about. */
export function subjectOf({ scope }: Pick<Override, 'scope'>): string {
  return (scope.kind === 'user' ? scope.name : `@${scope.name}`).slice(0, 255);
}

function wordsOf(override: Override): string {
  const { policy, extra, limit, until, reason } = override;
  const what =
    extra !== undefined
      ? `${extra} more`
      : limit !== undefined
        ? `limit ${limit}`
        : 'exempt';
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`;
  return `${policy}: ${what}${end}: ${reason}`.slice(0, 480);
}

function checkOverride(wanted: NewOverride, now: number): void {
  const { extra, limit, exempt, until, reason } = wanted;
  const given = [extra, limit, exempt].filter(each => each !== undefined);
  if (given.length !== 1 || exempt === false) {
    throw new CommonsError(
      'BAD_REQUEST',
      'exactly one of extra, limit and exempt: true'
    );
  }
  if (Math.max(extra ?? 0, limit ?? 0) > 1e9) {
    throw new CommonsError('BAD_REQUEST', 'at most 1000000000');
  }
  if (until !== null && (until <= now || until > 8.64e15)) {
    throw new CommonsError('BAD_REQUEST', 'until must be in the future');
  }
  if (reason.trim() === '') {
    throw new CommonsError('BAD_REQUEST', 'reason must say why');
  }
}

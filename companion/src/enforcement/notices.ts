import { createHash } from 'node:crypto';
import type {
  Allowance,
  QuotaNews,
  QuotaThreshold
} from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore, ToldNotice } from '../storage/ledger-store.ts';
import { reachedOf } from './reached.ts';
import type { Millis } from './types.ts';

/** A threshold is told anew once use has fallen this far below it: use that hovers is told once. */
const ARM_SHARE = 0.9;
/** Names longer than this stand in keys by their digest. */
const MOST_NAME = 100;

/** When a threshold was told, and in which calendar window. */
type Told = { key: string; at: Millis; window: number; armed: boolean };
/** What somebody had when they were looked at last. */
type Limit = { limit: number; exempt: boolean };

export type NoticesOptions = {
  store: Pick<LedgerStore, 'notices' | 'putNotices'>;
  clock: Clock;
  log: Log;
  tell: (user: string, news: QuotaNews) => void;
};

/** Q6: tells each threshold once, and what was granted. */
export class Notices {
  readonly #options: NoticesOptions;
  /** By user, then by policy and percent. */
  readonly #told = new Map<string, Map<string, Told>>();
  readonly #limits = new Map<string, Map<string, Limit>>();

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** Remembers what was told before this process began. */
  async load(): Promise<void> {
    const notices = await this.#options.store.notices();
    for (const { user, key, at } of notices.sort((a, b) => a.at - b.at)) {
      const [window, percent, ...rest] = key.split('/');
      const place = `${percent}/${rest.slice(0, -1).join('/')}`;
      this.#toldTo(user).set(place, {
        key,
        at,
        window: Number(window),
        armed: false
      });
    }
  }

  /** Somebody was looked at: tells what is new, with the forecast that `foretold` gives. */
  look(
    user: string,
    allowances: readonly Allowance[],
    foretold: (policy: string) => Allowance | null
  ): void {
    const fresh: ToldNotice[] = [];
    for (const allowance of allowances) {
      this.#tellGranted(user, allowance);
      const notice = this.#newlyReached(user, allowance);
      fresh.push(...notice);
      const key = notice.at(-1)?.key;
      if (key !== undefined) {
        const whole = foretold(allowance.policy) ?? allowance;
        this.#options.tell(user, { kind: 'notice', key, allowance: whole });
      }
    }
    this.#rememberLimits(user, allowances);
    if (fresh.length > 0) {
      this.#options.store.putNotices(fresh).catch((error: unknown) =>
        this.#options.log.warn('notices may be told again', {
          reason: reasonOf(error)
        })
      );
    }
  }

  /** What still holds of what was told, for a page that has just been opened. */
  standing(user: string, allowances: readonly Allowance[]): QuotaNews[] {
    const told = this.#told.get(user);
    return allowances.flatMap(allowance => {
      const highest = reachedOf(allowance).filter(isTold).at(-1);
      const known = highest && told?.get(placeOf(allowance, highest));
      return known === undefined
        ? []
        : [{ kind: 'notice' as const, key: known.key, allowance }];
    });
  }

  /** Forgets the limits of people who are not looked at any more. */
  forgetOthers(looked: ReadonlySet<string>): void {
    for (const user of this.#limits.keys()) {
      if (!looked.has(user)) {
        this.#limits.delete(user);
      }
    }
  }

  /** Thresholds that are reached and were not told, lowest first; from now on they are. */
  #newlyReached(user: string, allowance: Allowance): ToldNotice[] {
    const told = this.#toldTo(user);
    if (allowance.reached === 0 && told.size === 0) {
      return [];
    }
    const at = this.#options.clock.now();
    const window = windowOf(allowance);
    const fresh: ToldNotice[] = [];
    for (const threshold of allowance.thresholds.filter(isTold)) {
      const place = placeOf(allowance, threshold);
      const before = told.get(place);
      if (threshold.percent > allowance.reached) {
        arm(before, allowance, threshold);
      } else if (
        before === undefined ||
        before.armed ||
        before.window !== window
      ) {
        const key = `${window}/${place}/${at}`;
        told.set(place, { key, at, window, armed: false });
        fresh.push({ user, key, at });
      }
    }
    return fresh;
  }

  #tellGranted(user: string, allowance: Allowance): void {
    const { policy, limit, override, exempt = false } = allowance;
    const before = this.#limits.get(user)?.get(policy);
    if (
      before !== undefined &&
      override !== undefined &&
      (limit > before.limit || (exempt && !before.exempt))
    ) {
      const key = `granted/${nameOf(policy)}/${this.#options.clock.now()}`;
      this.#options.tell(user, { kind: 'granted', key, allowance });
    }
  }

  #rememberLimits(user: string, allowances: readonly Allowance[]): void {
    const limits = this.#limits.get(user) ?? new Map<string, Limit>();
    this.#limits.set(user, limits);
    for (const { policy, limit, exempt = false } of allowances) {
      const before = limits.get(policy);
      if (before?.limit !== limit || before.exempt !== exempt) {
        limits.set(policy, { limit, exempt });
      }
    }
    if (limits.size > allowances.length) {
      const held = new Set(allowances.map(({ policy }) => policy));
      for (const policy of limits.keys()) {
        if (!held.has(policy)) {
          limits.delete(policy);
        }
      }
    }
  }

  #toldTo(user: string): Map<string, Told> {
    const known = this.#told.get(user);
    if (known !== undefined) {
      return known;
    }
    const told = new Map<string, Told>();
    this.#told.set(user, told);
    return told;
  }
}

/** A stop is told with its countdown; another notice beside it would say the same. */
function isTold({ actions }: QuotaThreshold): boolean {
  return (
    actions.includes('notice') ||
    (actions.includes('refuse-start') && !actions.includes('stop'))
  );
}

function arm(
  told: Told | undefined,
  { used, limit }: Allowance,
  { percent }: QuotaThreshold
): void {
  if (told !== undefined && used < (limit * percent * ARM_SHARE) / 100) {
    told.armed = true;
  }
}

/** Only a calendar window begins at a moment that stands still. */
function windowOf({ window }: Allowance): number {
  return window.kind === 'calendar' ? (window.from ?? 0) : 0;
}

function placeOf({ policy }: Allowance, { percent }: QuotaThreshold): string {
  return `${percent}/${nameOf(policy)}`;
}

function nameOf(policy: string): string {
  return policy.length <= MOST_NAME
    ? policy
    : createHash('sha256').update(policy).digest('base64url');
}

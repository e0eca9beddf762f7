import type { QuotaResource } from '@jupyterlab-commons/protocol';
import { Spans } from './spans.ts';
import type { Metered, Millis } from './types.ts';

const WIDTH = 3;

type OfUser = { hours: Spans; newest: Metered | null };

/** What the meters of the admin's have measured, by meter, resource and user. */
export class MeterSums {
  readonly #users = new Map<string, Map<string, OfUser>>();
  /** When each meter last answered. */
  readonly #answered = new Map<string, Millis>();

  /** The meter has answered for everybody; who is not in the answer used nothing. */
  answered(meter: string, at: Millis): void {
    this.#answered.set(meter, Math.max(at, this.#answered.get(meter) ?? at));
  }

  /** Up to when the meter has told; null: never. */
  answeredAt(meter: string): Millis | null {
    return this.#answered.get(meter) ?? null;
  }

  /** In place of what the meter said of the same user and `from`. */
  put(metered: Metered): void {
    const { meter, resource, user } = metered;
    const users = this.#of(meter, resource);
    const known = users.get(user) ?? { hours: new Spans(WIDTH), newest: null };
    users.set(user, known);
    this.answered(meter, metered.to);
    if (resource === 'storage-gib') {
      known.newest = metered;
    } else {
      replace(known.hours, metered);
    }
  }

  get(
    meter: string,
    user: string,
    resource: QuotaResource,
    from: Millis,
    to: Millis
  ): { amount: number; measuredAt: Millis } | null {
    const known = this.#users.get(keyOf(meter, resource))?.get(user);
    if (resource === 'storage-gib') {
      return known?.newest
        ? { amount: known.newest.amount, measuredAt: known.newest.to }
        : null;
    }
    const measuredAt = this.#answered.get(meter);
    return measuredAt === undefined
      ? null
      : { amount: known?.hours.sum(from, to, () => 1) ?? 0, measuredAt };
  }

  prune(before: Millis): void {
    for (const users of this.#users.values()) {
      users.forEach(({ hours }) => hours.prune(before));
    }
  }

  #of(meter: string, resource: QuotaResource): Map<string, OfUser> {
    const key = keyOf(meter, resource);
    const users = this.#users.get(key) ?? new Map<string, OfUser>();
    this.#users.set(key, users);
    return users;
  }
}

function replace(hours: Spans, { from, to, amount }: Metered): void {
  for (let row = hours.firstFrom(from); row < hours.rows; row++) {
    if (hours.cell(row, 0) === from) {
      hours.remove(row);
      break;
    }
  }
  hours.add([from, to, amount]);
}

function keyOf(meter: string, resource: QuotaResource): string {
  return `${resource} ${meter}`;
}

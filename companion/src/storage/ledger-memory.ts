/** A ledger's store in memory alone, for tests and for trying things out: a restart forgets it. */
import type { Override } from '@jupyterlab-commons/protocol';
import type {
  Correction,
  LedgerUser,
  Metered,
  Millis
} from '../ledger/types.ts';
import {
  sumOf,
  type LedgerStore,
  type PollNews,
  type QuotaAudit,
  type ReportedHour,
  type ReportedLife,
  type ReportedSum,
  type Seen,
  type StoredRequest,
  type StoredRun,
  type StoredStop,
  type ToldNotice
} from './ledger-store.ts';

const keyOf = (...parts: (string | number | null)[]) => JSON.stringify(parts);
const runKey = ({ user, server, started, piece }: StoredRun) =>
  keyOf(user, server, started, piece);
const notebookKey = ({ server, kind, name, path }: ReportedSum) =>
  keyOf(server, kind, name, path);
const copyOf = <T>(values: Iterable<T>): T[] => structuredClone([...values]);

/** Adds the amounts of `from` to those of `to`. */
function addAmounts(to: ReportedSum, from: ReportedSum): void {
  to.cpuSeconds += from.cpuSeconds;
  to.memoryByteSeconds += from.memoryByteSeconds;
  to.gpuBusySeconds += from.gpuBusySeconds;
  to.gpuHeldSeconds += from.gpuHeldSeconds;
}

function addHour<T extends ReportedSum>(
  sums: Map<string, T>,
  key: string,
  hour: T
): void {
  const known = sums.get(key);
  if (known === undefined) {
    sums.set(key, structuredClone(hour));
  } else {
    addAmounts(known, hour);
  }
}

export class MemoryLedgerStore implements LedgerStore {
  readonly #runs = new Map<string, StoredRun>();
  #seen: Seen | null = null;
  readonly #users = new Map<string, LedgerUser>();
  readonly #corrections = new Map<string, Correction>();
  readonly #metered = new Map<string, Metered>();
  readonly #hours = new Map<string, ReportedHour>();
  readonly #lives = new Map<string, ReportedLife>();
  readonly #overrides = new Map<string, Override>();
  readonly #notices = new Map<string, ToldNotice>();
  readonly #stops = new Map<string, StoredStop>();
  readonly #requests = new Map<string, StoredRequest>();
  readonly #meta = new Map<string, string>();
  #audit: QuotaAudit[] = [];
  #audited = 0;

  async runs(from: Millis): Promise<{ runs: StoredRun[]; next: null }> {
    const runs = [...this.#runs.values()].filter(
      ({ to, open }) => open || to > from
    );
    return { runs: structuredClone(runs), next: null };
  }

  async seen(): Promise<Seen | null> {
    return structuredClone(this.#seen);
  }

  async users(): Promise<LedgerUser[]> {
    return copyOf(this.#users.values());
  }

  async putPoll({ runs, seen, users }: PollNews): Promise<void> {
    copyOf(runs).forEach(run => this.#runs.set(runKey(run), run));
    copyOf(users).forEach(user => this.#users.set(user.user, user));
    this.#seen = seen === null ? this.#seen : { ...seen };
  }

  async corrections(): Promise<Correction[]> {
    return copyOf(this.#corrections.values());
  }

  async putCorrection(correction: Correction): Promise<void> {
    this.#corrections.set(correction.id, { ...correction });
  }

  async metered(from: Millis): Promise<Metered[]> {
    return copyOf(this.#metered.values()).filter(
      ({ to, resource }) => to > from || resource === 'storage-gib'
    );
  }

  async putMetered(metered: readonly Metered[]): Promise<void> {
    for (const each of copyOf(metered)) {
      const { meter, user, resource, gpu, from } = each;
      this.#metered.set(keyOf(meter, user, resource, gpu, from), each);
    }
  }

  async reported(
    user: string,
    from: Millis,
    to: Millis
  ): Promise<ReportedSum[]> {
    const sums = new Map<string, ReportedSum>();
    for (const each of this.#hours.values()) {
      if (each.user === user && each.hour >= from && each.hour < to) {
        addHour(sums, notebookKey(each), sumOf(each));
      }
    }
    return [...sums.values()];
  }

  async lives(): Promise<ReportedLife[]> {
    return copyOf(this.#lives.values());
  }

  async putReported(
    hours: readonly ReportedHour[],
    lives: readonly ReportedLife[]
  ): Promise<void> {
    for (const hour of hours) {
      const key = keyOf(hour.user, hour.hour, notebookKey(hour));
      addHour(this.#hours, key, hour);
    }
    copyOf(lives).forEach(life =>
      this.#lives.set(keyOf(life.user, life.server), life)
    );
  }

  async overrides(): Promise<Override[]> {
    return copyOf(this.#overrides.values());
  }

  async putOverride(override: Override): Promise<void> {
    this.#overrides.set(override.id, structuredClone(override));
  }

  async deleteOverride(id: string): Promise<void> {
    this.#overrides.delete(id);
  }

  async notices(): Promise<ToldNotice[]> {
    return copyOf(this.#notices.values());
  }

  async putNotices(notices: readonly ToldNotice[]): Promise<void> {
    copyOf(notices).forEach(each =>
      this.#notices.set(keyOf(each.user, each.key), each)
    );
  }

  async stops(): Promise<StoredStop[]> {
    return copyOf(this.#stops.values());
  }

  async putStop(stop: StoredStop): Promise<void> {
    this.#stops.set(keyOf(stop.user, stop.server), { ...stop });
  }

  async deleteStop(user: string, server: string): Promise<void> {
    this.#stops.delete(keyOf(user, server));
  }

  async requests(): Promise<StoredRequest[]> {
    return copyOf(this.#requests.values());
  }

  async putRequest(request: StoredRequest): Promise<void> {
    this.#requests.set(request.user, { ...request });
  }

  async deleteRequest(user: string): Promise<void> {
    this.#requests.delete(user);
  }

  async audit(entry: Omit<QuotaAudit, 'id'>): Promise<void> {
    this.#audit.push({ ...entry, id: ++this.#audited });
  }

  async audited(
    before: number | null,
    most: number,
    users: readonly string[] | null
  ): Promise<QuotaAudit[]> {
    const wanted = users === null ? null : new Set(users);
    return structuredClone(
      this.#audit
        .filter(({ id }) => before === null || id < before)
        .filter(({ user }) => wanted?.has(user) ?? true)
        .reverse()
        .slice(0, most)
    );
  }

  async meta(): Promise<Record<string, string>> {
    return Object.fromEntries(this.#meta);
  }

  async putMeta(key: string, value: string): Promise<void> {
    this.#meta.set(key, value);
  }

  async prune(before: Millis): Promise<void> {
    const forget = <T>(map: Map<string, T>, isOld: (value: T) => boolean) =>
      map.forEach((value, key) => isOld(value) && map.delete(key));
    forget(this.#runs, ({ open, to }) => !open && to < before);
    forget(
      this.#metered,
      ({ resource, to }) => resource !== 'storage-gib' && to < before
    );
    forget(this.#hours, ({ hour }) => hour < before);
    forget(this.#lives, ({ at }) => at < before);
    forget(this.#notices, ({ at }) => at < before);
    this.#audit = this.#audit.filter(({ at }) => at >= before);
  }

  healthy(): boolean {
    return true;
  }

  async close(): Promise<void> {}
}

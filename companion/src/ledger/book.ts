import type { QuotaResource } from '@jupyterlab-commons/protocol';
import type { StoredRun } from '../storage/ledger-store.ts';
import { MeterSums } from './meter-sums.ts';
import { shareWithin } from './spans.ts';
import type {
  Correction,
  LedgerUser,
  LedgerView,
  Metered,
  Millis,
  Run,
  SeeStretch
} from './types.ts';
import { Kinds, UserRuns } from './user-runs.ts';

const nobody: ReadonlySet<string> = new Set();
const nothing: readonly Correction[] = [];

/** What is known of runs, people, corrections and meters, and the sums over it; in memory. */
export class Book implements LedgerView {
  since: Millis;
  polledAt: Millis | null = null;
  #version = 1;
  readonly #kinds = new Kinds();
  readonly #runs = new Map<string, UserRuns>();
  readonly #users = new Map<string, LedgerUser>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #corrections = new Map<string, Correction[]>();
  readonly #meters = new MeterSums();

  constructor(since: Millis) {
    this.since = since;
  }

  get version(): number {
    return this.#version;
  }

  /** Something has changed. */
  touch(): void {
    this.#version++;
  }

  /** Bytes of what has ended, for figures. */
  get bytes(): number {
    let bytes = 0;
    this.#runs.forEach(runs => (bytes += runs.bytes));
    return bytes;
  }

  used(
    user: string,
    resource: QuotaResource,
    gpu: string | null,
    from: Millis,
    to: Millis
  ): number {
    let used = this.#runs.get(user)?.used(resource, gpu, from, to) ?? 0;
    for (const each of this.#corrections.get(user) ?? nothing) {
      const fits =
        each.resource === resource && (gpu === null || gpu === each.gpu);
      used += fits ? each.amount * shareWithin(each.at, each.at, from, to) : 0;
    }
    return Math.max(0, used);
  }

  runs(user: string, from: Millis): readonly Run[] {
    return this.#runs.get(user)?.reaching(from) ?? [];
  }

  eachRun(user: string, from: Millis, see: SeeStretch): void {
    this.#runs.get(user)?.eachReaching(from, see);
  }

  corrections(user: string, from: Millis): readonly Correction[] {
    const all = this.#corrections.get(user) ?? nothing;
    return all.filter(({ at }) => at >= from);
  }

  metered(
    meter: string,
    user: string,
    resource: QuotaResource,
    from: Millis,
    to: Millis
  ): { amount: number; measuredAt: Millis } | null {
    return this.#meters.get(meter, user, resource, from, to);
  }

  /** Up to when a meter has told what it measures; null: never. */
  meteredAt(meter: string): Millis | null {
    return this.#meters.answeredAt(meter);
  }

  user(name: string): LedgerUser | null {
    return this.#users.get(name) ?? null;
  }

  users(): Iterable<LedgerUser> {
    return this.#users.values();
  }

  *members(group: string): Iterable<LedgerUser> {
    for (const name of this.#groups.get(group) ?? nobody) {
      yield this.#users.get(name)!;
    }
  }

  running(user?: string): readonly StoredRun[] {
    if (user !== undefined) {
      return [...(this.#runs.get(user)?.open ?? [])];
    }
    const running: StoredRun[] = [];
    for (const { open } of this.#runs.values()) {
      running.push(...open);
    }
    return running;
  }

  /** The runs of a user, to be changed; `touch` tells of it. */
  runsOf(user: string): UserRuns {
    const known = this.#runs.get(user) ?? new UserRuns(user, this.#kinds);
    this.#runs.set(user, known);
    return known;
  }

  putUser(user: LedgerUser): void {
    const before = this.#users.get(user.user);
    for (const group of before?.groups ?? []) {
      this.#groups.get(group)?.delete(user.user);
    }
    this.#users.set(user.user, user);
    for (const group of user.groups) {
      const members = this.#groups.get(group) ?? new Set();
      this.#groups.set(group, members.add(user.user));
    }
    this.touch();
  }

  addCorrection(correction: Correction): void {
    const list = this.#corrections.get(correction.user) ?? [];
    this.#corrections.set(correction.user, [...list, correction]);
    this.touch();
  }

  putMetered(meter: string, at: Millis, metered: readonly Metered[]): void {
    this.#meters.answered(meter, at);
    metered.forEach(each => this.#meters.put(each));
    this.touch();
  }

  /** Forgets what ended before. */
  prune(before: Millis): void {
    this.#runs.forEach(runs => runs.prune(before));
    this.#meters.prune(before);
    this.touch();
  }
}

import type { QuotaResource } from '@jupyterlab-commons/protocol';

/** Milliseconds since 1970, by the companion's clock. */
export type Millis = number;

/** What a server of a profile takes while it runs, as the admin set it down. */
export type Rates = {
  /** Cores. */
  cpu: number;
  memoryBytes: number;
  gpus: number;
  gpuModel: string | null;
  creditsPerHour: number;
};

/**
 * A stretch of time in which one server of one user ran, as the hub was seen to
 * say. `started` is the hub's own time of the start and, with user and server,
 * the name of the run: seen again, a run is continued and never counted twice.
 * `seconds` counts, not `to - from`: a clock that is set does not make use.
 */
export type Run = {
  user: string;
  server: string;
  started: Millis;
  /** A run is cut into pieces when its profile's rates change or the clock is set; from 0. */
  piece: number;
  profile: string;
  rates: Rates;
  from: Millis;
  to: Millis;
  seconds: number;
  open: boolean;
};

/** What of a run counts. */
export type Stretch = Pick<Run, 'from' | 'to' | 'seconds' | 'rates'>;

/** Is shown a stretch in an object that holds the next one right after. */
export type SeeStretch = (stretch: Readonly<Stretch>) => void;

/** A change that an admin made to the sums, with who and why. */
export type Correction = {
  id: string;
  user: string;
  resource: QuotaResource;
  gpu: string | null;
  /** Hours or credits; may be negative. */
  amount: number;
  /** The time that it counts for. */
  at: Millis;
  by: string;
  madeAt: Millis;
  reason: string;
};

/** A use that a meter of the admin's measured: hours that were used in `[from, to)`, or GiB that are there since `to`. */
export type Metered = {
  meter: string;
  user: string;
  resource: QuotaResource;
  gpu: string | null;
  from: Millis;
  to: Millis;
  amount: number;
};

/** A user as the ledger last heard of them. A deleted user keeps their history. */
export type LedgerUser = {
  user: string;
  displayName: string;
  groups: readonly string[];
  admin: boolean;
  /** No longer on the hub. */
  gone: boolean;
};

/**
 * What the ledger knows, from memory: answers are quick enough for the hub's
 * question before a start. Sums are never negative.
 */
export interface LedgerView {
  /** Hours or credits that `user` used in `[from, to)` by the hub's account and corrections; of one GPU model if named. */
  used(
    user: string,
    resource: QuotaResource,
    gpu: string | null,
    from: Millis,
    to: Millis
  ): number;
  /** The runs of a user that reach into `[from, now]`, oldest first. */
  runs(user: string, from: Millis): readonly Run[];
  /** What counts of the same runs, in no order: for sums over very many. */
  eachRun(user: string, from: Millis, see: SeeStretch): void;
  corrections(user: string, from: Millis): readonly Correction[];
  /** The newest of a meter for a user (storage), or the sum in a window (hours); null: never answered for them. */
  metered(
    meter: string,
    user: string,
    resource: QuotaResource,
    from: Millis,
    to: Millis
  ): { amount: number; measuredAt: Millis } | null;
  user(name: string): LedgerUser | null;
  users(): Iterable<LedgerUser>;
  /** People of a group, as the hub last said. */
  members(group: string): Iterable<LedgerUser>;
  /** Runs that are open now, of one user or of all. */
  running(user?: string): readonly Run[];
  /** Grows with every change, so that what was computed can be kept. */
  readonly version: number;
  /** Since when the ledger knows. */
  readonly since: Millis;
  /** When the hub last answered a poll; null: never since the start. */
  readonly polledAt: Millis | null;
}

import type {
  AdminAudit,
  Allowance,
  Override,
  PlannedStop,
  QuotaResource,
  QuotaThreshold
} from '@jupyterlab-commons/protocol';
import type { LedgerView, Millis, Rates } from '../ledger/types.ts';
import type { PoolSums } from './pool-sums.ts';

export type AuditAction = AdminAudit['entries'][number]['action'];

/** Puts down what was done; never throws, and nobody waits for it. */
export type Audit = (entry: {
  actor: string;
  action: AuditAction;
  user: string;
  detail: string;
}) => void;

/** The actor of what nobody did by hand. */
export const BY_POLICY = 'policy';

export type Period = 'day' | 'week' | 'month';

/** The time that counts for a policy, as the file says it. */
export type WindowRule =
  | { kind: 'rolling'; seconds: number }
  | { kind: 'calendar'; every: Period; zone: string }
  /**
   * Starts full, and never holds more than the limit; `amount` comes in at the
   * start of each period of `zone`. It counts from `since`; null: from where
   * the ledger begins. At most 400 refills are looked back on.
   */
  | {
      kind: 'balance';
      amount: number;
      every: Period;
      since: Millis | null;
      zone: string;
    }
  | { kind: 'now' };

export type PolicyScope =
  { kind: 'everyone'; name: '' } | { kind: 'group' | 'user'; name: string };

/**
 * How policies that hold for one person come together if they have this word,
 * resource, GPU model, source and window in common (of balances the refill may
 * differ): each for itself, the one with the largest limit, or all limits added
 * up. Shared pools are always each for itself.
 */
export type Combination = 'each' | 'max' | 'sum';

export type Policy = {
  /** Unique; the name by which overrides and the log speak of it. */
  name: string;
  title: string;
  resource: QuotaResource;
  gpu: string | null;
  limit: number;
  window: WindowRule;
  scope: PolicyScope;
  pool: 'member' | 'shared';
  combine: Combination;
  /** `hub`, or the name of a meter. */
  source: string;
  /** Ascending by percent. */
  thresholds: readonly QuotaThreshold[];
};

/** Which servers are of a profile, and what they take. */
export type ProfileRule = Rates & {
  name: string;
  /** `user_options` that must be equal; empty: every server that no other rule fits. */
  match: Readonly<Record<string, string>>;
};

export type MeterRule = {
  name: string;
  resource: QuotaResource;
  gpu: string | null;
  everySeconds: number;
} & (
  | { kind: 'prometheus'; url: string; query: string; userLabel: string }
  /**
   * Programs print one line `user amount` a person, in the unit of the resource;
   * hours are those since they were asked before. The argument list is used as
   * it stands, but for `{from}`, `{to}` (local time) and `{seconds}`, which say
   * what time it is about; in a query, `{seconds}`.
   */
  | { kind: 'command'; command: readonly string[] }
  | { kind: 'slurm'; command: readonly string[] }
  | { kind: 'filesystem'; command: readonly string[] }
);

/** The file of policies, read and checked. */
export type PolicySet = {
  zone: string;
  contact: string;
  profiles: readonly ProfileRule[];
  policies: readonly Policy[];
  meters: readonly MeterRule[];
};

/** A place in the file that cannot be used, and what to write instead. Lines count from 1; 0 is the file as a whole. */
export type FileProblem = { line: number; message: string };

/** Everything that an allowance follows from. */
export type Situation = {
  set: PolicySet;
  ledger: LedgerView;
  /** Those that hold now. */
  overrides: readonly Override[];
  now: Millis;
  /** Sums of pools with many people; where there are none they are added up at once. */
  pools?: PoolSums;
  /**
   * False leaves `endsAt` out: nothing is decided by it, and it takes as long as
   * all the rest. The name of a policy: it is worked out for that one alone.
   */
  forecast?: boolean | string;
};

/** What holds for one person; pure, quick (at most 1 ms for 20 policies), the same for page, dashboard, hook and CSV. */
export type Evaluate = (
  situation: Situation,
  person: { user: string; groups: readonly string[] }
) => Allowance[];

/** Who plans a stop or takes it back; `admin`: of the hub. */
export type Actor = { user: string; admin: boolean };

/** What the API asks of stops; `enforcement/stops.ts` does it. */
export interface Stops {
  /** Null where no such server runs. */
  planBy(
    by: Actor,
    wanted: {
      user: string;
      server: string;
      graceSeconds: number;
      message: string;
    }
  ): PlannedStop | null;
  /** False where there is none, or it is too late; throws ADMIN_ONLY where it is not theirs. */
  cancelBy(by: Actor, user: string, server: string): boolean;
  of(user: string): PlannedStop[];
  /** When the next server of theirs is stopped; null for none. */
  nextAt(user: string): Millis | null;
  users(): ReadonlySet<string>;
  /** Stops that the hub does not carry out. */
  failing(): readonly { user: string }[];
}

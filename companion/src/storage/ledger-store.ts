import type {
  AdminAudit,
  Override,
  PlannedStop
} from '@jupyterlab-commons/protocol';
import type {
  Correction,
  LedgerUser,
  Metered,
  Millis,
  Run
} from '../ledger/types.ts';

/**
 * A run and how far it has been counted, in seconds by the ledger's own clock:
 * one that never jumps and goes on over restarts.
 */
export type StoredRun = Run & { steady: number };

/** When a poll last succeeded: every open run was seen then. */
export type Seen = { at: Millis; steady: number };

/** What one poll has taught; written in one transaction. */
export type PollNews = {
  /** Runs that began, ended or were cut; those that merely went on follow from `seen`. */
  runs: readonly StoredRun[];
  seen: Seen | null;
  users: readonly LedgerUser[];
};

/** Counters of what a server reported; they only grow. */
export type ReportedAmounts = {
  cpuSeconds: number;
  memoryByteSeconds: number;
  gpuBusySeconds: number;
  gpuHeldSeconds: number;
};

/** What a notebook (or terminal, server, rest) used within one hour, as its server reported it. */
export type ReportedHour = ReportedAmounts & {
  user: string;
  server: string;
  /** The start of the hour. */
  hour: Millis;
  kind: 'kernel' | 'terminal' | 'server' | 'rest';
  name: string;
  /** Empty where there is none. */
  path: string;
};

/** The sum of a notebook's hours. */
export type ReportedSum = Omit<ReportedHour, 'hour' | 'user'>;

/** The hour without saying whose and when. */
export function sumOf(hour: ReportedSum): ReportedSum {
  const { server, kind, name, path } = hour;
  const { cpuSeconds, memoryByteSeconds, gpuBusySeconds, gpuHeldSeconds } =
    hour;
  return {
    ...{ server, kind, name, path },
    ...{ cpuSeconds, memoryByteSeconds, gpuBusySeconds, gpuHeldSeconds }
  };
}

/** What has been counted of the newest life of a server, so that nothing of it is counted twice. */
export type ReportedLife = {
  user: string;
  server: string;
  boot: string;
  at: Millis;
  counted: ReportedAmounts;
  /** By key of the consumer, which a server may choose: `__proto__` is one as well. */
  consumers: ReadonlyMap<string, ConsumerCounters>;
};

export type ConsumerCounters = Pick<
  ReportedAmounts,
  'cpuSeconds' | 'memoryByteSeconds' | 'gpuHeldSeconds'
>;

/** A notice that was told; never again with the same key. */
export type ToldNotice = { user: string; key: string; at: Millis };

/** A stop that is under way, and how far it has come. */
export type StoredStop = OneStop & {
  /** Of one that somebody planned: the moment that they want, and what a limit plans meanwhile. */
  asked?: { at: Millis; limit: OneStop | null };
};

export type OneStop = PlannedStop & {
  user: string;
  /** The run that it belongs to, by the hub's time of its start: a server that was started anew is another. */
  started: Millis;
  plannedAt: Millis;
  state: 'counting' | 'saving' | 'stopping';
};

/** A wish for more, one a person; with `declined` one that was, and of which they are told. */
export type StoredRequest = {
  user: string;
  at: Millis;
  policy: string;
  message: string;
  declined?: { at: Millis; by: string; reason: string };
};

export type QuotaAudit = AdminAudit['entries'][number];

/**
 * Where everything lives that quota must remember. A write resolves only when
 * a crash can no longer lose it; on a full disk or behind a lock it waits, and
 * so must nobody whom people wait for: decisions are made from memory.
 * Writes are carried out once, in the order in which they were called.
 */
export interface LedgerStore {
  /** Runs that reach into `[from, …)` or are open, as they were last written; `next` asks for the following page. */
  runs(
    from: Millis,
    after: string | null
  ): Promise<{ runs: StoredRun[]; next: string | null }>;
  seen(): Promise<Seen | null>;
  users(): Promise<LedgerUser[]>;
  putPoll(news: PollNews): Promise<void>;

  corrections(): Promise<Correction[]>;
  putCorrection(correction: Correction): Promise<void>;

  /** Those that reach into `[from, …)`, and of storage the newest. */
  metered(from: Millis): Promise<Metered[]>;
  /** Each takes the place of the one of the same meter, user, resource, GPU and `from`. */
  putMetered(metered: readonly Metered[]): Promise<void>;

  /** What a user's notebooks used in the hours that begin in `[from, to)`. */
  reported(user: string, from: Millis, to: Millis): Promise<ReportedSum[]>;
  lives(): Promise<ReportedLife[]>;
  /** Adds to hours, and says what has been counted with that; in one transaction. */
  putReported(
    hours: readonly ReportedHour[],
    lives: readonly ReportedLife[]
  ): Promise<void>;

  overrides(): Promise<Override[]>;
  putOverride(override: Override): Promise<void>;
  deleteOverride(id: string): Promise<void>;

  notices(): Promise<ToldNotice[]>;
  putNotices(notices: readonly ToldNotice[]): Promise<void>;

  stops(): Promise<StoredStop[]>;
  /** One for each server of each user. */
  putStop(stop: StoredStop): Promise<void>;
  deleteStop(user: string, server: string): Promise<void>;

  requests(): Promise<StoredRequest[]>;
  putRequest(request: StoredRequest): Promise<void>;
  deleteRequest(user: string): Promise<void>;

  audit(entry: Omit<QuotaAudit, 'id'>): Promise<void>;
  /** Newest first: those with a smaller id than `before`, of these users only (null: of all). */
  audited(
    before: number | null,
    most: number,
    users: readonly string[] | null
  ): Promise<QuotaAudit[]>;

  meta(): Promise<Record<string, string>>;
  putMeta(key: string, value: string): Promise<void>;

  /** Forgets runs, hours, notices and audit entries that ended before; open runs and corrections stay. */
  prune(before: Millis): Promise<void>;

  /** False while nothing can be written. */
  healthy(): boolean;
  /** Resolves when everything that was called has been written, or cannot be. */
  close(): Promise<void>;
}

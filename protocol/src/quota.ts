/**
 * Quota: what people have used, what they may use, and what happens when it is
 * used up. Rules Q in SPEC.md. The companion decides on *allocated* use, which
 * it sees itself: how long the hub ran a server, times what its profile takes.
 * *Reported* use is what a user's server says of itself; it explains and decides
 * nothing. Hours are hours, storage is GiB, times are milliseconds since 1970.
 */
import {
  count,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';
import { amount, moment, name, used } from './quota-parts.ts';

/**
 * What can be limited. `server-hours`, `cpu-hours` (cores x hours),
 * `memory-gib-hours`, `gpu-hours`, `credits` (hours x what the profile costs)
 * add up over time; `storage-gib` is what is there now.
 */
export const quotaResources = [
  'server-hours',
  'cpu-hours',
  'memory-gib-hours',
  'gpu-hours',
  'credits',
  'storage-gib'
] as const;
export const quotaResource = oneOf(quotaResources);
export type QuotaResource = Decoded<typeof quotaResource>;

/** What a threshold does: say so, refuse to start servers, stop those that run after `graceSeconds`. */
export const quotaActions = ['notice', 'refuse-start', 'stop'] as const;
export const quotaAction = oneOf(quotaActions);
export type QuotaAction = Decoded<typeof quotaAction>;

export const quotaThreshold = record({
  percent: count(1, 1000),
  actions: list(quotaAction, 3),
  /** With stop: from the first warning to the stop. */
  graceSeconds: count(0, 86_400)
});
export type QuotaThreshold = Decoded<typeof quotaThreshold>;

/**
 * The time that counts. `rolling`: the last `seconds`. `calendar`: this day,
 * week (from Monday) or month in `zone`. `balance`: what has come in, up to a
 * cap, minus what was used. `now`: the amount at this moment (storage).
 */
export const quotaWindow = record({
  kind: oneOf(['rolling', 'calendar', 'balance', 'now']),
  from: nullable(moment),
  /** When a calendar window ends, or a balance is next refilled. */
  to: nullable(moment),
  /** With rolling. */
  seconds: optional(count(1)),
  /** With calendar, and how often a balance is refilled. */
  every: optional(oneOf(['day', 'week', 'month'])),
  zone: optional(text(64))
});

/** One limit as it holds for one person now, overrides included. */
export const allowance = record({
  policy: name,
  title: text(200),
  resource: quotaResource,
  /** GPUs of this model only. */
  gpu: optional(text(64)),
  limit: amount,
  used: amount,
  window: quotaWindow,
  /** `shared`: everybody in `scope` uses up one limit, and `used` is all of theirs; `own` is the person's part. */
  pool: oneOf(['member', 'shared']),
  scope: record({
    kind: oneOf(['everyone', 'group', 'user']),
    name: text(255)
  }),
  own: amount,
  /** `hub`: allocated; else the name of a meter that the admin runs. */
  source: text(64),
  /** Times of the meter's last answer; null: never answered. Absent for the hub. */
  measuredAt: optional(nullable(moment)),
  thresholds: list(quotaThreshold, 20),
  /** The highest threshold that has been reached, in percent; 0 for none. */
  reached: count(0, 1000),
  /** When a server may be started again if nothing more is used; null: not by itself. Only when starting is refused. */
  freeAt: optional(nullable(moment)),
  /** When the limit is reached if the servers that run now go on; null: not within the window. */
  endsAt: optional(nullable(moment)),
  /** An override says that no threshold does anything; then there are none. */
  exempt: optional(flag),
  override: optional(
    record({ by: name, until: nullable(moment), reason: text(500) })
  )
});
export type Allowance = Decoded<typeof allowance>;

/** A stop that is under way. */
export const plannedStop = record({
  server: text(255),
  stopAt: moment,
  /** `policy`: that limit is used up; `admin`: somebody decided so, with words of theirs. */
  because: oneOf(['policy', 'admin']),
  policy: optional(name),
  by: optional(name),
  message: text(500)
});
export type PlannedStop = Decoded<typeof plannedStop>;

/** A server that runs. */
export const runningServer = record({
  server: text(255),
  profile: name,
  startedAt: moment,
  cpu: amount,
  memoryGib: amount,
  gpus: count(),
  gpuModel: optional(text(64)),
  creditsPerHour: amount
});
export type RunningServer = Decoded<typeof runningServer>;

/** Use of one day in the zone of the policies. */
export const usedDay = record({ day: text(10), ...used });
export type UsedDay = Decoded<typeof usedDay>;

/** What a notebook used by its server's own account: reported, never decided on. */
export const usedNotebook = record({
  server: text(255),
  /** Relative to the server's root; absent for terminals and the rest. */
  path: optional(text(4096)),
  name: text(255),
  kind: oneOf(['kernel', 'terminal', 'server', 'rest']),
  cpuHours: amount,
  memoryGibHours: amount,
  gpuHours: amount
});
export type UsedNotebook = Decoded<typeof usedNotebook>;

/** A request for more that somebody has declined. */
export const declinedRequest = record({
  at: moment,
  policy: name,
  by: name,
  /** Empty for none. */
  reason: text(500)
});
export type DeclinedRequest = Decoded<typeof declinedRequest>;

/** `GET api/quota`: the caller's own; `GET api/admin/users/:name`: somebody's, for who may see it. */
export const quotaReport = record({
  at: moment,
  user: name,
  /** Whether there are policies at all; the rest is told without them too. */
  policies: count(),
  allowances: list(allowance, 200),
  running: list(runningServer, 100),
  stops: list(plannedStop, 100),
  /** Use that counts, of the last 31 days, oldest first. */
  days: list(usedDay, 31),
  /** Largest first, of the last 31 days. */
  notebooks: list(usedNotebook, 50),
  /** Since when the ledger knows; what was before is not counted. */
  since: moment,
  /** Whom to ask for more, as the admin wrote it. */
  contact: text(500),
  /** What is not known just now: the hub or a meter does not answer, the policy file is broken (the one before holds). */
  problems: list(
    oneOf(['hub-away', 'meter-away', 'policy-file-broken', 'not-reported']),
    10
  ),
  /** A request for more that has not been answered. */
  asked: nullable(record({ at: moment, policy: name, message: text(1000) })),
  /** Their last request, where it was declined of late and nothing was asked since. */
  declined: optional(declinedRequest)
});
export type QuotaReport = Decoded<typeof quotaReport>;

/** `POST api/quota/requests`: asks for more; admins and group admins see it. One open request a person: a new one takes its place. */
export const quotaRequest = record({ policy: name, message: text(1000) });

/**
 * What the `events` socket says of quota (type `quota`): told to all pages of
 * the person. `notice`: a threshold was reached. `stop`: a countdown has begun
 * or changed. `save`: the stop is near: save everything now. `cancelled`: no
 * stop after all. `granted`: more was given. `declined`: what they asked for was.
 */
export const quotaNews = record({
  kind: oneOf(['notice', 'stop', 'save', 'cancelled', 'granted', 'declined']),
  /** The same news never has two keys, so that it is shown once. */
  key: text(200),
  allowance: optional(allowance),
  stop: optional(plannedStop),
  declined: optional(declinedRequest)
});
export type QuotaNews = Decoded<typeof quotaNews>;

/**
 * Quota: what people have used, what they may use, and what happens when it is
 * used up. Rules Q in SPEC.md. The companion decides on *allocated* use, which
 * it sees itself: how long the hub ran a server, times what its profile takes.
 * *Reported* use is what a user's server says of itself; it explains and decides
 * nothing. Hours are hours, storage is GiB, times are milliseconds since 1970.
 */
import {
  count,
  dictionary,
  flag,
  list,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';

const name = text(255);
/** Milliseconds since 1970, by the companion's clock. */
const moment = count();
/** Of use or limits: never negative. */
const amount = count(0, Number.MAX_VALUE, true);

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

const used = {
  serverHours: amount,
  cpuHours: amount,
  memoryGibHours: amount,
  gpuHours: amount,
  credits: amount
};
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
  asked: nullable(record({ at: moment, policy: name, message: text(1000) }))
});
export type QuotaReport = Decoded<typeof quotaReport>;

/** `POST api/quota/requests`: asks for more; admins and group admins see it. One open request a person: a new one takes its place. */
export const quotaRequest = record({ policy: name, message: text(1000) });

/**
 * What the `events` socket says of quota (type `quota`): told to all pages of
 * the person. `notice`: a threshold was reached. `stop`: a countdown has begun
 * or changed. `save`: the stop is near: save everything now. `cancelled`: no
 * stop after all. `granted`: more was given.
 */
export const quotaNews = record({
  kind: oneOf(['notice', 'stop', 'save', 'cancelled', 'granted']),
  /** The same news never has two keys, so that it is shown once. */
  key: text(200),
  allowance: optional(allowance),
  stop: optional(plannedStop)
});
export type QuotaNews = Decoded<typeof quotaNews>;

/** `POST api/spawn`, asked by the hub's hook before a server starts. */
export const spawnQuestion = record({
  user: name,
  server: text(255),
  groups: list(name, 10_000),
  /** The profile chosen, if the spawner knows one. */
  profile: optional(text(255)),
  /** What was chosen for it, as the hub keeps it, where it is plain text. */
  options: optional(dictionary(text(255), 50))
});
export type SpawnQuestion = Decoded<typeof spawnQuestion>;
export const spawnAnswer = record({
  allowed: flag,
  /** Plain text for the person: what is used up, when it is free again, whom to ask. Empty when allowed. */
  message: text(2000),
  policy: optional(name),
  freeAt: optional(nullable(moment))
});
export type SpawnAnswer = Decoded<typeof spawnAnswer>;

/** `POST api/spawn/unasked`: starts that the hook let through without an answer, told when there is one again. */
export const unaskedStarts = record({
  starts: list(
    record({
      user: name,
      server: text(255),
      at: moment,
      /** Why nobody could be asked. */
      reason: text(200)
    }),
    1000
  )
});
export type UnaskedStarts = Decoded<typeof unaskedStarts>;

/** `GET api/idle`: what a culler should know. Nobody present, no kernel busy, no CPU or GPU at work. */
export const idleAdvice = record({
  servers: list(
    record({
      user: name,
      server: text(255),
      /** Since when all signs say idle; null: at work, or `unknown` when the server reports nothing. */
      idleSince: nullable(moment),
      signs: list(oneOf(['kernel', 'cpu', 'gpu', 'people', 'unknown']), 5)
    }),
    100_000
  )
});

/** A change of somebody's limit. Exactly one of `extra`, `limit`, `exempt`. */
export const newOverride = record({
  policy: name,
  scope: record({ kind: oneOf(['user', 'group']), name }),
  /** Added to the limit. */
  extra: optional(amount),
  /** In place of the limit. */
  limit: optional(amount),
  exempt: optional(flag),
  until: nullable(moment),
  reason: text(500)
});
export type NewOverride = Decoded<typeof newOverride>;
export const override = record({
  id: text(26),
  policy: name,
  scope: record({ kind: oneOf(['user', 'group']), name }),
  extra: optional(amount),
  limit: optional(amount),
  exempt: optional(flag),
  until: nullable(moment),
  reason: text(500),
  by: name,
  at: moment
});
export type Override = Decoded<typeof override>;
/** `GET`, `POST api/admin/overrides`, `DELETE api/admin/overrides/:id`. */
export const overrideList = record({ overrides: list(override, 10_000) });

/** `POST api/admin/corrections`: adds to (or takes from) what somebody has used. `amount` may be negative; a sum never is. */
export const newCorrection = record({
  user: name,
  resource: quotaResource,
  gpu: optional(text(64)),
  amount: count(-1e9, 1e9, true),
  /** The time it counts for. */
  at: moment,
  reason: text(500)
});
export type NewCorrection = Decoded<typeof newCorrection>;

/**
 * `POST api/admin/stops`: stops a server after `graceSeconds`, with words for its
 * person; answers a `plannedStop`. `DELETE api/admin/stops/:user/:server` takes it
 * back, without `/:server` that of the default server, whose name is empty.
 */
export const newStop = record({
  user: name,
  server: text(255),
  graceSeconds: count(0, 86_400),
  message: text(500)
});

/** One row of `GET api/admin/users`. */
export const adminUser = record({
  user: name,
  displayName: name,
  groups: list(name, 100),
  running: count(),
  profiles: list(name, 20),
  /** The newest that their servers reported; absent: nothing reported. */
  memoryBytes: optional(amount),
  cpuCores: optional(amount),
  gpus: optional(count()),
  /** Share of time that held GPUs were at work since the last sample, 0 to 1. */
  gpuBusy: optional(amount),
  /** Since when GPUs are held and not at work. */
  gpuIdleSince: optional(nullable(moment)),
  /** Of the last 30 days. */
  ...used,
  /** The allowance that is nearest to its limit. */
  nearest: optional(
    record({
      policy: name,
      title: text(200),
      used: amount,
      limit: amount,
      resource: quotaResource
    })
  ),
  stopAt: nullable(moment),
  asked: flag
});
export type AdminUser = Decoded<typeof adminUser>;

export const adminSorts = [
  'user',
  'running',
  'nearest',
  'serverHours',
  'cpuHours',
  'gpuHours',
  'credits',
  'memory',
  'cpu',
  'gpuIdle'
] as const;
/** `GET api/admin/users?query=&group=&only=&sort=&order=&offset=&limit=` (`only`: running, near, over, gpu-idle, asked). At most 100 a page. */
export const adminUsers = record({
  at: moment,
  total: count(),
  users: list(adminUser, 100)
});
export type AdminUsers = Decoded<typeof adminUsers>;

/** `GET api/admin/overview`: sums that do not grow with the number of people. */
export const adminOverview = record({
  at: moment,
  /** `all`, or the groups that this person may see. */
  sees: record({ all: flag, groups: list(name, 1000) }),
  people: count(),
  running: count(),
  linked: count(),
  /** Servers that run and have not reported for two minutes. */
  silent: count(),
  near: count(),
  over: count(),
  stopping: count(),
  asked: count(),
  gpusHeld: count(),
  gpusIdle: count(),
  liveDocuments: count(),
  memoryBytes: amount,
  cpuCores: amount,
  /** Of the last 31 days, oldest first. */
  days: list(usedDay, 31),
  hubAwaySince: nullable(moment),
  policyFile: record({
    kind: oneOf(['none', 'ok', 'broken']),
    loadedAt: nullable(moment),
    problems: list(record({ line: count(), message: text(500) }), 100)
  })
});
export type AdminOverview = Decoded<typeof adminOverview>;

/** `GET api/admin/policies`: those in force, with how many people are where. */
export const adminPolicies = record({
  policies: list(
    record({
      policy: name,
      title: text(200),
      resource: quotaResource,
      gpu: optional(text(64)),
      limit: amount,
      window: quotaWindow,
      pool: oneOf(['member', 'shared']),
      scope: record({
        kind: oneOf(['everyone', 'group', 'user']),
        name: text(255)
      }),
      thresholds: list(quotaThreshold, 20),
      people: count(),
      near: count(),
      over: count()
    }),
    1000
  )
});
export type AdminPolicies = Decoded<typeof adminPolicies>;

/** `POST api/admin/policies/try` {text}: what a file would do, without doing it. */
export const policyTrial = record({ text: text(200_000) });
export const policyTried = record({
  problems: list(record({ line: count(), message: text(500) }), 100),
  /** Who would be refused or stopped that is not now; and the other way round. At most 200 each. */
  newlyOver: list(
    record({ user: name, policy: name, used: amount, limit: amount }),
    200
  ),
  noLongerOver: list(record({ user: name, policy: name }), 200),
  moreOver: count()
});

/** `GET api/admin/live`: documents that are open now. */
export const adminLive = record({
  documents: list(
    record({
      id: text(26),
      name,
      owner: name,
      people: list(name, 100),
      pages: count(),
      changedAt: nullable(moment)
    }),
    1000
  )
});

/**
 * `GET api/admin/audit?before=`: newest first, 100 a page. `user` is whom it is
 * about, `@` and a group where it is about that, or empty.
 */
export const adminAudit = record({
  entries: list(
    record({
      id: count(),
      at: moment,
      actor: name,
      action: oneOf([
        'override',
        'override-end',
        'correction',
        'stop-planned',
        'stop-cancelled',
        'stopped',
        'stop-failed',
        'refused',
        'let-in-unasked',
        'policies-loaded',
        'policies-broken',
        'asked',
        'answered',
        'declined',
        'export'
      ]),
      user: text(255),
      detail: text(512)
    }),
    100
  ),
  more: flag
});
export type AdminAudit = Decoded<typeof adminAudit>;

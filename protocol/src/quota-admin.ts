/**
 * Quota as the hub's hook, a culler and admins see it. Rules Q in SPEC.md; what a
 * person sees of their own is in `quota.ts`.
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
import { amount, moment, name, used } from './quota-parts.ts';
import {
  quotaResource,
  quotaThreshold,
  quotaWindow,
  usedDay
} from './quota.ts';

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
  /** Of these, people with a stop that the hub does not carry out; it is tried again, and the audit log says why. */
  stopsFailing: optional(count()),
  asked: count(),
  gpusHeld: count(),
  gpusIdle: count(),
  liveDocuments: count(),
  memoryBytes: amount,
  cpuCores: amount,
  /** Of the last 31 days, oldest first. */
  days: list(usedDay, 31),
  hubAwaySince: nullable(moment),
  /** `problems` are for admins of the hub; of a file that is `ok` they are what looks wrong in it: a group with nobody in it. */
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

/** `DELETE api/admin/requests/:user`: the person reads the reason. */
export const requestDecline = record({ reason: optional(text(500)) });

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

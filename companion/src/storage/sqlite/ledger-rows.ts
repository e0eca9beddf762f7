/** SQLite rows of a ledger <-> what the store's callers see. The tables are STRICT, so kinds are known. */
import {
  adminAudit,
  count,
  list,
  nullable,
  oneOf,
  optional,
  override,
  plannedStop,
  quotaResource,
  record,
  text,
  type Override
} from '@jupyterlab-commons/protocol';
import type { Correction, LedgerUser, Metered } from '../../ledger/types.ts';
import type {
  OneStop,
  QuotaAudit,
  ReportedLife,
  ReportedSum,
  StoredRequest,
  StoredRun,
  StoredStop
} from '../ledger-store.ts';
import type { SqlRow } from './rows.ts';

const amount = count(0, Number.MAX_VALUE, true);
const groups = list(text(255), 100_000);
const kind = oneOf(['kernel', 'terminal', 'server', 'rest']);
const counters = record({
  cpuSeconds: amount,
  memoryByteSeconds: amount,
  gpuHeldSeconds: amount
});
const counted = record({
  cpuSeconds: amount,
  memoryByteSeconds: amount,
  gpuBusySeconds: amount,
  gpuHeldSeconds: amount
});
const stopState = record({
  user: text(255),
  started: count(),
  plannedAt: count(),
  state: oneOf(['counting', 'saving', 'stopping'])
});

const oneStop = (value: unknown): OneStop => ({
  ...plannedStop(value),
  ...stopState(value)
});
const stopAsked = record({
  asked: optional(record({ at: count(), limit: nullable(oneStop) }))
});

const requestDeclined = record({
  at: count(),
  by: text(255),
  reason: text(500)
});

const textOrNull = (value: SqlRow[string] | undefined) =>
  typeof value === 'string' ? value : null;
const jsonOf = (value: SqlRow[string] | undefined): unknown =>
  JSON.parse(String(value));

export function runOf(row: SqlRow): StoredRun {
  return {
    user: String(row.user),
    server: String(row.server),
    started: Number(row.started),
    piece: Number(row.piece),
    profile: String(row.profile),
    rates: {
      cpu: Number(row.cpu),
      memoryBytes: Number(row.memory_bytes),
      gpus: Number(row.gpus),
      gpuModel: textOrNull(row.gpu_model),
      creditsPerHour: Number(row.credits_per_hour)
    },
    from: Number(row.from_at),
    to: Number(row.to_at),
    seconds: Number(row.seconds),
    open: row.is_open === 1,
    steady: Number(row.steady)
  };
}

export function userOf(row: SqlRow): LedgerUser {
  return {
    user: String(row.user),
    displayName: String(row.display_name),
    groups: groups(jsonOf(row.groups)),
    admin: row.is_admin === 1,
    gone: row.is_gone === 1
  };
}

export function correctionOf(row: SqlRow): Correction {
  return {
    id: String(row.id),
    user: String(row.user),
    resource: quotaResource(row.resource),
    gpu: textOrNull(row.gpu),
    amount: Number(row.amount),
    at: Number(row.at),
    by: String(row.by),
    madeAt: Number(row.made_at),
    reason: String(row.reason)
  };
}

/** No GPU model is the empty text: a key holds no null. */
export function meteredOf(row: SqlRow): Metered {
  return {
    meter: String(row.meter),
    user: String(row.user),
    resource: quotaResource(row.resource),
    gpu: String(row.gpu) || null,
    from: Number(row.from_at),
    to: Number(row.to_at),
    amount: Number(row.amount)
  };
}

export function reportedSumOf(row: SqlRow): ReportedSum {
  return {
    server: String(row.server),
    kind: kind(row.kind),
    name: String(row.name),
    path: String(row.path),
    cpuSeconds: Number(row.cpu_seconds),
    memoryByteSeconds: Number(row.memory_byte_seconds),
    gpuBusySeconds: Number(row.gpu_busy_seconds),
    gpuHeldSeconds: Number(row.gpu_held_seconds)
  };
}

export function lifeOf(row: SqlRow): ReportedLife {
  return {
    user: String(row.user),
    server: String(row.server),
    boot: String(row.boot),
    at: Number(row.at),
    counted: counted(jsonOf(row.counted)),
    consumers: consumersOf(jsonOf(row.consumers))
  };
}

/** As they are written into a row. */
export const consumersJson = (consumers: ReportedLife['consumers']): string =>
  JSON.stringify(Object.fromEntries(consumers));

/** Every own key of the object is a consumer, `__proto__` too. */
function consumersOf(json: unknown): ReportedLife['consumers'] {
  return new Map(
    Object.entries(json as object).map(([key, each]) => [key, counters(each)])
  );
}

export function overrideOf(row: SqlRow): Override {
  return override(jsonOf(row.override));
}

export function stopOf(row: SqlRow): StoredStop {
  const stored = jsonOf(row.stop);
  const { asked } = stopAsked(stored);
  return { ...oneStop(stored), ...(asked === undefined ? {} : { asked }) };
}

export function requestOf(row: SqlRow): StoredRequest {
  return {
    user: String(row.user),
    at: Number(row.at),
    policy: String(row.policy),
    message: String(row.message),
    ...(row.declined === ''
      ? {}
      : { declined: requestDeclined(jsonOf(row.declined)) })
  };
}

export function auditsOf(rows: SqlRow[]): QuotaAudit[] {
  // One after the other: a body of the API holds fewer of them.
  return rows.flatMap(
    row => adminAudit({ entries: [row], more: false }).entries
  );
}

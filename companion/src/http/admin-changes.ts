import {
  CommonsError,
  newCorrection,
  newOverride,
  newStop,
  policyTrial,
  requestDecline,
  type NewCorrection,
  type NewOverride
} from '@jupyterlab-commons/protocol';
import type { Caller } from '../hub/callers.ts';
import type { Correction } from '../ledger/types.ts';
import { poolOfBoth, staysWithin } from '../quota/group-admins.ts';
import { newId, type Overrides } from '../quota/overrides.ts';
import type { PolicyTrial } from '../quota/policy-trial.ts';
import type { Quota } from '../quota/quota.ts';
import type { Requests } from '../quota/requests.ts';
import type { Audit, Stops } from '../quota/types.ts';
import type { Clock } from '../rooms/types.ts';
import type { LedgerStore } from '../storage/ledger-store.ts';
import type { AdminRights } from './admin-rights.ts';
import type { Resources } from './router.ts';

export type AdminChangeOptions = {
  rights: AdminRights;
  quota: Quota;
  overrides: Overrides;
  requests: Requests;
  stops: Stops;
  trial: PolicyTrial;
  store: Pick<LedgerStore, 'healthy'>;
  correct: (correction: Correction) => Promise<void>;
  /** Somebody has more or less than before. */
  changed: () => void;
  audit: Audit;
  clock: Clock;
};

type Names =
  | 'addOverride'
  | 'endOverride'
  | 'addCorrection'
  | 'tryPolicies'
  | 'answerRequest'
  | 'declineRequest'
  | 'planStop'
  | 'cancelStop'
  | 'cancelDefaultStop';

/** What admins change. Everything is in the audit log with who, whom and what. */
export function adminChanges(
  options: AdminChangeOptions
): Pick<Resources, Names> {
  const { rights, overrides, trial } = options;
  return {
    async addOverride({ caller, body }) {
      rights.sight(caller);
      const wanted = await body(newOverride);
      const { kind, name } = wanted.scope;
      if (kind === 'user') {
        rights.user(caller, name);
      } else {
        rights.group(caller, name);
      }
      needPolicy(options, wanted.policy);
      needSay(options, caller, wanted);
      needStore(options);
      const json = await overrides.add(wanted, caller.user);
      return { status: 201, json };
    },
    async endOverride({ caller, parts }) {
      const sight = rights.sight(caller);
      const override = overrides.get(parts.id ?? '');
      if (override === null || !rights.sees(sight, override.scope)) {
        throw new CommonsError('NOTHING_THERE', 'there is no such override');
      }
      needSay(options, caller, override);
      needStore(options);
      await overrides.end(override.id, caller.user);
      return { status: 204 };
    },
    async addCorrection({ caller, body }) {
      rights.sight(caller);
      const wanted = await body(newCorrection);
      const { groups } = rights.user(caller, wanted.user);
      needOther(options, caller, { kind: 'user', name: wanted.user });
      needOtherPool(options, caller, { ...wanted, groups });
      await correct(options, caller, wanted);
      return { status: 204 };
    },
    async tryPolicies({ caller, body }) {
      rights.hubAdmin(caller);
      const { text } = await body(policyTrial);
      return { status: 200, json: await trial.run(text) };
    },
    ...requestChanges(options),
    ...stopChanges(options)
  };
}

function requestChanges({
  rights,
  requests,
  ...options
}: AdminChangeOptions): Pick<Resources, 'answerRequest' | 'declineRequest'> {
  const asking = (caller: Caller, parts: Record<string, string>): string => {
    const { user } = rights.user(caller, parts.user ?? '');
    needStore(options);
    return user;
  };
  return {
    async answerRequest({ caller, parts }) {
      await requests.answer(asking(caller, parts), caller.user);
      return { status: 204 };
    },
    async declineRequest({ caller, parts, body }) {
      const user = asking(caller, parts);
      const { reason = '' } = await body(requestDecline);
      await requests.decline(user, caller.user, reason.trim());
      return { status: 204 };
    }
  };
}

function stopChanges({
  rights,
  stops
}: AdminChangeOptions): Pick<
  Resources,
  'planStop' | 'cancelStop' | 'cancelDefaultStop'
> {
  const actorOf = (caller: Caller) => ({
    user: caller.user,
    admin: rights.sight(caller).all
  });
  const cancel = async (call: {
    caller: Caller;
    parts: Record<string, string>;
  }) => {
    const { user } = rights.user(call.caller, call.parts.user ?? '');
    const by = actorOf(call.caller);
    if (!stops.cancelBy(by, user, call.parts.server ?? '')) {
      throw new CommonsError(
        'NOTHING_THERE',
        'no stop that could be taken back'
      );
    }
    return { status: 204 as const };
  };
  return {
    async planStop({ caller, body }) {
      rights.sight(caller);
      const wanted = await body(newStop);
      rights.user(caller, wanted.user);
      const stop = stops.planBy(actorOf(caller), wanted);
      if (stop === null) {
        throw new CommonsError('NOTHING_THERE', 'that server does not run');
      }
      return { status: 201, json: stop };
    },
    cancelStop: cancel,
    cancelDefaultStop: cancel
  };
}

async function correct(
  options: AdminChangeOptions,
  caller: Caller,
  wanted: NewCorrection
): Promise<void> {
  const { quota, clock, audit, changed } = options;
  const { user, resource, gpu = null, amount, at, reason } = wanted;
  const now = clock.now();
  const wrong =
    resource === 'storage-gib'
      ? 'what is stored is measured anew; it cannot be corrected'
      : gpu !== null && resource !== 'gpu-hours'
        ? 'gpu goes with gpu-hours only'
        : amount === 0
          ? 'amount must not be 0'
          : at > now
            ? 'at must not be in the future'
            : reason.trim() === ''
              ? 'reason must say why'
              : null;
  if (wrong !== null) {
    throw new CommonsError('BAD_REQUEST', wrong);
  }
  needStore(options);
  const by = caller.user;
  await options.correct({
    ...{ id: newId(), user, resource, gpu, amount, at, by, reason },
    madeAt: now
  });
  const day = new Date(at).toISOString().slice(0, 10);
  audit({
    actor: by,
    action: 'correction',
    user,
    detail:
      `${amount} ${resource}${gpu === null ? '' : ` (${gpu})`} on ${day} (${quota.zone}): ${reason}`.slice(
        0,
        512
      )
  });
  changed();
}

function needPolicy({ quota }: AdminChangeOptions, name: string): void {
  if (!quota.set.policies.some(policy => policy.name === name)) {
    throw new CommonsError('POLICY_UNKNOWN');
  }
}

/** Who looks after a group changes what its members may use, and nothing that others or they themselves use. */
function needSay(
  options: AdminChangeOptions,
  caller: Caller,
  { policy: name, scope }: Pick<NewOverride, 'policy' | 'scope'>
): void {
  needOther(options, caller, scope);
  const { policies } = options.quota.set;
  const policy = policies.find(each => each.name === name);
  // A policy that is no more has no effect.
  const stays =
    policy === undefined ||
    staysWithin(options.rights.sight(caller), policy, each =>
      options.quota.ledger.user(each)
    );
  if (!stays) {
    throw new CommonsError(
      'ADMIN_ONLY',
      'people outside your groups share this pool; ask an admin of the hub'
    );
  }
}

/** Nobody but admins of the hub changes their own, be it by the name of a group. */
function needOther(
  { rights, quota }: AdminChangeOptions,
  caller: Caller,
  { kind, name }: NewOverride['scope']
): void {
  const { user } = caller;
  const own =
    kind === 'user' ? name === user : groupsOf(quota, caller).includes(name);
  if (own && !rights.sight(caller).all) {
    throw new CommonsError(
      'ADMIN_ONLY',
      'this would change your own limits or use; ask another admin'
    );
  }
}

/** What somebody else has used is one's own use, too, where both draw on one pool. */
function needOtherPool(
  { rights, quota }: AdminChangeOptions,
  caller: Caller,
  wanted: NewCorrection & { groups: readonly string[] }
): void {
  const { resource, gpu = null } = wanted;
  const me = { user: caller.user, groups: groupsOf(quota, caller) };
  const { policies } = quota.set;
  const pool = poolOfBoth(policies, { resource, gpu }, me, wanted);
  if (pool !== null && !rights.sight(caller).all) {
    throw new CommonsError(
      'ADMIN_ONLY',
      `it counts in the pool '${pool.title}', which is yours, too; ask an admin of the hub`
    );
  }
}

/** By the hub's word of now, and by what it said last. */
function groupsOf({ ledger }: Quota, { user, groups }: Caller): string[] {
  return [...groups, ...(ledger.user(user)?.groups ?? [])];
}

/** On a full disk it would be forgotten at the next start. */
function needStore({ store }: Pick<AdminChangeOptions, 'store'>): void {
  if (!store.healthy()) {
    throw new CommonsError('STORE_BUSY');
  }
}

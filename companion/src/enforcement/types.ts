import type {
  Allowance,
  Decoded,
  idleAdvice,
  SpawnAnswer,
  SpawnQuestion,
  UnaskedStarts
} from '@jupyterlab-commons/protocol';
import type { LedgerView, Millis, Rates, Run } from '../ledger/types.ts';

/** What enforcement asks of quota. All of it comes from memory, at once. */
export interface QuotaNow {
  readonly ledger: LedgerView;
  /** The time zone of the policies, and whom to ask for more. */
  readonly zone: string;
  readonly contact: string;
  /** What takes long is worked out before, without holding anybody up. */
  refresh(): Promise<void>;
  /** What holds for a person now; in these groups, or in those that the hub named last. */
  allowances(user: string, groups?: readonly string[]): Allowance[];
  /** The same, and when each limit will be reached: what people are told. */
  foretold(user: string, groups?: readonly string[]): Allowance[];
  /** One limit in the same way; null where it does not hold. */
  foretoldOne(user: string, policy: string): Allowance | null;
  /** What a server with these options takes; null where no profile says it, and only its hours count. */
  ratesOf(options: Readonly<Record<string, string>>): Rates | null;
}

/** What stands behind the calls of the hub's hook, and of a culler. */
export type HookDesk = {
  decide(question: SpawnQuestion): SpawnAnswer;
  tellUnasked(told: UnaskedStarts): void;
  idle(): Promise<Decoded<typeof idleAdvice>>;
};

export { BY_POLICY } from '../quota/types.ts';
export type { Actor, Audit, AuditAction } from '../quota/types.ts';

/** A run that can be stopped: one life of one server. */
export type Target = Pick<Run, 'user' | 'server' | 'started'>;

/** User names hold no slash, so no two pairs have the same key. */
export function keyOf({
  user,
  server
}: {
  user: string;
  server: string;
}): string {
  return `${user}/${server}`;
}

export type { Millis };

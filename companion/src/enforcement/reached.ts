import type { Allowance, QuotaThreshold } from '@jupyterlab-commons/protocol';
import type { Rates } from '../ledger/types.ts';
import { perHour } from '../ledger/rates.ts';

/** The thresholds that have been reached, lowest first. */
export function reachedOf({
  thresholds,
  reached
}: Allowance): QuotaThreshold[] {
  return thresholds
    .filter(({ percent }) => percent <= reached)
    .sort((a, b) => a.percent - b.percent);
}

/** A server that would be stopped at once is not started either. */
export function refusesStart(allowance: Allowance): boolean {
  return reachedOf(allowance).some(
    ({ actions }) =>
      actions.includes('refuse-start') || actions.includes('stop')
  );
}

/** The shortest grace that a reached threshold gives; null where none stops. */
export function graceOf({ thresholds, reached }: Allowance): number | null {
  let shortest: number | null = null;
  for (const { percent, actions, graceSeconds } of thresholds) {
    if (percent <= reached && actions.includes('stop')) {
      shortest = Math.min(shortest ?? Infinity, graceSeconds);
    }
  }
  return shortest;
}

/**
 * Whether a server that takes this uses up what is limited. GPU hours that are
 * used up are no reason against a server without a GPU.
 */
export function takes(rates: Rates, allowance: Allowance): boolean {
  const { resource, gpu } = allowance;
  return (
    resource === 'storage-gib' || perHour(rates, resource, gpu ?? null) > 0
  );
}

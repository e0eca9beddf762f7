import type { Allowance, QuotaThreshold } from '@jupyterlab-commons/protocol';

/** From here on somebody is near a limit. */
const NEAR = 0.8;

export type Standing = 'well' | 'near' | 'over';

/** `over`: the limit is reached, or it refuses starts; `near`: at least four fifths of it are used. */
export function standingOf(allowance: Allowance): Standing {
  const { exempt, freeAt } = allowance;
  if (exempt === true) {
    return 'well';
  }
  const ratio = ratioOf(allowance);
  return ratio >= 1 || freeAt !== undefined
    ? 'over'
    : ratio >= NEAR
      ? 'near'
      : 'well';
}

/** The part of the limit that is used; a limit of nothing is used up. */
export function ratioOf({ used, limit }: Allowance): number {
  return limit > 0 ? used / limit : 1;
}

/** The one that is nearest to its limit, by name among equals; null where nothing is limited. */
export function nearestOf(allowances: readonly Allowance[]): Allowance | null {
  let nearest: Allowance | null = null;
  for (const each of allowances) {
    if (
      each.exempt !== true &&
      (nearest === null || ratioOf(each) > ratioOf(nearest))
    ) {
      nearest = each;
    }
  }
  return nearest;
}

/** A server that would be stopped at once is not started either. */
export function refusesStart({ actions }: QuotaThreshold): boolean {
  return actions.includes('refuse-start') || actions.includes('stop');
}

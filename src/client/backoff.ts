/**
 * How long to wait before attempt number `attempt` (from 0): doubling up to
 * `mostMs`, of which half is chance, so that a restarted companion is not asked
 * by every page in the same second.
 */
export function backoffMs(
  attempt: number,
  mostMs = 30_000,
  random: () => number = Math.random
): number {
  const full = Math.min(mostMs, 500 * 2 ** Math.min(attempt, 16));
  return Math.round(full / 2 + (full / 2) * random());
}

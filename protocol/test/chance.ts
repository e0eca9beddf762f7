/** What tests choose by chance: with the same COMMONS_SEED always the same. */

/** A whole number from 0 on, below the given one. */
export type Chance = (below: number) => number;

/** The seed of this run; by hand it may be given, so that a failure is repeated. */
export const seed = Number(
  process.env['COMMONS_SEED'] || Math.floor(Math.random() * 1_000_000)
);

/** A generator that gives the same numbers for the same seed. */
export function randomFrom(from: number): Chance {
  let state = from >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Asks so many times; a failure says with which seed. Each time has a seed of its own. */
export function byChance(rounds: number, check: (random: Chance) => void) {
  for (let round = 0; round < rounds; round++) {
    try {
      check(randomFrom(seed + round));
    } catch (error) {
      const told = error instanceof Error ? error.message : String(error);
      throw new Error(`COMMONS_SEED=${seed + round}: ${told}`, {
        cause: error
      });
    }
  }
}

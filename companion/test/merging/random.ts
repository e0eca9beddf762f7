/** A generator that gives the same numbers for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return below => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** The seed of this run, said so that a failure can be repeated. */
export function seedOf(what: string): number {
  const seed = Number(process.env.COMMONS_SEED ?? Date.now() % 1_000_000);
  console.log(`${what}: COMMONS_SEED=${seed}`);
  return seed;
}

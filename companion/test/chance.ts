/** What tests choose by chance: with the same COMMONS_SEED always the same. */
import { seed } from '../../protocol/test/chance.ts';

export { randomFrom, type Chance } from '../../protocol/test/chance.ts';

/** The seed of this run, said so that a failure can be repeated. */
export function seedOf(what: string): number {
  console.log(`${what}: COMMONS_SEED=${seed}`);
  return seed;
}

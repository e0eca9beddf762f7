import { openSqliteLedger } from '../../src/storage/sqlite/sqlite-ledger.ts';
import type { StoredRun } from '../../src/storage/ledger-store.ts';

/** How many people the hub knows, and how many of them run a server. */
export type Size = { people: number; servers: number };

const GROUPS = 20;
const DAYS = 31;
/** Runs of one person in these days. */
const RUNS = 60;
const DAY = 86_400_000;

const rates = {
  ...{ cpu: 4, memoryBytes: 2 ** 33, gpus: 1 },
  ...{ gpuModel: 'A100', creditsPerHour: 2 }
};

export const nameOf = (person: number) => `person-${person}`;
export const groupsOf = (person: number) => [
  `g${person % GROUPS}`,
  `team-${person % 50}`
];

/** A ledger that has known everybody for a month. */
export async function fillPast(
  directory: string,
  { people }: Size
): Promise<void> {
  const now = Date.now();
  const store = await openSqliteLedger(directory);
  await store.putMeta('since', String(now - DAYS * DAY));
  for (let first = 0; first < people; first += 500) {
    const some = Array.from(
      { length: Math.min(500, people - first) },
      (_, index) => first + index
    );
    await store.putPoll({
      runs: some.flatMap(person => runsOf(person, now)),
      seen: null,
      users: some.map(person => ({
        ...{ user: nameOf(person), displayName: `Person ${person}` },
        ...{ groups: groupsOf(person), admin: false, gone: false }
      }))
    });
  }
  await store.close();
}

function runsOf(person: number, now: number): StoredRun[] {
  const seconds = Math.round(720 + (person % 7) * 360);
  return Array.from({ length: RUNS }, (_, index) => {
    const from = Math.round(now - ((index + 1) * (DAYS - 1) * DAY) / RUNS);
    return {
      ...{ user: nameOf(person), server: '', started: from, piece: 0 },
      ...{ profile: 'all', rates, from, to: from + seconds * 1000 },
      ...{ seconds, open: false, steady: 0 }
    };
  });
}

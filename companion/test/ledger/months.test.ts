/**
 * Accuracy (Q2, Q3): whatever happens to hub and companion over months, a run
 * is wrong by at most the time between the polls around its end, no sum is
 * negative, and nothing is counted twice.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { randomFrom, seedOf } from '../chance.ts';
import { Months, type TrueRun } from './months.ts';

const ALL = [0, Number.MAX_SAFE_INTEGER] as const;
/** Times are rounded to milliseconds, and a jump of the clock below 2 s is not seen. */
const SLACK = 0.01;

const truth = ({ begun, ended }: TrueRun, now: number) =>
  ((ended ?? now) - begun) / 1000;

/** Seconds that the ledger has for one run of one user, all pieces. */
function countedOf(months: Months, { user, server, started }: TrueRun): number {
  return months.ledger
    .runs(user, 0)
    .filter(run => run.server === server && run.started === started)
    .reduce((sum, { seconds }) => sum + seconds, 0);
}

function checkRuns(months: Months): void {
  for (const run of months.runs) {
    const counted = countedOf(months, run);
    const wrong = counted - truth(run, months.now);
    const { user, server, mayAdd, mayMiss, lastListed } = run;
    const about = JSON.stringify({ ...run, counted, wrong });
    assert.ok(wrong <= mayAdd + SLACK, `too much: ${about}`);
    assert.ok(wrong >= -mayMiss - SLACK, `too little: ${about}`);
    if (mayAdd === 0 && lastListed !== null && run.ended !== null) {
      // Nothing was in the way: to the second, from its start to the last look or the stop.
      const seen = truth(run, months.now) - mayMiss;
      assert.ok(
        Math.abs(counted - seen) <= SLACK,
        `${user}/${server} ${about}`
      );
    }
  }
}

function checkSums(months: Months): void {
  const users = new Set(months.runs.map(({ user }) => user));
  for (const user of users) {
    const own = months.runs.filter(run => run.user === user);
    const hours = months.ledger.used(user, 'server-hours', null, ...ALL);
    const counted = own.reduce((sum, run) => sum + countedOf(months, run), 0);
    assert.ok(
      Math.abs(hours * 3600 - counted) < SLACK,
      `${user} is counted twice`
    );
    const runs = months.ledger.runs(user, 0);
    for (const { seconds, from, to, piece } of runs) {
      assert.ok(seconds >= 0 && to >= from, `${user} piece ${piece}`);
    }
    const names = runs.map(
      ({ server, started, piece }) => `${server} ${started} ${piece}`
    );
    assert.equal(new Set(names).size, names.length, `${user}: one piece twice`);
  }
}

/** Windows add up, and reach from each person to their groups. */
function checkWindows(months: Months, random: (below: number) => number): void {
  const begin = months.runs[0]!.begun;
  for (let index = 0; index < 300; index++) {
    const { user } = months.runs[random(months.runs.length)]!;
    const [a, b, c] = Array.from(
      { length: 3 },
      () => begin + random(1000) * 0.001 * (months.now - begin)
    ).sort((one, other) => one - other) as [number, number, number];
    const used = (from: number, to: number) =>
      months.ledger.used(user, 'server-hours', null, from, to);
    assert.ok(used(a, b) >= 0);
    assert.ok(Math.abs(used(a, b) + used(b, c) - used(a, c)) < 1e-6, user);
  }
}

function checkPeople(months: Months): void {
  for (const run of months.ledger.running()) {
    const truly = months.runs.find(
      ({ user, server, ended }) =>
        user === run.user && server === run.server && ended === null
    );
    assert.equal(truly?.started, run.started, `${run.user} runs`);
    assert.deepEqual(
      months.ledger.user(run.user)?.groups,
      months.groups.get(run.user)
    );
    for (const group of ['lab', 'course', 'all']) {
      assert.equal(
        [...months.ledger.members(group)].some(({ user }) => user === run.user),
        months.groups.get(run.user)!.includes(group)
      );
    }
  }
  assert.equal(
    months.ledger.running().length,
    months.runs.filter(({ ended }) => ended === null).length
  );
}

describe('months of a hub', () => {
  it('are counted to within the polls around each end, never negative, never twice', async () => {
    const seed = seedOf('months');
    const rounds = Number(process.env.COMMONS_MONTHS ?? 2);
    for (let round = 0; round < rounds; round++) {
      const random = randomFrom(seed + round);
      const months = new Months(random, 12);
      await months.begin();
      await months.pass(62);
      if (round === 0) {
        console.log(JSON.stringify(months.counts));
      }
      try {
        checkRuns(months);
        checkSums(months);
        checkWindows(months, random);
        checkPeople(months);
      } catch (error) {
        console.log(`COMMONS_SEED=${seed + round} COMMONS_MONTHS=1`);
        throw error;
      }
    }
  });
});

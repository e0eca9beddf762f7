/** Everybody together says what the table of everybody says, and is made no more often than it must be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { overviewSums, policiesFor } from '../../src/quota/admin-sums.ts';
import { AdminTable } from '../../src/quota/admin-table.ts';
import { readPolicySet } from '../../src/quota/policy-file.ts';
import { Quota } from '../../src/quota/quota.ts';
import { PeopleTotals } from '../../src/quota/totals.ts';
import { randomFrom, seedOf } from '../chance.ts';
import { testLedger } from '../ledger/test-ledger.ts';
import { TestClock } from '../rooms/test-clock.ts';

const HOUR = 3_600_000;
const { set, problems } = readPolicySet(`
profiles: [{name: default, gpus: 1}]
policies:
  - {name: hours, resource: server-hours, limit: 40, window: {rolling: 30d}}
  - {name: lab, resource: gpu-hours, limit: 300, pool: shared, for: {group: lab}, window: {rolling: 7d}}
`);
assert.deepEqual(problems, []);

/** People with and without servers, near limits and beyond, some of whom are gone. */
function world() {
  const random = randomFrom(seedOf('totals'));
  const clock = new TestClock();
  const now = clock.now();
  const ledger = testLedger({ since: now - 400 * 24 * HOUR });
  for (let index = 0; index < 60; index++) {
    const user = `user${index}`;
    ledger.addUser(user, {
      groups: random(2) === 0 ? ['lab'] : [],
      gone: random(5) === 0
    });
    // Some run for certain, one of them without a link.
    const runs = index < 5;
    const hours = random(60) + Number(runs);
    if (hours > 0) {
      const open = random(3) === 0 || runs;
      ledger.addRun({ user, from: now - hours * HOUR, hours, open, gpus: 1 });
    }
  }
  const quota = new Quota({
    ledger,
    source: { set: set! },
    overrides: { all: [] as never[] },
    clock
  });
  let asked = 0;
  const serversNow = (user: string) => {
    asked++;
    return user.endsWith('3')
      ? { linked: false, gpu: null }
      : { linked: true, memoryBytes: 1000, gpu: null };
  };
  return { clock, quota, serversNow, asked: () => asked };
}

describe('everybody together', () => {
  it('is what the rows of the admins table add up to', async () => {
    const { quota, serversNow } = world();
    const table = await new AdminTable({ quota, serversNow }).get();
    const sight = { all: true, groups: [] };
    const { people, linked, silent, memoryBytes } = await overviewSums(
      quota,
      table,
      {
        sight,
        stops: { users: () => new Set(), failing: () => [] },
        requests: { has: () => false }
      }
    );
    const policies = await policiesFor(quota, table, sight);
    const totals = await new PeopleTotals({ quota, serversNow }).get();
    assert.deepEqual(totals, {
      ...{ people, linked, silent, memoryBytes },
      policies: policies.map(({ policy, people: of, near, over }) => ({
        policy,
        people: of,
        near,
        over
      }))
    });
    assert.ok(totals.linked > 0 && totals.silent > 0);
    assert.ok(totals.policies.every(({ over }) => over > 0));
  });

  it('is made once for all who ask, and anew after ten seconds', async () => {
    const { clock, quota, serversNow, asked } = world();
    const totals = new PeopleTotals({ quota, serversNow });
    const [one, other] = await Promise.all([totals.get(), totals.get()]);
    const once = asked();
    assert.equal(one, other);
    clock.advance(9_000);
    assert.equal(await totals.get(), one);
    assert.equal(asked(), once);
    clock.advance(3_600_000);
    assert.notEqual(await totals.get(), one);
    assert.equal(asked(), 2 * once);
  });
});

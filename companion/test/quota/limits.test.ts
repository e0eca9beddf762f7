/** Q: which limits hold for somebody: scopes, combination, overrides, pools; in whatever order they are listed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Allowance, Override } from '@jupyterlab-commons/protocol';
import { evaluate } from '../../src/quota/evaluate.ts';
import { readPolicySet } from '../../src/quota/policy-file.ts';
import type { PolicySet } from '../../src/quota/types.ts';
import { testLedger } from '../ledger/test-ledger.ts';
import { randomFrom, seedOf } from '../chance.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 15, 12);

function setOf(...policies: string[]): PolicySet {
  const text = `profiles: [{name: all, cpu: 1, gpus: 1, gpu: A100, credits: 1}]\npolicies:\n${policies.map(each => `  - {${each}}`).join('\n')}\n`;
  const read = readPolicySet(text);
  assert.deepEqual(read.problems, []);
  return read.set!;
}

const rule = (name: string, limit: number, more = '') =>
  `name: ${name}, resource: server-hours, limit: ${limit}, window: {rolling: 30d}${more === '' ? '' : `, ${more}`}`;

let ids = 0;
function override(
  policy: string,
  kind: 'user' | 'group',
  name: string,
  change: Partial<Override>
): Override {
  ids++;
  return {
    id: `o${ids}`,
    policy,
    scope: { kind, name },
    until: null,
    reason: 'a test',
    by: 'root',
    at: NOW - 1000 + ids,
    ...change
  };
}

function allowances(
  set: PolicySet,
  overrides: Override[] = [],
  groups: string[] = [],
  ledger = testLedger()
): Allowance[] {
  return evaluate(
    { set, ledger, overrides, now: NOW },
    { user: 'ada', groups }
  );
}
const limits = (...args: Parameters<typeof allowances>) =>
  allowances(...args).map(({ policy, limit }) => [policy, limit]);

describe('which policies hold', () => {
  const set = setOf(
    rule('all', 10, 'combine: each'),
    rule('lab', 20, 'combine: each, for: {group: lab}'),
    rule('ada', 30, 'combine: each, for: {user: ada}'),
    rule('bob', 40, 'combine: each, for: {user: bob}')
  );

  it('those for everyone, for the person, and for their groups', () => {
    assert.deepEqual(limits(set), [
      ['ada', 30],
      ['all', 10]
    ]);
    assert.deepEqual(limits(set, [], ['lab', 'other']), [
      ['ada', 30],
      ['all', 10],
      ['lab', 20]
    ]);
  });
});

describe('policies that overlap', () => {
  it('without a word the largest holds', () => {
    const set = setOf(rule('all', 10), rule('lab', 100, 'for: {group: lab}'));
    assert.deepEqual(limits(set), [['all', 10]]);
    assert.deepEqual(limits(set, [], ['lab']), [['lab', 100]]);
  });

  it('each holds for itself', () => {
    const set = setOf(
      rule('all', 10, 'combine: each'),
      rule('lab', 100, 'combine: each, for: {group: lab}')
    );
    assert.deepEqual(limits(set, [], ['lab']), [
      ['all', 10],
      ['lab', 100]
    ]);
  });

  it('sums add up, under the name of the largest', () => {
    const set = setOf(
      rule('all', 10, 'combine: sum'),
      rule('lab', 100, 'combine: sum, for: {group: lab}')
    );
    assert.deepEqual(limits(set, [], ['lab']), [['lab', 110]]);
  });

  it('another window, resource or GPU is another matter', () => {
    const set = setOf(
      rule('month', 100),
      'name: day, resource: server-hours, limit: 5, window: {rolling: 1d}',
      'name: gpu, resource: gpu-hours, limit: 7, window: {rolling: 30d}',
      'name: a100, resource: gpu-hours, gpu: A100, limit: 9, window: {rolling: 30d}'
    );
    assert.deepEqual(limits(set), [
      ['a100', 9],
      ['day', 5],
      ['gpu', 7],
      ['month', 100]
    ]);
  });

  it('shared pools never come together', () => {
    const set = setOf(
      rule('pool-a', 10, 'pool: shared'),
      rule('pool-b', 20, 'pool: shared'),
      rule('own', 5)
    );
    assert.deepEqual(limits(set), [
      ['own', 5],
      ['pool-a', 10],
      ['pool-b', 20]
    ]);
  });

  it('balances that add up are refilled by all', () => {
    const balance = (name: string, refill: number, cap: number, more: string) =>
      `name: ${name}, resource: credits, window: {balance: {refill: ${refill}, every: day, cap: ${cap}}}, combine: sum${more}`;
    const set = setOf(
      balance('all', 1, 10, ''),
      balance('lab', 2, 20, ', for: {group: lab}')
    );
    const since = NOW - 60 * HOUR;
    const ledger = testLedger({
      since,
      runs: [{ user: 'ada', from: since, hours: 25, creditsPerHour: 1 }]
    });
    const [both] = allowances(set, [], ['lab'], ledger);
    // Two midnights have passed; each brought three.
    assert.equal(both?.limit, 30);
    assert.equal(both?.used, 25 - 2 * 3);
  });
});

describe('overrides', () => {
  const set = setOf(
    rule('all', 10),
    rule('lab', 8, 'combine: each, for: {group: lab}')
  );

  it('add to the limit, and what is granted twice adds up', () => {
    assert.deepEqual(
      limits(set, [
        override('all', 'user', 'ada', { extra: 5 }),
        override('all', 'user', 'ada', { extra: 2 })
      ]),
      [['all', 17]]
    );
  });

  it('a limit for the person goes before one for their group, a newer before an older', () => {
    const older = override('lab', 'group', 'lab', { limit: 50 });
    const newer = override('lab', 'group', 'lab', { limit: 60 });
    const own = override('lab', 'user', 'ada', { limit: 3, at: 0 });
    assert.deepEqual(limits(set, [newer, older], ['lab'])[1], ['lab', 60]);
    assert.deepEqual(limits(set, [newer, own, older], ['lab'])[1], ['lab', 3]);
  });

  it('are for nobody else, and for nobody after their end', () => {
    assert.deepEqual(
      limits(set, [
        override('all', 'user', 'bob', { extra: 5 }),
        override('all', 'group', 'lab', { extra: 5 })
      ]),
      [['all', 10]]
    );
    assert.deepEqual(
      limits(set, [override('all', 'user', 'ada', { extra: 5, until: NOW })]),
      [['all', 10]]
    );
    assert.deepEqual(
      limits(set, [
        override('all', 'user', 'ada', { extra: 5, until: NOW + 1 })
      ]),
      [['all', 15]]
    );
  });

  it('who is exempt reaches no threshold, and is told so', () => {
    const ledger = testLedger({
      runs: [{ user: 'ada', from: NOW - 50 * HOUR, hours: 50 }]
    });
    const [before] = allowances(set, [], [], ledger);
    const [after] = allowances(
      set,
      [override('all', 'user', 'ada', { exempt: true, reason: 'a deadline' })],
      [],
      ledger
    );
    assert.equal(before?.reached, 100);
    assert.ok(before?.freeAt);
    assert.deepEqual(
      [after?.reached, after?.thresholds, after?.exempt, after?.freeAt],
      [0, [], true, undefined]
    );
    assert.deepEqual(after?.override, {
      by: 'root',
      until: null,
      reason: 'a deadline'
    });
  });
});

describe('thresholds', () => {
  const used = (hours: number, limit: number) => {
    const ledger = testLedger({
      runs: [{ user: 'ada', from: NOW - hours * HOUR, hours }]
    });
    const [found] = allowances(setOf(rule('all', limit)), [], [], ledger);
    return [found?.reached, found?.freeAt === undefined];
  };

  it('are reached at the very amount', () => {
    assert.deepEqual(used(4.99, 10), [0, true]);
    assert.deepEqual(used(5, 10), [50, true]);
    assert.deepEqual(used(9.5, 10), [95, true]);
    assert.deepEqual(used(10, 10), [100, false]);
    // Thirds do not add up to one exactly.
    assert.deepEqual(used(1 / 3, 1 / 3), [100, false]);
  });

  it('of a limit of nothing are reached by nobody having used anything, and time frees nothing', () => {
    const [found] = allowances(setOf(rule('none', 0)));
    assert.deepEqual([found?.reached, found?.freeAt], [100, null]);
  });

  it('one that stops refuses a start, too', () => {
    const ledger = testLedger({
      runs: [{ user: 'ada', from: NOW - 9 * HOUR, hours: 9 }]
    });
    const [found] = allowances(
      setOf(rule('all', 10, 'at: {90: stop}')),
      [],
      [],
      ledger
    );
    assert.ok(found?.freeAt, 'it says when it frees up');
  });
});

describe('shared pools', () => {
  it('add up all members; one part of it is the own', () => {
    const users = { ada: ['lab'], bob: ['lab'], eve: [] };
    const ledger = testLedger({
      users,
      runs: Object.keys(users).map((user, index) => ({
        user,
        from: NOW - 20 * HOUR,
        hours: index + 1
      }))
    });
    const set = setOf(rule('pool', 3, 'pool: shared, for: {group: lab}'));
    const [found] = allowances(set, [], ['lab'], ledger);
    assert.deepEqual([found?.used, found?.own, found?.reached], [3, 1, 100]);
    ledger.addRun({ user: 'bob', from: NOW - 5 * HOUR, hours: 1 });
    assert.equal(
      allowances(set, [], ['lab'], ledger)[0]?.used,
      4,
      'what is kept ends with a change of the ledger'
    );
    ledger.addUser('eve', ['lab']);
    assert.equal(
      allowances(set, [], ['lab'], ledger)[0]?.used,
      7,
      'and with a change of who is in it'
    );
  });
});

it('the order of policies and overrides changes nothing', () => {
  const seed = seedOf('quota order');
  const below = randomFrom(seed);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const ledger = testLedger({
    users: { ada: ['a', 'b'], bob: ['a'] },
    runs: [
      { user: 'ada', from: NOW - 90 * HOUR, hours: 40, open: false },
      { user: 'bob', from: NOW - 30 * HOUR, hours: 30, open: true }
    ]
  });
  for (let round = 0; round < 100; round++) {
    const names = Array.from({ length: 8 }, (_, index) => `p${index}`);
    const set = setOf(
      ...names.map(name =>
        rule(
          name,
          10 * below(4),
          pick([
            'pool: shared',
            'combine: max',
            'combine: sum',
            'combine: each',
            'for: {group: a}',
            'for: {group: b}, combine: sum',
            'for: {user: ada}'
          ])
        )
      )
    );
    const overrides = Array.from({ length: below(8) }, () =>
      override(pick(names), pick(['user', 'group']), pick(['ada', 'a', 'b']), {
        ...pick([{ extra: 5 }, { limit: 40 }, { exempt: true }, { extra: 1 }]),
        at: NOW - below(3)
      })
    );
    const shuffled = <T>(list: readonly T[]) =>
      [...list]
        .map(each => [below(1e6), each] as const)
        .sort((a, b) => a[0] - b[0])
        .map(([, each]) => each);
    assert.deepEqual(
      allowances(
        { ...set, policies: shuffled(set.policies) },
        shuffled(overrides),
        shuffled(['a', 'b']),
        ledger
      ),
      allowances(set, overrides, ['a', 'b'], ledger)
    );
  }
});

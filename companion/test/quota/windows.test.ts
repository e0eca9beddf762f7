/** Q: use, when it frees up and when it ends, against a plain model; over days when clocks are set. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Allowance } from '@jupyterlab-commons/protocol';
import { evaluate } from '../../src/quota/evaluate.ts';
import { NO_POLICIES } from '../../src/quota/policy-file.ts';
import type { Policy, WindowRule } from '../../src/quota/types.ts';
import { testLedger, type TestLedger } from '../ledger/test-ledger.ts';
import { randomFrom, seedOf } from '../chance.ts';
import {
  balanceAt,
  nextPeriod,
  periodStart,
  rollingAt,
  STEP,
  usedBetween,
  type PlainUse
} from './plain-model.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const zones = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'America/Sao_Paulo',
  'UTC'
];
/** Clocks are set, a leap day, a year ends. */
const moments = [
  '2026-03-29T12:00Z',
  '2026-10-25T12:00Z',
  '2026-03-08T12:00Z',
  '2024-03-01T06:00Z',
  '2026-01-01T03:00Z',
  '2018-11-04T12:00Z',
  '2026-06-15T12:00Z'
];

type World = {
  ledger: TestLedger;
  uses: PlainUse[];
  now: number;
  since: number;
  perHour: number;
};

/** Runs and corrections of one person, on quarters of an hour. */
function randomWorld(below: (most: number) => number, signed: boolean): World {
  const now = Date.parse(moments[below(moments.length)]!) + below(96) * STEP;
  const since = now - (20 + below(60)) * DAY;
  const ledger = testLedger({ since });
  const uses: PlainUse[] = [];
  for (let at = since + below(200) * STEP; at < now; at += below(400) * STEP) {
    const steps = 1 + below(80);
    const to = Math.min(now, at + steps * STEP);
    const open = to === now;
    const cpu = 1 + below(4);
    const hours = (to - at) / HOUR;
    ledger.addRun({ user: 'ada', from: at, hours, cpu, open });
    uses.push({ from: at, to, amount: hours * cpu });
    at = to + STEP;
  }
  for (let each = below(4); each > 0; each--) {
    const at = now - below(40 * 96) * STEP;
    const amount = (1 + below(20)) * (signed && below(2) === 0 ? -1 : 1);
    ledger.addCorrection({
      id: `c${each}`,
      user: 'ada',
      resource: 'cpu-hours',
      gpu: null,
      amount,
      at,
      by: 'root',
      madeAt: now,
      reason: 'a test'
    });
    uses.push({ from: at, to: at, amount });
  }
  const perHour = ledger
    .running('ada')
    .reduce((sum, { rates }) => sum + rates.cpu, 0);
  return { ledger, uses, now, since, perHour };
}

function policyWith(window: WindowRule, limit: number): Policy {
  return {
    name: 'p',
    title: 'p',
    resource: 'cpu-hours',
    gpu: null,
    limit,
    window,
    scope: { kind: 'everyone', name: '' },
    pool: 'member',
    combine: 'each',
    source: 'hub',
    thresholds: [{ percent: 100, actions: ['refuse-start'], graceSeconds: 0 }]
  };
}

function allowanceOf({ ledger, now }: World, policy: Policy): Allowance {
  const set = { ...NO_POLICIES, policies: [policy] };
  return evaluate(
    { set, ledger, overrides: [], now },
    { user: 'ada', groups: [] }
  )[0]!;
}

const near = (actual: number, wanted: number, what: string) =>
  assert.ok(
    Math.abs(actual - wanted) < 1e-6 * Math.max(1, wanted),
    `${what}: ${actual} instead of ${wanted}`
  );

/** It holds at `found` and at none of many moments before; with null it never does. */
function checkFirst(
  found: number | null,
  holds: (at: number) => boolean,
  span: { from: number; to: number }
): void {
  const end = found ?? span.to;
  if (found !== null) {
    assert.ok(holds(found + 1), 'not reached when it says');
  }
  for (let part = 0; part < 300; part++) {
    const at = span.from + ((end - 2 - span.from) * part) / 300;
    assert.ok(at > end - 2 || !holds(at), `reached ${end - at} ms earlier`);
  }
}

const seed = seedOf('quota windows');
let below = randomFrom(seed);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;

describe(`windows against a plain model (seed ${seed})`, () => {
  // The same, whichever of them run.
  beforeEach(() => {
    below = randomFrom(seed);
  });

  it('a rolling window: use, when it frees up, when it ends', () => {
    for (let round = 0; round < 150; round++) {
      const world = randomWorld(below, true);
      const { uses, now, perHour } = world;
      const seconds = (1 + below(40 * 24)) * 3600;
      const options = { now, windowMs: seconds * 1000, perHour: 0 };
      const used = rollingAt(uses, now, options);
      const limit = Math.max(0.5, used * (0.3 + below(200) / 100));
      const told = allowanceOf(
        world,
        policyWith({ kind: 'rolling', seconds }, limit)
      );
      near(told.used, used, 'used');
      const span = { from: now, to: now + 2 * options.windowMs };
      // A hair's breadth below a limit counts as reached.
      const edge = limit * (1 - 1e-9);
      if (used >= edge) {
        checkFirst(
          told.freeAt!,
          at => rollingAt(uses, at, options) < edge,
          span
        );
      } else {
        assert.equal(told.freeAt, undefined);
        const going = { ...options, perHour };
        checkFirst(
          told.endsAt!,
          at => perHour > 0 && rollingAt(uses, at, going) >= edge,
          span
        );
      }
    }
  });

  it('a calendar window: where it begins and ends, in the zone; it ends empty', () => {
    for (let round = 0; round < 60; round++) {
      const world = randomWorld(below, true);
      const { uses, now, perHour } = world;
      const zone = pick(zones);
      const every = pick(['day', 'week', 'month'] as const);
      const from = periodStart(zone, every, now);
      const to = nextPeriod(zone, every, now);
      const used = Math.max(0, usedBetween(uses, from, now + 1));
      const limit = Math.max(0.5, used * (0.3 + below(200) / 100));
      const told = allowanceOf(
        world,
        policyWith({ kind: 'calendar', every, zone }, limit)
      );
      assert.deepEqual(
        [told.window.from, told.window.to],
        [from, to],
        `${zone} ${every}`
      );
      near(told.used, used, 'used');
      if (used >= limit * (1 - 1e-9)) {
        assert.equal(told.freeAt, to);
      } else {
        const at = now + ((limit - used) / perHour) * HOUR;
        const wanted = perHour > 0 && at < to ? Math.ceil(at) : null;
        assert.ok(
          told.endsAt === wanted || Math.abs(told.endsAt! - wanted!) < 5,
          `${told.endsAt} instead of ${wanted}`
        );
      }
    }
  });

  it('a balance: what no refill has made good, when refills free it, when it is used up', () => {
    for (let round = 0; round < 40; round++) {
      const world = randomWorld(below, false);
      const { uses, now, since, perHour } = world;
      const rule: WindowRule = {
        kind: 'balance',
        amount: 1 + below(30),
        every: pick(['day', 'week', 'month'] as const),
        since: null,
        zone: pick(zones)
      };
      const counted = uses.filter(use => use.from >= since);
      const used = balanceAt(counted, rule, { since, until: now });
      const limit = Math.max(0.5, used * (0.3 + below(200) / 100));
      const told = allowanceOf(world, policyWith(rule, limit));
      const again = counted
        .filter(use => use.from === now && use.to === now)
        .reduce((sum, { amount }) => sum + amount, 0);
      near(told.used, used + again, 'used');
      assert.equal(told.window.to, nextPeriod(rule.zone, rule.every, now));
      if (told.freeAt !== undefined) {
        let [level, at, refills] = [told.used, now, 0];
        while (level >= limit * (1 - 1e-9)) {
          refills++;
          at = nextPeriod(rule.zone, rule.every, at);
          level = Math.max(0, level - rule.amount);
        }
        // What is farther away than 400 refills is not foretold.
        assert.equal(told.freeAt, refills > 400 ? null : at);
      } else if (perHour > 0 && told.endsAt !== null) {
        const going = [
          ...counted,
          {
            from: now,
            to: told.endsAt!,
            amount: ((told.endsAt! - now) / HOUR) * perHour
          }
        ];
        const then = balanceAt(going, rule, { since, until: told.endsAt! });
        assert.ok(
          Math.abs(then - limit) < 0.26 * perHour + rule.amount * 1e-6 + 1e-3,
          `${then} at the end instead of ${limit}`
        );
      }
    }
  });
});

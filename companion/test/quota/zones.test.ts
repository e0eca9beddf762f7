/** Days, weeks and months of a time zone leave no gap, whatever is done to its clocks. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dayName, isZone, periodAt } from '../../src/quota/zones.ts';
import { daysBetween, daysUntil } from '../../src/quota/use.ts';
import { randomFrom, seedOf } from '../chance.ts';

const HOUR = 3_600_000;
const iso = ({ from, to }: { from: number; to: number }) => [
  new Date(from).toISOString(),
  new Date(to).toISOString()
];
const at = Date.parse;

describe('periods of a time zone', () => {
  it('a day has 23 hours when clocks go forward, 25 when they go back', () => {
    const spring = periodAt('Europe/Berlin', 'day', at('2026-03-29T10:00Z'));
    const autumn = periodAt('Europe/Berlin', 'day', at('2026-10-25T10:00Z'));
    assert.equal((spring.to - spring.from) / HOUR, 23);
    assert.equal((autumn.to - autumn.from) / HOUR, 25);
    assert.deepEqual(iso(spring), [
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z'
    ]);
  });

  it('a day begins later where midnight does not exist', () => {
    const day = periodAt('America/Sao_Paulo', 'day', at('2018-11-04T12:00Z'));
    assert.deepEqual(iso(day), [
      '2018-11-04T03:00:00.000Z',
      '2018-11-05T02:00:00.000Z'
    ]);
  });

  it('a day that was left out has no time', () => {
    const last = periodAt('Pacific/Apia', 'day', at('2011-12-30T09:59Z'));
    const next = periodAt('Pacific/Apia', 'day', at('2011-12-30T10:00Z'));
    assert.equal(last.to, next.from);
    assert.deepEqual(
      [dayName('Pacific/Apia', last.from), dayName('Pacific/Apia', next.from)],
      ['2011-12-29', '2011-12-31']
    );
  });

  it('weeks begin on Monday, February has 29 days in a leap year', () => {
    assert.deepEqual(iso(periodAt('UTC', 'week', at('2026-11-22T23:59Z'))), [
      '2026-11-16T00:00:00.000Z',
      '2026-11-23T00:00:00.000Z'
    ]);
    assert.deepEqual(iso(periodAt('UTC', 'month', at('2024-02-29T12:00Z'))), [
      '2024-02-01T00:00:00.000Z',
      '2024-03-01T00:00:00.000Z'
    ]);
    assert.deepEqual(
      iso(periodAt('UTC', 'month', at('2026-12-31T23:00Z'), 2)),
      ['2027-02-01T00:00:00.000Z', '2027-03-01T00:00:00.000Z']
    );
  });

  it('leave no gap and never overlap, in any zone', () => {
    const seed = seedOf('time zones');
    const below = randomFrom(seed);
    const zones = Intl.supportedValuesOf('timeZone');
    for (let round = 0; round < 120; round++) {
      const zone = zones[below(zones.length)]!;
      const every = (['day', 'week', 'month'] as const)[below(3)]!;
      const moment =
        at('1990-01-01T00:00Z') +
        below(45 * 365 * 24) * HOUR +
        below(3600) * 1000;
      const now = periodAt(zone, every, moment);
      assert.ok(
        now.from <= moment && moment < now.to,
        `${zone} ${moment} is not in its ${every}`
      );
      assert.deepEqual(
        periodAt(zone, every, now.to),
        periodAt(zone, every, moment, 1),
        `${zone} ${every} after ${moment}`
      );
      assert.equal(
        periodAt(zone, every, now.from - 1).to,
        now.from,
        `${zone} ${every} before ${moment}`
      );
    }
  });

  it('so many days until now are that many, across the change of clocks', () => {
    for (const now of [
      '2026-03-30T00:30+02:00',
      '2026-10-26T00:30+01:00',
      '2026-01-01T00:00Z'
    ]) {
      const days = daysUntil('Europe/Berlin', at(now), 31);
      assert.equal(days.length, 31);
      assert.equal(new Set(days.map(({ day }) => day)).size, 31);
      assert.ok(days.at(-1)!.from <= at(now) && at(now) < days.at(-1)!.to);
      assert.deepEqual(
        daysBetween('Europe/Berlin', days[0]!.from, days.at(-1)!.to),
        days
      );
    }
  });

  it('names that are no zones are known', () => {
    assert.deepEqual(
      ['Europe/Berlin', 'UTC', 'Mars/Base', '', 'Europe/Berlin; x'].map(isZone),
      [true, true, false, false, false]
    );
  });
});

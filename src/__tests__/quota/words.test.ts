import { quotaResources, type Allowance } from '@jupyterlab-commons/protocol';
import {
  allowanceGauge,
  byNearness,
  fullness,
  thresholdWords
} from '../../quota/allowance-words';
import { amountNumber, usedOfWords } from '../../quota/amount-words';
import { dayWords, momentWords } from '../../quota/moment-words';
import { grantedWords, noticeWords } from '../../quota/notice-words';
import { serverWords } from '../../quota/server-words';
import { everyDay } from '../../quota/sums';
import { HOSTILE, NOW, trans } from '../ui/fakes';
import { DAY, HOUR, allowance, report, sharedAllowance } from './fake-quota';

const gauge = (change: Partial<Allowance>) =>
  allowanceGauge(trans, allowance(change), NOW);
const notes = (change: Partial<Allowance>) => gauge(change).notes!.join(' ');

describe('An allowance in words', () => {
  it('says what is used, of what, and in which window', () => {
    const words = gauge({});
    expect(words).toMatchObject({
      label: 'GPU hours',
      value: '34.2 of 50 GPU hours this month',
      percent: 68,
      percentText: '68%',
      tone: 'ok'
    });
    expect(words.state).toBeUndefined();
  });

  it('names every resource by its unit', () => {
    expect(
      quotaResources.map(resource => usedOfWords(trans, 1.5, 20, { resource }))
    ).toEqual([
      '1.5 of 20 server hours',
      '1.5 of 20 core hours',
      '1.5 of 20 GB hours',
      '1.5 of 20 GPU hours',
      '1.5 of 20 credits',
      '1.5 of 20 GB'
    ]);
    expect(
      usedOfWords(trans, 1, 2, { resource: 'gpu-hours', gpu: 'A100' })
    ).toBe('1 of 2 GPU hours (A100)');
  });

  it.each([
    [{ kind: 'calendar', every: 'day' }, 'today'],
    [{ kind: 'calendar', every: 'week' }, 'this week'],
    [{ kind: 'rolling', seconds: 604_800 }, 'in the last 7 days'],
    [{ kind: 'balance', every: 'week' }, 'of your balance']
  ] as const)('says the window %j', (window, words) => {
    expect(
      gauge({ window: { from: null, to: null, ...window } }).value
    ).toContain(words);
  });

  it('is never called used up before it is', () => {
    expect(gauge({ used: 49.999 })).toMatchObject({
      value: '49.9 of 50 GPU hours this month',
      percentText: '99%',
      tone: 'high',
      state: 'nearly used up'
    });
    expect(gauge({ used: 50 })).toMatchObject({
      percentText: '100%',
      tone: 'full',
      state: 'used up'
    });
  });

  it('above its limit says by how much, and draws a full bar', () => {
    expect(gauge({ used: 65 })).toMatchObject({
      percent: 100,
      percentText: '130%'
    });
  });

  it('says when a server can be started again', () => {
    expect(notes({ used: 50, freeAt: NOW + 2 * DAY })).toContain(
      'No server can be started before Thursday'
    );
    expect(notes({ used: 50, freeAt: null })).toContain(
      'No server can be started until you are granted more.'
    );
    expect(
      notes({ resource: 'storage-gib', used: 50, freeAt: null })
    ).toContain('until files are deleted');
    expect(notes({})).not.toContain('No server');
  });

  it('says when it will be used up, unless that has been', () => {
    expect(notes({ endsAt: NOW + 2 * DAY })).toContain(
      'At this rate used up Thursday'
    );
    expect(notes({ endsAt: null })).not.toContain('rate');
    expect(notes({ endsAt: NOW - 1 })).not.toContain('rate');
  });

  it('says when it begins anew, and by which zone where that is another', () => {
    expect(notes({})).toMatch(/Begins anew Apr 1, .*\./);
    expect(notes({})).not.toContain('midnight');
    const { window } = allowance();
    expect(notes({ window: { ...window, zone: 'Pacific/Chatham' } })).toContain(
      '(midnight in Pacific/Chatham).'
    );
  });

  it('tells a shared pool and the part of one person', () => {
    expect(
      allowanceGauge(trans, sharedAllowance(), NOW).notes!.join(' ')
    ).toContain(
      'Shared with everybody in physics; 12.5 core hours of it by you.'
    );
  });

  it('that one is exempt from says so, and warns of nothing', () => {
    const change = { exempt: true, used: 80, endsAt: NOW + HOUR };
    const words = gauge({ ...change, thresholds: [] });
    expect(words).toMatchObject({ percentText: '160%', tone: 'ok' });
    expect(words.state).toBeUndefined();
    expect(words.notes!.join(' ')).toContain('You are exempt');
    expect(words.notes!.join(' ')).not.toContain('rate');
    expect(grantedWords(trans, allowance(change))).toBe(
      'You were granted more: GPU hours does not limit you now.'
    );
  });

  it('tells an override with its author, end and reason', () => {
    const override = { by: 'root', until: null, reason: 'Thesis week' };
    expect(notes({ override })).toContain('Changed by root: “Thesis week”');
    expect(
      notes({ override: { ...override, until: NOW + HOUR, reason: '' } })
    ).toMatch(/Changed by root until today .*\./);
  });

  it('marks what a meter measured, with its age', () => {
    expect(notes({ source: 'slurm', measuredAt: NOW - 300_000 })).toContain(
      'Measured by slurm, 5 min ago.'
    );
    expect(notes({ source: 'slurm', measuredAt: null })).toContain(
      'slurm, which has not answered yet'
    );
    expect(notes({})).not.toContain('Measured');
  });

  it('says what happens at each threshold', () => {
    expect(thresholdWords(trans, allowance().thresholds)).toEqual([
      'At 80% you are told.',
      'At 100% no server can be started.',
      'At 120% running servers are stopped, 15 min after a warning.'
    ]);
  });

  it('stays short and finite with absurd numbers', () => {
    for (const change of [
      { limit: 0, used: 0 },
      { limit: 0, used: 1e300 },
      { limit: 1e-9, used: 1e300 },
      { limit: 1e308, used: 1e308 },
      { used: Number.MIN_VALUE },
      { endsAt: Number.MAX_SAFE_INTEGER, freeAt: Number.MAX_SAFE_INTEGER }
    ]) {
      const words = gauge(change);
      expect(JSON.stringify(words)).not.toMatch(/NaN|Infinity|null/);
      expect(words.value!.length).toBeLessThan(80);
      expect(fullness(allowance(change))).toBeLessThan(10_000);
    }
    expect(gauge({ limit: 1e308 }).value).toContain('no limit');
    expect(gauge({ limit: 1e308 }).percent).toBeUndefined();
  });

  it('shows the text of others on one line and without marks that turn it', () => {
    const override = { by: HOSTILE, until: null, reason: HOSTILE };
    const words = gauge({ title: HOSTILE, source: HOSTILE, override });
    expect(JSON.stringify(words)).not.toMatch(/\u202e|\\n/);
  });
});

describe('Allowances', () => {
  it('come with those that refuse first, then by how full they are', () => {
    const all = [
      allowance({ policy: 'a', used: 10 }),
      allowance({ policy: 'b', used: 49 }),
      allowance({ policy: 'c', used: 1, freeAt: null }),
      allowance({ policy: 'd', used: 60 }),
      allowance({ policy: 'e', used: 90, exempt: true })
    ];
    expect(byNearness(all).map(each => each.policy)).toEqual([
      'c',
      'd',
      'b',
      'a',
      'e'
    ]);
  });
});

describe('A notice', () => {
  it('says how much, and what comes of it', () => {
    expect(noticeWords(trans, allowance({ used: 40 }), NOW)).toBe(
      'GPU hours: 80% used (40 of 50 GPU hours).'
    );
    expect(
      noticeWords(trans, allowance({ used: 50, freeAt: NOW + 2 * DAY }), NOW)
    ).toMatch(
      /^GPU hours: used up \(50 of 50 GPU hours\)\. No server .* Thursday/
    );
  });

  it('fits into what JupyterLab shows, whatever it is called', () => {
    for (const change of [
      { title: 'x'.repeat(200), gpu: 'y'.repeat(64), used: 1e11, limit: 1e11 },
      { title: HOSTILE, freeAt: NOW + 2 * DAY, used: 1e11, limit: 1e10 },
      { endsAt: NOW + 2 * DAY, used: 44 }
    ]) {
      expect(
        noticeWords(trans, allowance(change), NOW).length
      ).toBeLessThanOrEqual(140);
    }
  });
});

describe('Moments and amounts', () => {
  it('are said as near as they are', () => {
    expect(momentWords(trans, NOW, NOW)).toMatch(/^today /);
    expect(momentWords(trans, NOW + 3 * DAY, NOW)).toMatch(/^Friday/);
    expect(momentWords(trans, NOW + 20 * DAY, NOW)).toMatch(/30/);
    expect(momentWords(trans, NOW + 400 * DAY, NOW)).toMatch(/2027/);
    expect(momentWords(trans, Number.MAX_SAFE_INTEGER, NOW)).toMatch(/275760/);
  });

  it('name a day as it was written, in no zone of theirs', () => {
    expect(dayWords('2026-03-10')).toMatch(/10/);
    expect(dayWords('2026-99-99')).toBe('2026-99-99');
  });

  it('are rounded down, and are nothing only where nothing was used', () => {
    expect(
      [0, 0.004, 0.29, 9.99, 99.99, 1234.9, 999_999.9, 1_999_999].map(
        amountNumber
      )
    ).toEqual([
      '0',
      '< 0.01',
      '0.29',
      '9.9',
      '99.9',
      '1,234',
      '999,999',
      '1.99M'
    ]);
  });
});

describe('Servers', () => {
  it('are told apart: the default one, named ones, and the one of this page', () => {
    expect(serverWords(trans, '', '')).toBe('Default server (this one)');
    expect(serverWords(trans, 'gpu', '')).toBe('Server “gpu”');
    expect(serverWords(trans, 'gpu', 'gpu')).toBe('Server “gpu” (this one)');
    expect(serverWords(trans, '', 'gpu')).toBe('Default server');
  });
});

describe('Days', () => {
  it('without use have their place among the others, at most 31 of them', () => {
    const { days } = report();
    expect(everyDay(days).map(each => each.day)).toEqual([
      '2026-03-08',
      '2026-03-09',
      '2026-03-10'
    ]);
    const ages = [{ ...days[0]!, day: '1970-01-01' }, ...days];
    expect(everyDay(ages).length).toBe(31);
    expect(everyDay([{ ...days[0]!, day: 'nonsense' }])).toEqual([]);
    expect(everyDay([])).toEqual([]);
  });
});

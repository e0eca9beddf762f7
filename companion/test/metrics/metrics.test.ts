import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { AllocatedCounters } from '../../src/metrics/allocated.ts';
import { BoundedNames, OTHERS } from '../../src/metrics/bounded.ts';
import { CachedText } from '../../src/metrics/cached-text.ts';
import { exposition } from '../../src/metrics/exposition.ts';
import { metrics } from '../../src/metrics/table.ts';
import { createLog } from '../../src/log.ts';
import { testLedger } from '../ledger/test-ledger.ts';
import { TestClock } from '../rooms/test-clock.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const HOUR = 3_600_000;
const quiet = createLog({ level: 'error', write: () => {} });

describe('the text format', () => {
  it('escapes what would end a label, a help text or a line', () => {
    const text = exposition(
      {
        m_total: { type: 'counter', help: 'back\\slash\nline', labels: ['a'] }
      },
      [{ name: 'm_total', value: 1, labels: { a: 'x"\n\\{}' } }]
    );
    assert.equal(
      text,
      '# HELP m_total back\\\\slash\\nline\n# TYPE m_total counter\nm_total{a="x\\"\\n\\\\{}"} 1\n'
    );
  });

  it('groups all values of a metric below its one description', () => {
    const text = exposition(metrics, [
      { name: 'commons_documents_open', value: 2 },
      { name: 'commons_samples_total', value: 1, labels: { outcome: 'taken' } },
      { name: 'commons_people', value: 3 },
      { name: 'commons_samples_total', value: 2, labels: { outcome: 'old' } }
    ]);
    assert.equal(text.match(/# TYPE commons_samples_total/g)?.length, 1);
    assert.match(
      text,
      /commons_samples_total\{outcome="taken"\} 1\ncommons_samples_total\{outcome="old"\} 2\n/
    );
  });
});

describe('names', () => {
  it('follow the rules of Prometheus: prefix, base units, total for counters alone', () => {
    for (const [name, { type, help }] of Object.entries(metrics)) {
      assert.match(name, /^(commons|process)_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      assert.doesNotMatch(name, /_(ms|milliseconds|hours|kb|mb|percent)(_|$)/);
      assert.match(help, /^[A-Z0-9].*\.$/, name);
    }
  });

  it('as labels cannot grow without end, and a name that was told stays told', () => {
    const names = new BoundedNames(2);
    assert.deepEqual(
      ['a', 'b', 'c', 'a', '', 'x'.repeat(300)].map(name => names.label(name)),
      ['a', 'b', OTHERS, 'a', OTHERS, OTHERS]
    );
  });
});

describe('allocated time as counters', () => {
  const counters = (ledger: ReturnType<typeof testLedger>) =>
    new AllocatedCounters({
      ledger,
      groups: new BoundedNames(10),
      profiles: new BoundedNames(10)
    });
  const seconds = async (of: AllocatedCounters) =>
    (await of.look()).find(
      ({ name }) => name === 'commons_allocated_server_seconds_total'
    )?.value ?? 0;
  const run = (hours: number, open: boolean) => ({
    user: 'ada',
    from: NOON,
    hours,
    open,
    cpu: 2
  });

  it('count what runs have grown by, also at their end', async () => {
    const ledger = testLedger({ runs: [run(1, true)] });
    const allocated = counters(ledger);
    assert.equal(await seconds(allocated), 0);
    ledger.addRun(run(2, true));
    assert.equal(await seconds(allocated), 3600);
    ledger.addRun(run(2.5, false));
    assert.equal(await seconds(allocated), 5400);
    assert.equal(await seconds(allocated), 5400);
  });

  it('never fall when the ledger forgets', async () => {
    const ledger = testLedger({ runs: [run(1, true)] });
    const allocated = counters(ledger);
    await allocated.look();
    ledger.addRun(run(3, false));
    assert.equal(await seconds(allocated), 7200);
    const later = testLedger({ runs: [] });
    Object.assign(ledger, {
      running: () => [],
      runs: () => later.runs('ada', 0)
    });
    assert.equal(await seconds(allocated), 7200);
  });

  it('say cores and memory of the profile, by the first group', async () => {
    const ledger = testLedger({ users: { ada: ['lab', 'team'] } });
    const allocated = counters(ledger);
    await allocated.look();
    ledger.addRun({ ...run(1, true), gpus: 3, memoryBytes: 5, profile: 'big' });
    const measured = await allocated.look();
    assert.deepEqual(
      measured.map(({ value }) => value),
      [3600, 7200, 18_000, 10_800]
    );
    assert.deepEqual(measured[0]?.labels, { group: 'lab', profile: 'big' });
  });
});

describe('the cached text', () => {
  it('is measured once for many, at most every ten seconds, and never while nobody asks', async () => {
    const clock = new TestClock();
    let measured = 0;
    const cached = new CachedText({
      measure: async () => `text ${++measured}`,
      clock,
      log: quiet
    });
    assert.deepEqual(await Promise.all([cached.text(), cached.text()]), [
      'text 1',
      'text 1'
    ]);
    clock.advance(9_999);
    assert.equal(await cached.text(), 'text 1');
    clock.advance(HOUR);
    assert.equal(measured, 1);
    assert.equal(await cached.text(), 'text 1');
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(await cached.text(), 'text 2');
  });

  it('stays as it was when measuring fails', async () => {
    const clock = new TestClock();
    let fails = false;
    const cached = new CachedText({
      measure: async () => {
        if (fails) {
          throw new Error('no');
        }
        return 'good';
      },
      clock,
      log: quiet
    });
    await cached.text();
    fails = true;
    clock.advance(HOUR);
    await cached.text();
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(await cached.text(), 'good');
  });
});

describe('what is handed to Prometheus and Grafana', () => {
  const read = (name: string) =>
    readFileSync(
      new URL(`../../../monitoring/${name}`, import.meta.url),
      'utf8'
    );
  const texts = {
    alerts: read('alerts.yml'),
    dashboard: read('grafana-dashboard.json')
  };

  for (const [what, text] of Object.entries(texts)) {
    it(`${what}: names only metrics and labels that there are`, () => {
      const named = text.match(/\b(commons|process)_[a-z_]+\b/g) ?? [];
      assert.ok(named.length > 5);
      const unknown = named.filter(name => !(name in metrics));
      assert.deepEqual(unknown, []);
      for (const [, name, labels] of text.matchAll(
        /\b(commons_[a-z_]+)\{([^}]*)\}/g
      )) {
        const known: readonly string[] =
          metrics[name as keyof typeof metrics].labels;
        for (const [, label] of labels!.matchAll(/([a-z_]+)(?:=|!)/g)) {
          assert.ok(known.includes(label!), `${name}: ${label}`);
        }
      }
    });
  }

  it('every panel of the dashboard has a title, a unit and a question', () => {
    const { panels } = JSON.parse(texts.dashboard) as {
      panels: {
        type: string;
        title: string;
        targets?: { expr: string }[];
        fieldConfig?: { defaults: { unit: string } };
      }[];
    };
    const drawn = panels.filter(({ type }) => type !== 'row');
    assert.ok(drawn.length > 10);
    for (const { title, targets, fieldConfig } of drawn) {
      assert.ok(title !== '' && fieldConfig?.defaults.unit, title);
      assert.ok(
        targets?.every(({ expr }) => expr !== ''),
        title
      );
    }
  });
});

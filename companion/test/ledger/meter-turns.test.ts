/** When meters are asked, for what time, and what the ledger knows of it then. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Meters } from '../../src/ledger/meters/meters.ts';
import type { Amounts, Span } from '../../src/ledger/meters/types.ts';
import type { MeterRule } from '../../src/quota/types.ts';
import { HOUR, HubRun, listed, log, MINUTE, settled } from './hub-run.ts';

const rule = (change: Partial<MeterRule> = {}): MeterRule =>
  ({
    ...{ name: 'm', resource: 'cpu-hours', gpu: null, everySeconds: 600 },
    ...{ kind: 'command', command: ['usage'] },
    ...change
  }) as MeterRule;
const storage = rule({ name: 's', resource: 'storage-gib' });

describe('a meter', () => {
  let hub: HubRun;
  let meters: Meters;
  let asked: { rule: MeterRule; span: Span }[];
  let answer: Record<string, number> | null;

  const create = () => {
    const { ledger, clock } = hub;
    asked = [];
    meters = new Meters({
      ...{ ledger, clock, log },
      ask: async (each, span): Promise<Amounts> => {
        asked.push({ rule: each, span });
        if (answer === null) {
          throw new Error('away');
        }
        return new Map(Object.entries(answer));
      }
    });
  };
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= MINUTE) {
      hub.clock.advance(Math.min(MINUTE, left));
      await settled();
      await settled();
    }
  };
  const used = (user: string, from = 0, to = Number.MAX_SAFE_INTEGER) =>
    hub.ledger.metered('m', user, 'cpu-hours', from, to);

  beforeEach(async () => {
    hub = await new HubRun().start();
    await hub.ledger.learn([listed('ada'), listed('bob')]);
    answer = { ada: 1 };
    create();
  });

  it('is asked at its own pace, from where it was asked before', async () => {
    assert.equal(used('ada'), null, 'it has not answered');
    meters.setRules([rule()]);
    await pass(35 * MINUTE);
    assert.equal(asked.length, 4);
    const spans = asked.map(({ span }) => span);
    assert.equal(spans[0]!.to - spans[0]!.from, 10 * MINUTE);
    spans.slice(1).forEach((span, index) => {
      assert.equal(span.from, spans[index]!.to);
    });
    assert.equal(Math.round(used('ada')!.amount * 1e6), 4e6);
    assert.deepEqual(used('bob'), {
      amount: 0,
      measuredAt: spans.at(-1)!.to
    });
    meters.stop();
    await pass(HOUR);
    assert.equal(asked.length, 4);
  });

  it('that was away is asked for all the time since', async () => {
    meters.setRules([rule()]);
    await pass(5 * MINUTE);
    answer = null;
    await pass(HOUR);
    const { measuredAt } = used('ada')!;
    answer = { ada: 6 };
    await pass(15 * MINUTE);
    const again = asked.find(
      ({ span }, index) => index > 1 && span.to - span.from > HOUR
    );
    assert.equal(again?.span.from, measuredAt);
    assert.ok(used('ada')!.amount >= 7);
  });

  it('goes on where it was over a restart, and counts nothing twice', async () => {
    meters.setRules([rule()]);
    await pass(5 * MINUTE);
    const first = asked[0]!.span;
    meters.stop();
    await hub.restart(3 * HOUR);
    create();
    assert.deepEqual(used('ada'), { amount: 1, measuredAt: first.to });
    answer = { ada: 3 };
    meters.setRules([rule()]);
    await pass(5 * MINUTE);
    assert.equal(asked[0]!.span.from, first.to);
    assert.equal(Math.round(used('ada')!.amount * 1e6), 4e6);
    const middle = first.to + HOUR;
    assert.ok(Math.abs(used('ada', middle, middle + HOUR)!.amount - 1) < 0.05);
    await hub.restart();
    assert.equal(Math.round(used('ada')!.amount * 1e6), 4e6);
  });

  it('that has told of nobody has told nevertheless', async () => {
    answer = {};
    meters.setRules([rule()]);
    await pass(5 * MINUTE);
    const { to } = asked[0]!.span;
    meters.stop();
    await hub.restart(HOUR);
    assert.deepEqual(used('ada'), { amount: 0, measuredAt: to });
  });

  it('of storage tells what is there, and nothing for who has nothing any more', async () => {
    const stored = (user: string) =>
      hub.ledger.metered('s', user, 'storage-gib', 0, 0);
    answer = { ada: 5, root: 100 };
    meters.setRules([storage]);
    await pass(5 * MINUTE);
    assert.equal(stored('ada')?.amount, 5);
    assert.equal(stored('bob'), null);
    assert.equal(stored('root'), null, 'nobody of the hub');
    answer = { bob: 2 };
    await pass(10 * MINUTE);
    assert.equal(stored('ada')?.amount, 0);
    assert.equal(stored('bob')?.amount, 2);
    await hub.restart();
    assert.equal(stored('bob')?.amount, 2);
    assert.equal(hub.ledger.meteredAt('s'), asked[1]!.span.to);
  });

  it('is asked by its new rule from the change on, and no more when it is gone', async () => {
    meters.setRules([rule(), storage]);
    await pass(5 * MINUTE);
    const command = ['other'];
    meters.setRules([rule({ command } as Partial<MeterRule>)]);
    await pass(5 * MINUTE);
    const commands = asked.map(({ rule: { name }, rule: each }) => [
      name,
      'command' in each && each.command[0]
    ]);
    assert.deepEqual(commands, [
      ['m', 'usage'],
      ['s', 'usage'],
      ['m', 'other']
    ]);
    meters.setRules([rule({ command } as Partial<MeterRule>)]);
    await pass(9 * MINUTE);
    assert.equal(asked.length, 4, 'the same rule keeps its pace');
  });

  it('sreport is asked for whole hours that it knows', async () => {
    const kind = 'slurm' as const;
    meters.setRules([rule({ kind, command: ['/usr/bin/sreport', '-P'] })]);
    await pass(3 * HOUR + 30 * MINUTE);
    assert.ok(asked.length >= 3 && asked.length <= 5);
    for (const { span } of asked) {
      assert.equal(span.from % HOUR, 0);
      assert.equal(span.to % HOUR, 0);
    }
    const spans = asked.map(({ span }) => span.from);
    assert.equal(new Set(spans).size, spans.length, 'no hour twice');
  });
});

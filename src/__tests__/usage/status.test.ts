import type { Gpu, UsageSample } from '@jupyterlab-commons/protocol';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { readSettings } from '../../usage/settings';
import { UsageStatus } from '../../usage/status-item';
import { statusWords } from '../../usage/status-words';
import { expectAccessible, trans } from '../ui/fakes';
import { FakeUsage } from './fake-usage';
import { sampleWith } from './panel-fixtures';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const ALL = { showMemory: true, showCpu: true, showGpu: true };

const calm = (change: Partial<UsageSample> = {}): UsageSample =>
  sampleWith({
    memory: { used: 2 * GIB, limit: 4 * GIB },
    cpu: { used: 1.4, limit: 2, total: 96 },
    gpus: {},
    ...change
  });

const card = (change: Partial<Gpu>): Gpu => ({
  vendor: 'nvidia',
  name: '',
  index: 0,
  state: 'ok',
  ...change
});

const labelOf = (change: Partial<UsageSample>, shown = ALL) =>
  statusWords(trans, calm(change), shown)?.label ?? null;

beforeEach(() => {
  document.documentElement.lang = 'en';
});

describe('The words of the status bar', () => {
  it.each<[string, UsageSample['memory'], string | null]>([
    ['half full', { used: 2 * GIB, limit: 4 * GIB }, 'Mem 2.0/4.0 GB'],
    ['79 %', { used: 3.16 * GIB, limit: 4 * GIB }, 'Mem 3.2/4.0 GB'],
    ['80 %', { used: 3.2 * GIB, limit: 4 * GIB }, 'Mem 3.2/4.0 GB (high)'],
    ['89 %', { used: 3.56 * GIB, limit: 4 * GIB }, 'Mem 3.6/4.0 GB (high)'],
    [
      '90 %',
      { used: 3.6 * GIB, limit: 4 * GIB },
      'Mem 3.6/4.0 GB (almost full)'
    ],
    [
      'over its limit',
      { used: 5 * GIB, limit: 4 * GIB },
      'Mem 5.0/4.0 GB (almost full)'
    ],
    ['a small limit', { used: 300 * MIB, limit: 512 * MIB }, 'Mem 300/512 MB'],
    ['no limit', { used: GIB, total: 503 * GIB }, 'Mem 1.0/503.0 GB'],
    ['nothing to be full of', { used: 0 }, 'Mem 0 MB'],
    ['not reported', { limit: 4 * GIB }, null]
  ])('memory, %s', (_, memory, expected) => {
    expect(labelOf({ memory, cpu: {} })).toBe(expected);
  });

  it.each<[string, UsageSample['cpu'], string | null]>([
    ['some', { used: 1.4, limit: 2, total: 96 }, 'CPU 1.4/2'],
    ['all of it, which is no trouble', { used: 2, limit: 2 }, 'CPU 2.0/2'],
    ['held back', { used: 2, limit: 2, throttled: 25 }, 'CPU 2.0/2 (high)'],
    ['half a core', { used: 0.25, limit: 0.5 }, 'CPU 0.3/0.5'],
    ['no limit', { used: 3, total: 96 }, 'CPU 3.0/96'],
    ['no number of cores', { used: 3 }, 'CPU 3.0'],
    ['not reported', { limit: 2 }, null]
  ])('CPU, %s', (_, cpu, expected) => {
    expect(labelOf({ memory: {}, cpu })).toBe(expected);
  });

  it.each<[string, Gpu[], string | null]>([
    ['one', [card({ busy: 87 })], 'GPU 87%'],
    [
      'several, on average',
      [card({ busy: 50 }), card({ busy: 75 })],
      'GPU 63%'
    ],
    [
      'its memory almost full',
      [card({ busy: 10, memoryUsed: 99, memoryTotal: 100 })],
      'GPU 10% (almost full)'
    ],
    [
      'split into parts that report memory alone',
      [
        card({ mig: true, busy: 3, memoryUsed: 70, memoryTotal: 80 }),
        card({ partOf: '0', memoryUsed: GIB, memoryTotal: 10 * GIB }),
        card({ partOf: '0', memoryUsed: GIB, memoryTotal: 10 * GIB })
      ],
      'GPU 2.0/20.0 GB'
    ],
    ['that reports nothing', [card({})], null]
  ])('GPU, %s', (_, cards, expected) => {
    const gpus = Object.fromEntries(
      cards.map((each, index) => [String(index), each])
    );
    expect(labelOf({ memory: {}, cpu: {}, gpus })).toBe(expected);
  });

  it('are those that the person wants to see', () => {
    const gpus = { a: card({ busy: 1 }) };
    expect(labelOf({ gpus })).toBe('Mem 2.0/4.0 GB, CPU 1.4/2, GPU 1%');
    expect(labelOf({ gpus }, { ...ALL, showCpu: false })).toBe(
      'Mem 2.0/4.0 GB, GPU 1%'
    );
    expect(
      labelOf({ gpus }, { showMemory: false, showCpu: false, showGpu: false })
    ).toBeNull();
  });

  it('have room for the longest figure, so that nothing moves', () => {
    const room = (used: number) =>
      statusWords(trans, calm({ memory: { used, limit: 16 * GIB } }), ALL)!
        .parts[0]!.room;
    expect(room(GIB)).toBe('Mem 16.0/16.0 GB'.length);
    expect(room(GIB)).toBe(room(15 * GIB));
  });

  it('are numbers as the reader writes them', () => {
    document.documentElement.lang = 'de';
    expect(labelOf({ cpu: {} })).toBe('Mem 2,0/4,0 GB');
    document.documentElement.lang = 'not a language';
    expect(labelOf({ cpu: {} })).toMatch(/^Mem 2.0\/4.0 GB$/);
  });
});

const signOf = (item: UsageStatus) =>
  item.node.querySelector('[role=img]')?.getAttribute('aria-label');

describe('The item', () => {
  function setup() {
    const usage = new FakeUsage();
    const open = jest.fn();
    const item = new UsageStatus({ usage, trans, open });
    const told: boolean[] = [];
    item.activeChanged.connect(each => told.push(each.isActive));
    return { usage, open, item, told };
  }

  it('is not there before there is something to show', () => {
    const { usage, item, told } = setup();
    item.choose(readSettings(undefined));
    expect(item.isActive).toBe(false);
    usage.say(calm());
    expect(item.node.textContent).toBe(' Mem 2.0/4.0 GB CPU 1.4/2');
    usage.say(calm());
    item.choose({
      ...readSettings(undefined),
      showMemory: false,
      showCpu: false,
      showGpu: false
    });
    expect(told).toEqual([true, false]);
  });

  it('says high and full with a sign and a word beside the colour', () => {
    const { usage, item } = setup();
    item.choose(readSettings(undefined));
    usage.say(calm({ memory: { used: 85, limit: 100 } }));
    expect(item.node.textContent).toMatch(/^ ▲Mem/);
    expect(signOf(item)).toBe('high');
    expect(item.node.title).toContain('(high)');
    usage.say(calm({ memory: { used: 99, limit: 100 } }));
    expect(item.node.textContent).toMatch(/^ ■Mem/);
    expect(signOf(item)).toBe('almost full');
  });

  it('touches the page only when it says something else', () => {
    const { usage, item } = setup();
    item.choose(readSettings(undefined));
    usage.say(calm());
    const before = item.node.firstChild;
    usage.say(calm({ at: 5 }));
    expect(item.node.firstChild).toBe(before);
  });

  it('keeps the last figures and says that they are not current', () => {
    const { usage, item } = setup();
    item.choose(readSettings(undefined));
    const error = new CommonsError('USAGE_LOST');
    usage.setState({ kind: 'failed', error, last: null, history: null });
    expect(item.isActive).toBe(false);
    usage.setState({ kind: 'failed', error, last: calm(), history: null });
    expect(item.node.title).toMatch(
      /^Not current: Mem 2\.0\/4\.0 GB, CPU 1\.4\/2\. /
    );
  });

  it('opens the panel by click, Enter and Space', async () => {
    const { usage, item, open } = setup();
    item.choose(readSettings(undefined));
    usage.say(calm());
    document.body.append(item.node);
    await expectAccessible(item.node);
    item.node.remove();
    item.node.click();
    for (const key of ['Enter', ' ', 'a']) {
      item.node.dispatchEvent(new KeyboardEvent('keydown', { key }));
    }
    expect(open).toHaveBeenCalledTimes(3);
  });

  it('hears nothing any more when it is disposed', () => {
    const { usage, item } = setup();
    item.choose(readSettings(undefined));
    item.dispose();
    usage.say(calm());
    expect(item.isActive).toBe(false);
  });
});

it('a setting of another type, or none, is the default', () => {
  const composite = { memoryPercent: 'much', showCpu: false, other: 1 };
  expect(readSettings({ composite })).toMatchObject({
    memoryPercent: 90,
    showCpu: false,
    showMemory: true
  });
});

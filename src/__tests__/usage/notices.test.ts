import { Notification } from '@jupyterlab/apputils';
import type { Incident, UsageSample } from '@jupyterlab-commons/protocol';
import * as history from '../../client/usage-history';
import { Notices } from '../../usage/notices';
import { readSettings } from '../../usage/settings';
import { trans } from '../ui/fakes';
import { FakeLab } from '../ui/fake-app';
import { FakeStateDB, FakeUsage, settle } from './fake-usage';
import { sampleWith } from './panel-fixtures';

const GIB = 1024 ** 3;
const MINUTE = 60_000;

const calm = (change: Partial<UsageSample> = {}): UsageSample =>
  sampleWith({
    memory: { used: GIB, limit: 4 * GIB },
    disk: undefined,
    gpus: {},
    incidents: {},
    ...change
  });

const filled = (percent: number) =>
  calm({ memory: { used: (percent / 100) * 4 * GIB, limit: 4 * GIB } });

function setup(recent: UsageSample[] = [], state = new FakeStateDB()) {
  const lab = new FakeLab();
  const ran: string[] = [];
  for (const command of [
    'commons:show-resources',
    'commons:show-gpus',
    'docmanager:save-all'
  ]) {
    lab.commands.addCommand(command, { execute: () => ran.push(command) });
  }
  const open = jest.fn();
  const notices = new Notices(
    {
      app: lab.app,
      usage: new FakeUsage(),
      manager: lab.manager,
      trans,
      open,
      statusBar: null,
      settings: null,
      state: state.db
    },
    history,
    recent
  );
  const look = (sample: UsageSample, settings = {}) =>
    notices.look(
      { kind: 'ready', sample, history: null },
      { ...readSettings(undefined), ...settings }
    );
  return { lab, ran, open, notices, look };
}

const texts = () =>
  Notification.manager.notifications.map(each => each.message);

const labels = () =>
  Notification.manager.notifications[0]!.options.actions!.map(
    each => each.label
  );

const press = (label: string) =>
  Notification.manager.notifications[0]!.options.actions!.find(
    each => each.label === label
  )!.callback(new MouseEvent('click'));

afterEach(() => Notification.dismiss());

describe('A warning', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('stands once while its cause does, and goes with it', () => {
    const { look } = setup();
    look(filled(92));
    look(filled(93));
    expect(texts()).toEqual([
      'analysis.ipynb uses 2.7 of 4.0 GB; memory is 92% full.'
    ]);
    look(filled(50));
    expect(texts()).toEqual([]);
  });

  it('of one cause comes back after ten minutes at the earliest', () => {
    const { look } = setup();
    look(filled(92));
    look(filled(50));
    jest.advanceTimersByTime(10 * MINUTE - 1);
    look(filled(95));
    expect(texts()).toEqual([]);
    jest.advanceTimersByTime(1);
    look(filled(95));
    expect(texts().length).toBe(1);
  });

  it('that the person has put away stays away while its cause is the same', () => {
    const { look } = setup();
    look(filled(92));
    Notification.dismiss();
    jest.advanceTimersByTime(60 * MINUTE);
    look(filled(97));
    expect(texts()).toEqual([]);
  });

  it('of one cause does not keep another quiet', () => {
    const { look } = setup();
    look(filled(92));
    const disk = { by: 'machine', free: 1, measuredAt: 1 } as const;
    look({ ...filled(92), disk });
    expect(texts().length).toBe(2);
  });

  it('before memory is full knows the pace from the samples before it was loaded', () => {
    const at = (second: number) => ({
      ...calm({
        memory: { used: (3.2 + second / 150) * GIB, limit: 4 * GIB }
      }),
      at: 1_800_000_000_000 + second * 1000
    });
    const recent = Array.from({ length: 12 }, (_, index) =>
      at((index - 12) * 5)
    );
    const { look } = setup(recent);
    look(at(0));
    expect(texts()).toEqual([
      'analysis.ipynb uses 2.7 of 4.0 GB; memory is full in about 2 min.'
    ]);
    // What was foreseen did not come, but now it does.
    look({ ...filled(50), at: at(5).at });
    look({ ...filled(95), at: at(10).at });
    expect(texts()).toEqual([
      'analysis.ipynb uses 2.7 of 4.0 GB; memory is 95% full.'
    ]);
  });

  it('leads to the panel, and saves what is not saved', () => {
    const { lab, look, ran } = setup();
    lab.addPanel({ path: 'a.ipynb', dirty: true });
    look(filled(92));
    expect(labels()).toEqual(['Save all', 'Show']);
    press('Save all');
    press('Show');
    expect(ran).toEqual(['docmanager:save-all', 'commons:show-resources']);
  });

  it('offers no saving where all is saved', () => {
    const { lab, look } = setup();
    lab.addPanel({ path: 'a.ipynb', dirty: false });
    look(filled(92));
    expect(labels()).toEqual(['Show']);
  });

  it('goes and stays away when the person wants none', () => {
    const { look } = setup();
    look(filled(92));
    look(filled(92), { showNotifications: false });
    expect(texts()).toEqual([]);
  });

  it('comes at the percentage that the person has chosen', () => {
    const { look } = setup();
    look(filled(60), { memoryPercent: 50 });
    expect(texts().length).toBe(1);
  });
});

describe('An incident', () => {
  const incident = (change: Partial<Incident> = {}): Incident => ({
    at: calm().at - 1000,
    kind: 'out-of-memory',
    name: 'analysis.ipynb',
    largest: [],
    ...change
  });

  it('is told once, with a way to the details', async () => {
    const { look, open } = setup();
    const sample = calm({ incidents: { a: incident() } });
    look(sample);
    look(sample);
    await settle();
    look(sample);
    await settle();
    expect(texts().length).toBe(1);
    expect(texts()[0]).toContain(
      'analysis.ipynb was ended for lack of memory.'
    );
    press('Details');
    expect(open).toHaveBeenCalled();
  });

  it('is not told again by a page that is loaded again', async () => {
    const state = new FakeStateDB();
    setup([], state).look(calm({ incidents: { a: incident() } }));
    await settle();
    Notification.dismiss();
    const again = setup([], state);
    again.look(calm({ incidents: { a: incident() } }));
    await settle();
    expect(texts()).toEqual([]);
    again.look(calm({ incidents: { a: incident(), b: incident() } }));
    await settle();
    expect(texts().length).toBe(1);
  });

  it('is forgotten when the server has forgotten it', async () => {
    const state = new FakeStateDB();
    const { look } = setup([], state);
    look(calm({ incidents: { a: incident() } }));
    await settle();
    look(calm({ incidents: { b: incident() } }));
    await settle();
    expect([...state.kept.values()]).toEqual([{ seen: ['b'] }]);
  });

  it('of many, the newest three are told, and none from before yesterday', async () => {
    const { look } = setup();
    const incidents = Object.fromEntries(
      [1, 2, 3, 4, 5, 100_000].map(seconds => [
        `k${seconds}`,
        incident({ at: calm().at - seconds * 1000, name: `n${seconds}` })
      ])
    );
    look(calm({ incidents }));
    await settle();
    expect(texts().map(each => /n\d+/.exec(each)?.[0])).toEqual([
      'n1',
      'n2',
      'n3'
    ]);
  });

  it('is told also where nothing can be remembered', async () => {
    const broken = {
      db: {
        fetch: () => Promise.reject(new Error('no')),
        save: () => Promise.reject(new Error('no'))
      }
    } as unknown as FakeStateDB;
    const { look } = setup([], broken);
    look(calm({ incidents: { a: incident() } }));
    await settle();
    expect(texts().length).toBe(1);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['a list of nonsense', { seen: [1, null, {}] }]
  ])('survives %s where the list of those told should be', async (_, kept) => {
    const state = new FakeStateDB();
    state.kept.set('jupyterlab-commons:incidents', kept);
    setup([], state).look(calm({ incidents: { a: incident() } }));
    await settle();
    expect(texts().length).toBe(1);
  });
});

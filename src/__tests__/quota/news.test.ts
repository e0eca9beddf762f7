import { Notification } from '@jupyterlab/apputils';
import type { QuotaNews } from '@jupyterlab-commons/protocol';
import { News } from '../../quota/news';
import type { StopBanner } from '../../quota/stop-banner';
import { NOW, ready } from '../ui/fakes';
import {
  DAY,
  FakeQuota,
  allowance,
  quotaParts,
  report,
  settle,
  stop
} from './fake-quota';

const MINUTE = 60_000;

jest.mock('../../quota/stop-banner', () => {
  const { Widget } = jest.requireActual('@lumino/widgets');
  return { StopBanner: class extends Widget {} };
});

function setup(companion = new FakeQuota()) {
  const parts = quotaParts({ companion, now: Date.now });
  const banners: StopBanner[] = [];
  Object.assign(parts.app.shell, {
    add: (banner: StopBanner) => banners.push(banner)
  });
  const news = new News(parts);
  const hear = async (said: Partial<QuotaNews>) => {
    news.hear({ key: `key ${Math.random()}`, ...said });
    await jest.advanceTimersByTimeAsync(1000);
  };
  return {
    parts,
    companion,
    hear,
    news,
    standing: () => banners.filter(each => !each.isDisposed).length,
    panel: () => parts.lab.addPanel({ path: 'a.ipynb', dirty: true })
  };
}

const texts = () =>
  Notification.manager.notifications.map(each => each.message);
const types = () => Notification.manager.notifications.map(each => each.type);
const actionsOf = (index = 0) =>
  Notification.manager.notifications[index]!.options.actions!;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
  localStorage.clear();
});
afterEach(() => {
  Notification.dismiss();
  jest.useRealTimers();
});

describe('A threshold', () => {
  it('is told louder the nearer the limit is', async () => {
    const { hear } = setup();
    for (const used of [25, 40, 50]) {
      await hear({
        kind: 'notice',
        allowance: allowance({ used, policy: `p${used}` })
      });
    }
    expect(types()).toEqual(['error', 'warning', 'info']);
  });

  it('is told once for its key', async () => {
    const { hear } = setup();
    const said = { kind: 'notice', key: 'k', allowance: allowance() } as const;
    await hear(said);
    await hear(said);
    expect(texts().length).toBe(1);
    const reloaded = setup();
    await reloaded.hear(said);
    expect(texts().length).toBe(1);
  });

  it('takes the place of the one before it', async () => {
    const { hear } = setup();
    await hear({ kind: 'notice', allowance: allowance({ used: 40 }) });
    await hear({ kind: 'notice', allowance: allowance({ used: 48 }) });
    expect(texts()).toEqual(['GPU hours: 96% used (48 of 50 GPU hours).']);
  });

  it('leads to the page, and near the limit to asking for more', async () => {
    const { hear, parts } = setup();
    await hear({ kind: 'notice', allowance: allowance({ used: 10 }) });
    expect(actionsOf().map(each => each.label)).toEqual(['Details']);
    await hear({ kind: 'notice', allowance: allowance({ used: 45 }) });
    const [ask, details] = actionsOf();
    details!.callback(new MouseEvent('click'));
    ask!.callback(new MouseEvent('click'));
    expect(parts.open).toHaveBeenCalledTimes(1);
    expect(parts.ask).toHaveBeenCalledWith('gpu-month');
  });

  it('of many limits at once is told three times, then that there are more', async () => {
    const { news } = setup();
    for (let number = 0; number < 20; number++) {
      const policy = `p${number}`;
      news.hear({
        kind: 'notice',
        key: policy,
        allowance: allowance({ policy, used: 45 })
      });
    }
    await jest.advanceTimersByTimeAsync(1000);
    expect(texts().length).toBe(4);
    expect(texts()[0]).toContain('More of your limits');
  });
});

describe('A stop', () => {
  it('has a banner until it is cancelled, which is said', async () => {
    const { hear, standing, companion } = setup();
    companion.report = report({ stops: [stop()] });
    await hear({ kind: 'stop', stop: stop() });
    expect(standing()).toBe(1);
    companion.report = report();
    await hear({ kind: 'cancelled', stop: stop() });
    expect(standing()).toBe(0);
    expect(texts()).toEqual(['This server is not stopped after all.']);
  });

  it('of another server that is cancelled is named', async () => {
    const { hear, companion } = setup();
    companion.setState(ready());
    await hear({ kind: 'cancelled', stop: stop({ server: 'gpu' }) });
    expect(texts()).toEqual(['Server “gpu” is not stopped after all.']);
  });

  it('goes when more was granted, which is said', async () => {
    const { hear, standing, companion } = setup();
    companion.report = report({ stops: [stop()] });
    await hear({ kind: 'stop', stop: stop() });
    companion.report = report();
    await hear({ kind: 'granted', allowance: allowance({ limit: 80 }) });
    expect(standing()).toBe(0);
    expect(texts()).toEqual([
      'You were granted more: GPU hours, now 80 GPU hours.'
    ]);
  });

  it('stays while it holds, whatever was granted', async () => {
    const { hear, standing, companion } = setup();
    companion.report = report({ stops: [stop()] });
    await hear({ kind: 'stop', stop: stop() });
    await hear({ kind: 'granted', allowance: allowance({ limit: 51 }) });
    expect(standing()).toBe(1);
  });

  it('that was cancelled while nobody could say so goes at the next sign-in', async () => {
    const { hear, standing, companion } = setup();
    companion.report = report({ stops: [stop()] });
    await hear({ kind: 'stop', stop: stop() });
    companion.report = report();
    companion.setState(ready());
    await settle();
    expect(standing()).toBe(0);
  });

  it('that only the report names is counted down too', async () => {
    const { parts, companion, standing } = setup();
    companion.report = report({ stops: [stop()] });
    await parts.model.refresh();
    expect(standing()).toBe(1);
  });

  it('whose moment has passed is asked about twice a minute, no more', async () => {
    const { hear, companion } = setup();
    const planned = stop({ stopAt: NOW + MINUTE });
    companion.report = report({ stops: [planned] });
    await hear({ kind: 'stop', stop: planned });
    companion.report = report({ at: NOW + MINUTE, stops: [planned] });
    await jest.advanceTimersByTimeAsync(MINUTE);
    const before = companion.asked;
    await jest.advanceTimersByTimeAsync(5 * MINUTE);
    expect(companion.asked - before).toBeGreaterThan(0);
    expect(companion.asked - before).toBeLessThanOrEqual(11);
  });

  it('is counted by the clock of the companion', async () => {
    const { hear, parts, companion, panel } = setup();
    companion.setState(ready());
    const { save } = parts.lab.contextOf(panel());
    // Their clock is ten minutes ahead of ours.
    const at = NOW + 10 * MINUTE;
    companion.report = report({ at, stops: [stop({ stopAt: at + MINUTE })] });
    Object.assign(parts.manager, {
      services: { contents: { get: async () => ({ last_modified: '' }) } }
    });
    await hear({ kind: 'stop', stop: stop({ stopAt: at + MINUTE }) });
    expect(save).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(save).toHaveBeenCalledTimes(1);
  });
});

describe('A request that was declined', () => {
  const declined = (reason: string, by = 'carol') => ({
    kind: 'declined' as const,
    key: `declined/${NOW}`,
    declined: { at: NOW, policy: 'gpu-month', by, reason }
  });

  it('is told once, with who declined it and why', async () => {
    const { hear } = setup();
    await hear(declined('No GPUs\nleft'));
    await hear(declined('No GPUs\nleft'));
    await setup().hear(declined('No GPUs\nleft'));
    expect(texts()).toEqual([
      'carol declined your request for more of GPU hours. “No GPUs left”'
    ]);
  });

  it('is told without a reason where there is none', async () => {
    const { hear } = setup();
    await hear(declined(''));
    expect(texts()).toEqual([
      'carol declined your request for more of GPU hours.'
    ]);
  });

  it('fits into a notification whatever was written, and leads to the page', async () => {
    const { hear, parts, companion } = setup();
    companion.report = report({
      allowances: [allowance({ title: 'GPU '.repeat(50) })]
    });
    await hear(declined('why '.repeat(125), 'c'.repeat(255)));
    expect(texts()[0]!.length).toBe(140);
    expect(texts()[0]).toMatch(/“why why .*…”$/);
    actionsOf()[0]!.callback(new MouseEvent('click'));
    expect(parts.open).toHaveBeenCalledTimes(1);
  });

  it('asks for the report anew, which then has no open request', async () => {
    const { hear, companion } = setup();
    await hear(declined(''));
    expect(companion.asked).toBe(1);
  });
});

describe('The word to save', () => {
  const saying = async (server: string) => {
    const { hear, parts, companion, panel } = setup();
    companion.setState(ready());
    Object.assign(parts.manager, {
      services: { contents: { get: async () => ({ last_modified: '' }) } }
    });
    const { save } = parts.lab.contextOf(panel());
    await hear({
      kind: 'save',
      stop: stop({ server, stopAt: NOW + 30_000 })
    });
    return save.mock.calls.length;
  };

  it('saves at once, and once', async () => {
    expect(await saying('')).toBe(1);
  });

  it('for another server saves nothing here', async () => {
    expect(await saying('gpu')).toBe(0);
  });
});

describe('News', () => {
  it('that cannot be read is passed over', async () => {
    const { news, standing } = setup();
    for (const said of [null, 7, {}, { kind: 'party', key: 'k' }, 'x']) {
      news.hear(said);
    }
    await settle();
    expect(standing()).toBe(0);
    expect(texts()).toEqual([]);
  });

  it('lets the report be asked for again by whoever looks', async () => {
    const { hear, parts, companion } = setup();
    parts.model.look();
    await settle();
    await hear({
      kind: 'notice',
      allowance: allowance({ freeAt: NOW + DAY })
    });
    expect(companion.asked).toBe(2);
  });
});

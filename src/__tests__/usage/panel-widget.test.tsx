import { act } from '@testing-library/react';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { CommonsError, type UsageSample } from '@jupyterlab-commons/protocol';
import type { IUsage, UsageState } from '../../tokens';
import { GpuPanel } from '../../gpu/panel';
import { ServerClock } from '../../ui/server-clock';
import { ResourcesPanel } from '../../usage/panel';
import { trans } from '../ui/fakes';
import { sampleWith } from './panel-fixtures';

class FakeUsage implements IUsage {
  stateChanged = new Signal<this, UsageState>(this);
  scanned = 0;

  constructor(public state: UsageState = { kind: 'connecting' }) {}

  set(state: UsageState): void {
    this.state = state;
    this.stateChanged.emit(state);
  }
  look(): { isDisposed: boolean; dispose: () => void } {
    throw new Error('A panel draws and never asks for figures.');
  }
  scanHome(): void {
    this.scanned++;
  }
}

const GB = 1024 ** 3;
const sample = sampleWith();
const ready = (change: Partial<UsageSample> = {}): UsageState => ({
  kind: 'ready',
  sample: sampleWith(change),
  history: null
});

/** Lets the panel and React do what they have to. */
const settle = () =>
  act(async () => {
    MessageLoop.flush();
  });

async function open(
  state: UsageState,
  Panel: typeof ResourcesPanel | typeof GpuPanel = ResourcesPanel
) {
  let now = 5_000_000;
  const usage = new FakeUsage(state);
  const panel = new Panel({ usage, trans, run: jest.fn(), now: () => now });
  act(() => Widget.attach(panel, document.body));
  await settle();
  return {
    usage,
    panel,
    text: () => panel.node.textContent ?? '',
    pass: (milliseconds: number) => (now += milliseconds)
  };
}

beforeAll(() => {
  // React asks for it; jsdom has none.
  window.requestIdleCallback ??= callback =>
    window.setTimeout(callback as () => void, 0);
});

describe('The panel as a widget', () => {
  it('draws the state that is there and each one that comes', async () => {
    const { usage, panel, text } = await open(ready());
    expect(text()).toContain('3.2 of 4 GB');
    usage.set(ready({ at: sample.at + 1000, memory: { used: GB } }));
    await settle();
    expect(text()).toContain('1 GB');
    expect(text()).not.toContain('3.2 of 4 GB');
    act(() => panel.dispose());
  });

  it('costs nothing while it is hidden, and is current when it is shown', async () => {
    const { usage, panel, text } = await open(ready());
    panel.hide();
    const draw = jest.spyOn(panel, 'update');
    usage.set(ready({ at: sample.at + 1000, memory: { used: GB } }));
    await settle();
    expect(draw).not.toHaveBeenCalled();
    panel.show();
    await settle();
    expect(text()).toContain('1 GB');
    act(() => panel.dispose());
  });

  it('hears nothing after its end', async () => {
    const { usage, panel } = await open(ready());
    act(() => panel.dispose());
    const draw = jest.spyOn(panel, 'update');
    usage.set(ready());
    expect(draw).not.toHaveBeenCalled();
  });

  it('counts ages on while nothing comes', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'performance'] });
    const { panel, text, pass } = await open(ready());
    pass(25_000);
    await act(async () => {
      jest.advanceTimersByTime(5000);
      MessageLoop.flush();
    });
    expect(text()).toContain('Measured 25 s ago.');
    act(() => panel.dispose());
    jest.useRealTimers();
  });

  it('asks for the folders through the stream', async () => {
    const { usage, panel } = await open(ready());
    act(() =>
      panel.node.querySelector<HTMLElement>('button.jp-Commons-button')!.click()
    );
    expect(usage.scanned).toBe(1);
    act(() => panel.dispose());
  });

  it('the panel of GPUs draws from the same stream', async () => {
    const { panel, text } = await open(ready(), GpuPanel);
    expect(text()).toContain('2 GPUs');
    act(() => panel.dispose());
  });
});

describe("The server's time", () => {
  const clockAt = (start: number) => {
    let now = start;
    const clock = new ServerClock(() => now);
    return { clock, pass: (milliseconds: number) => (now += milliseconds) };
  };

  it('does not take a clock that is hours apart for old figures', () => {
    const { clock, pass } = clockAt(50_000_000);
    clock.heard(1000, true);
    pass(3000);
    expect(clock.age).toBe(3000);
    expect(clock.time).toBe(4000);
  });

  it('figures that come again do not become young', () => {
    const { clock, pass } = clockAt(0);
    clock.heard(1000, true);
    pass(60_000);
    clock.heard(1000, true);
    expect(clock.age).toBe(60_000);
  });

  it('without a stream the clocks tell the age', () => {
    const { clock } = clockAt(100_000);
    clock.heard(40_000, false);
    expect(clock.age).toBe(60_000);
  });
});

it('a failed stream keeps the figures that were there', async () => {
  const { usage, panel, text } = await open(ready());
  usage.set({
    kind: 'failed',
    error: new CommonsError('STOPPING'),
    last: sample,
    history: null
  });
  await settle();
  expect(text()).toContain('These figures are 0 s old.');
  expect(text()).toContain('3.2 of 4 GB');
  act(() => panel.dispose());
});

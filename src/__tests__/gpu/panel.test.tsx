import { fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import type {
  Consumer,
  Gpu,
  UsageHistory,
  UsageSample
} from '@jupyterlab-commons/protocol';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { GpuView } from '../../gpu/panel';
import type { UsageState } from '../../tokens';
import { expectAccessible, HOSTILE, trans } from '../ui/fakes';
import { openDetails } from '../ui/open-details';
import { fullHistory, manyConsumers, manyGpus } from '../usage/many';
import { sampleWith } from '../usage/panel-fixtures';

const GB = 1024 ** 3;
const base = sampleWith();
const at = base.at;

const gpu = (change: Partial<Gpu> = {}): Gpu => ({
  vendor: 'nvidia',
  name: 'NVIDIA A100',
  index: 0,
  state: 'ok',
  ...change
});

const kernel = (name: string, change: Partial<Consumer> = {}): Consumer => ({
  kind: 'kernel',
  name: `${name}.ipynb`,
  state: 'busy',
  ...change
});

function show(state: UsageState) {
  const run = jest.fn();
  const { container } = render(
    <GpuView state={state} time={at} age={0} trans={trans} run={run} />
  );
  return { container, run, words: () => container.textContent ?? '' };
}

const ready = (
  change: Partial<UsageSample>,
  history: UsageHistory | null = null
): UsageState => ({
  kind: 'ready',
  sample: sampleWith({ problems: [], consumers: {}, ...change }),
  history
});

describe('What the panel can show', () => {
  it('no GPU is no error: it says what that means', async () => {
    const { container, words } = show(ready({ gpus: {} }));
    expect(words()).toContain('No GPU in this server');
    expect(words()).toContain('code runs on the CPU alone');
    expect(screen.queryByRole('alert')).toBeNull();
    await expectAccessible(container);
  });

  it('a GPU that cannot be seen says why, and not that there is none', () => {
    const { words } = show(
      ready({ gpus: {}, problems: ['GPU_VERSION_MISMATCH'] })
    );
    expect(words()).toContain('Stop this server and start it again.');
    expect(words()).not.toContain('No GPU was given');
  });

  it('waiting, and failed with the last figures', async () => {
    show({ kind: 'connecting' });
    expect(screen.getByText(/Waiting/)).toBeTruthy();
    const { container, words } = show({
      kind: 'failed',
      error: new CommonsError('STOPPING'),
      last: base,
      history: null
    });
    expect(words()).toContain('These figures are 0 s old.');
    expect(words()).toContain('32 of 80 GB');
    await expectAccessible(container);
  });

  it('a driver that does not answer leaves the last figures with their age', () => {
    const { words } = show(
      ready({
        gpus: base.gpus,
        gpusAt: at - 40_000,
        problems: ['GPU_STUCK']
      })
    );
    expect(words()).toContain('Measured 40 s ago.');
    expect(words()).toContain('The GPU driver does not answer.');
  });

  it('a card for each, MIG instances inside that of their GPU', async () => {
    const sample = sampleWith({
      gpus: manyGpus(at),
      consumers: manyConsumers(at)
    });
    const { container, words } = show({
      kind: 'ready',
      sample,
      history: fullHistory(sample)
    });
    const cards = screen.getAllByRole('article');
    expect(
      cards.map(card => within(card).getByRole('heading').textContent)
    ).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map(index => `GPU ${index}`));
    expect(words()).toContain('8 GPUs · 5 at work');
    const parts = within(cards[3]!).getByRole('list', {
      name: 'Parts of this GPU'
    });
    expect(
      within(parts)
        .getAllByRole('meter')
        .map(meter => meter.getAttribute('aria-valuetext'))
    ).toEqual(['2 of 10 GB, 20%', '4 of 10 GB, 40%', '6 of 40 GB, 15%']);
    expect(cards[3]!.textContent).toContain(
      'Utilisation is not reported by MIG.'
    );
    await expectAccessible(container);
  });
});

describe('A card', () => {
  it('says how busy and how full it is, with the last hour', () => {
    const sample = sampleWith();
    show({ kind: 'ready', sample, history: fullHistory(sample) });
    const card = within(screen.getByRole('article', { name: 'GPU 0' }));
    expect(
      card
        .getAllByRole('meter')
        .map(each => each.getAttribute('aria-valuetext'))
    ).toEqual(['87%', '32 of 80 GB, 40%']);
    expect(
      card.getByRole('img', { name: /^Busy in the last hour/ })
    ).toBeTruthy();
  });

  it('says the details, and once what is not reported', () => {
    const { words } = show(
      ready({
        gpus: { '0': gpu({ power: 300, powerLimit: 400, temperature: 64 }) }
      })
    );
    expect(words()).toContain('Power300 of 400 W');
    expect(words()).toContain('Temperature64 °C');
    expect(words()).toContain(
      'Not reported: Fan, Clock, Memory clock, Memory bus busy, Memory errors, PCIe in, PCIe out, NVLink in, NVLink out.'
    );
  });

  it('what is absent is not 0', () => {
    show(ready({ gpus: { '0': gpu() } }));
    const card = screen.getByRole('article');
    expect(within(card).queryByRole('meter')).toBeNull();
    expect(card.textContent).toContain('Busy not reported');
    expect(card.textContent).toContain('Memory not reported');
  });

  it('names what slows it down and what went wrong', () => {
    const { words } = show(
      ready({
        gpus: {
          '0': gpu({
            throttle: ['thermal', 'power'],
            xid: 79,
            xidAt: at - 600_000,
            eccErrors: 2
          })
        }
      })
    );
    expect(words()).toContain('Slowed down by heat, its power limit.');
    expect(words()).toContain('error Xid 79, 10 minutes ago.');
    expect(words()).toContain('2 memory errors could not be corrected.');
  });

  it('a lost GPU says what to do, and no stale figures', () => {
    const { words } = show(
      ready({ gpus: { '0': gpu({ state: 'lost', busy: 50, memoryUsed: 1 }) } })
    );
    expect(words()).toContain('stop this server and start it again');
    expect(screen.queryByRole('meter')).toBeNull();
  });

  it('many cards have their details closed, and open on request', async () => {
    const gpus = Object.fromEntries(
      [0, 1, 2].map(index => [String(index), gpu({ index, fan: 30 + index })])
    );
    gpus['2']!.power = 99;
    const { words } = show(ready({ gpus }));
    expect(words()).not.toContain('Fan');
    await openDetails('Details · 99 W');
    expect(words()).toContain('Fan32%');
  });

  it('hostile names are text', () => {
    const { container, words } = show(
      ready({
        gpus: { '0': gpu({ name: HOSTILE, uuid: HOSTILE }) },
        consumers: { x: kernel('x', { name: HOSTILE, gpus: { '0': 1 } }) }
      })
    );
    expect(container.querySelector('img, b, script')).toBeNull();
    expect(words()).not.toContain('\u202E');
  });
});

describe('Who holds it', () => {
  const gpus = { '0': gpu({ others: { processes: 3, memory: 12 * GB } }) };

  it('notebooks by name, others as a total', () => {
    show(
      ready({
        gpus,
        consumers: {
          a: kernel('a', { gpus: { '0': GB } }),
          b: kernel('b', { gpus: { '0': 8 * GB } }),
          c: kernel('c')
        }
      })
    );
    const held = within(screen.getByRole('list', { name: 'Held by' }));
    expect(held.getAllByRole('listitem').map(each => each.textContent)).toEqual(
      ['b.ipynb: 8 GB', 'a.ipynb: 1 GB', '3 processes of other people, 12 GB']
    );
  });

  it('what several share is not split by guessing', () => {
    const { words } = show(
      ready({
        gpus,
        consumers: {
          a: kernel('a', { gpus: { '0': null } }),
          b: kernel('b', { gpus: { '0': null } })
        }
      })
    );
    expect(words()).toContain('Shared by a.ipynb and b.ipynb: cannot be split');
  });

  it('others whose memory is not reported are not said to use none', () => {
    const { words } = show(
      ready({ gpus: { '0': gpu({ others: { processes: 1 } }) } })
    );
    expect(words()).toContain('1 process of other people, not reported');
  });

  const idle = (minutes: number, held: number | null = 20 * GB) =>
    ready({
      gpus,
      consumers: {
        a: kernel('analysis', {
          state: 'idle',
          activeAt: at - minutes * 60_000,
          gpus: { '0': held }
        })
      }
    });

  it('who has been idle for long can be shut down from here', () => {
    const { words, run } = show(idle(47));
    expect(words()).toContain(
      'analysis.ipynb holds 20 GB and has been idle for 47 min.'
    );
    fireEvent.click(
      screen.getByRole('button', { name: 'Shut down analysis.ipynb' })
    );
    expect(run.mock.calls).toEqual([['shut-down', 'a']]);
  });

  it('a short pause is no reason to say so', () => {
    const { words } = show(idle(10));
    expect(words()).toContain('analysis.ipynb: 20 GB');
    expect(screen.queryByRole('button', { name: /Shut down/ })).toBeNull();
  });

  it('an idle holder whose part is not reported is named without a figure', () => {
    const { words } = show(idle(47, null));
    expect(words()).toContain(
      'analysis.ipynb holds this GPU and has been idle'
    );
  });
});

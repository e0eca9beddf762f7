import { fireEvent, screen, within } from '@testing-library/react';
import type { Consumer, UsageSample } from '@jupyterlab-commons/protocol';
import * as words from '../../usage/consumer-words';
import { sortKeys } from '../../usage/row-order';
import { expectAccessible, HOSTILE } from '../ui/fakes';
import { fullHistory, manyConsumers, manyGpus } from './many';
import { KERNEL, sampleWith } from './panel-fixtures';
import { readyWith, showPanel } from './show-panel';

const MB = 1024 ** 2;
const base = sampleWith({ problems: [] });

const kernel = (name: string, change: Partial<Consumer> = {}): Consumer => ({
  kind: 'kernel',
  name: `${name}.ipynb`,
  path: `work/${name}.ipynb`,
  state: 'busy',
  ...change
});

/** As a new message would bring it: equal, and no object the same. */
const copyOf = <T,>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const names = () =>
  screen
    .getAllByRole('rowheader')
    .map(each => each.firstElementChild?.textContent);

const withMemory = (figures: Record<string, number>): UsageSample =>
  sampleWith({
    consumers: Object.fromEntries(
      Object.entries(figures).map(([name, memory]) => [
        name,
        kernel(name, { memory: memory * MB })
      ])
    )
  });

const rowOf = (name: string) =>
  within(
    screen.getByRole('rowheader', { name: new RegExp(name) }).closest('tr')!
  );
const cells = (name: string) =>
  rowOf(name)
    .getAllByRole('cell')
    .map(cell => cell.textContent);

describe('A row', () => {
  it('says what a kernel uses and does', () => {
    showPanel(readyWith(base));
    expect(
      screen.getByRole('rowheader', { name: /analysis/ }).textContent
    ).toBe(
      'analysis.ipynbPython 3 · peak 3 GB · 5 processes, 1 in the background'
    );
    expect(cells('analysis').slice(0, 4)).toEqual([
      '2.7 GB',
      '1.4CPU ',
      'GPU 8 GB + shared',
      'busy'
    ]);
    expect(
      screen.getByRole('rowheader', { name: /analysis/ }).getAttribute('title')
    ).toContain('work/analysis.ipynb');
  });

  it('what is absent is "not reported", never 0 and never empty', () => {
    showPanel(
      readyWith(
        sampleWith({
          consumers: { x: kernel('x', { state: undefined }) },
          gpus: base.gpus,
          problems: []
        })
      )
    );
    expect(cells('x').slice(0, 4)).toEqual([
      'not reported',
      'not reported',
      '–none',
      'not reported'
    ]);
  });

  it('who holds a GPU is not said where it cannot be known', () => {
    const consumers = { x: kernel('x'), y: kernel('y', { gpus: { '0': MB } }) };
    const { again } = showPanel(
      readyWith(sampleWith({ consumers, problems: ['GPU_PROCESSES_HIDDEN'] }))
    );
    expect(cells('x')[2]).toContain('not reported');
    again(
      readyWith(
        sampleWith({
          consumers: { x: kernel('x') },
          problems: ['GPU_PROCESSES_HIDDEN']
        })
      )
    );
    expect(screen.queryByRole('columnheader', { name: 'GPU' })).toBeNull();
  });

  it('a remote kernel says remote', () => {
    showPanel(
      readyWith(sampleWith({ consumers: { x: kernel('x', { remote: true }) } }))
    );
    expect(cells('x').slice(0, 2)).toEqual(['remote', 'remote']);
    expect(screen.getByRole('rowheader').textContent).toContain(
      'not measured here'
    );
  });

  it('idle says for how long', () => {
    const idle = { state: 'idle' as const, activeAt: base.at - 12 * 60_000 };
    showPanel(readyWith(sampleWith({ consumers: { x: kernel('x', idle) } })));
    expect(cells('x')).toContain('idle 12 min');
  });

  it('each button names its notebook and asks for its verb', () => {
    const { run } = showPanel(readyWith(base));
    for (const name of [
      'Open analysis.ipynb',
      'Interrupt analysis.ipynb',
      'Restart the kernel of analysis.ipynb',
      'Shut down analysis.ipynb',
      'Open Terminal 1',
      'Shut down Terminal 1'
    ]) {
      fireEvent.click(screen.getByRole('button', { name }));
    }
    expect(run.mock.calls).toEqual([
      ['open', KERNEL],
      ['interrupt', KERNEL],
      ['restart', KERNEL],
      ['shut-down', KERNEL],
      ['open', 'terminal:1'],
      ['shut-down', 'terminal:1']
    ]);
    expect(screen.queryByRole('button', { name: /Jupyter server/ })).toBeNull();
  });

  it('hostile names are text', () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({
          consumers: {
            x: kernel('x', { name: HOSTILE, path: HOSTILE, language: HOSTILE })
          }
        })
      )
    );
    expect(container.querySelector('img, b, script')).toBeNull();
    for (const node of container.querySelectorAll('[title], [aria-label]')) {
      expect(node.getAttribute('title') ?? '').not.toContain('\u202E');
      expect(node.getAttribute('aria-label') ?? '').not.toContain('\u202E');
    }
  });
});

describe('The order', () => {
  it('is by memory, and by any column on request', () => {
    showPanel(readyWith(withMemory({ a: 1, b: 3, c: 2 })));
    expect(names()).toEqual(['b.ipynb', 'c.ipynb', 'a.ipynb']);
    const memory = screen.getByRole('columnheader', { name: 'Memory' });
    expect(memory.getAttribute('aria-sort')).toBe('descending');
    fireEvent.click(within(memory).getByRole('button'));
    expect(names()).toEqual(['a.ipynb', 'c.ipynb', 'b.ipynb']);
    fireEvent.click(screen.getByRole('button', { name: 'Name' }));
    expect(names()).toEqual(['a.ipynb', 'b.ipynb', 'c.ipynb']);
    expect(memory.getAttribute('aria-sort')).toBe('none');
  });

  it('rows do not change places each second, but after ten', () => {
    const before = withMemory({ a: 1, b: 3 });
    const after = withMemory({ a: 9, b: 3, c: 5 });
    const { again } = showPanel(readyWith(before), { time: 100_000 });
    again(readyWith(after), { time: 101_000 });
    expect(names()).toEqual(['b.ipynb', 'a.ipynb', 'c.ipynb']);
    again(readyWith(after), { time: 110_000 });
    expect(names()).toEqual(['a.ipynb', 'c.ipynb', 'b.ipynb']);
  });

  it('rows hold still under the pointer and the focus', () => {
    const { again } = showPanel(readyWith(withMemory({ a: 1, b: 3 })), {
      time: 100_000
    });
    const table = screen.getByRole('table');
    fireEvent.pointerEnter(table);
    again(readyWith(withMemory({ a: 9, b: 3 })), { time: 150_000 });
    expect(names()).toEqual(['b.ipynb', 'a.ipynb']);
    fireEvent.pointerLeave(table);
    expect(names()).toEqual(['a.ipynb', 'b.ipynb']);
    fireEvent.focus(screen.getByRole('button', { name: 'Open a.ipynb' }));
    again(readyWith(withMemory({ a: 1, b: 3 })), { time: 200_000 });
    expect(names()).toEqual(['a.ipynb', 'b.ipynb']);
  });

  it('what is not reported stands last in both directions', () => {
    const consumers = {
      none: kernel('none'),
      small: kernel('small', { memory: 1 }),
      large: kernel('large', { memory: 2 })
    };
    const order = (descending: boolean) =>
      sortKeys(consumers, { by: 'memory', descending }, 0);
    expect(order(true)).toEqual(['large', 'small', 'none']);
    expect(order(false)).toEqual(['small', 'large', 'none']);
  });
});

describe('Thirty kernels and eight GPUs', () => {
  const sample = sampleWith({
    consumers: manyConsumers(base.at),
    gpus: manyGpus(base.at)
  });

  it('have no barrier', async () => {
    const { container } = showPanel(readyWith(sample, fullHistory(sample)));
    expect(screen.getAllByRole('rowheader')).toHaveLength(34);
    await expectAccessible(container);
  });

  it('a second in which one kernel changes draws that row only', async () => {
    const history = fullHistory(sample);
    const { again, container } = showPanel(readyWith(sample, history));
    const touched: string[] = [];
    const observer = new MutationObserver(records => {
      for (const { target } of records) {
        const node = target instanceof Element ? target : target.parentElement;
        touched.push(
          node?.closest('tr')?.querySelector('th')?.firstElementChild
            ?.textContent ?? 'elsewhere'
        );
      }
    });
    observer.observe(container, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true
    });
    const changed = copyOf({
      ...sample,
      at: sample.at + 1000,
      consumers: {
        ...sample.consumers,
        'kernel-2': { ...sample.consumers['kernel-2']!, cpu: 3.5 }
      }
    });
    // Each row that is drawn asks once what can be done with it.
    const drawn = jest.spyOn(words, 'verbsOf');
    again(readyWith(changed, copyOf(history)));
    expect(drawn).toHaveBeenCalledTimes(1);
    drawn.mockRestore();
    await Promise.resolve();
    observer.disconnect();
    expect([...new Set(touched)]).toEqual(['plots.ipynb']);
  });
});

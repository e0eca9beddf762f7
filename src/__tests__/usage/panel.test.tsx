import { fireEvent, screen, within } from '@testing-library/react';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { expectAccessible, HOSTILE } from '../ui/fakes';
import { openDetails } from '../ui/open-details';
import { historyWith, sampleWith } from './panel-fixtures';
import { readyWith, showPanel } from './show-panel';

const GB = 1024 ** 3;
const sample = sampleWith();

const text = (container: HTMLElement) => container.textContent ?? '';

describe('What the panel can show', () => {
  it('waiting for the first figures', async () => {
    const { container } = showPanel({ kind: 'connecting' });
    expect(text(container)).toContain('Waiting for the first figures');
    await expectAccessible(container);
  });

  it('failed, with the last figures and their age', async () => {
    const { container } = showPanel(
      {
        kind: 'failed',
        error: new CommonsError('STOPPING'),
        last: sample,
        history: historyWith()
      },
      { time: sample.at + 95_000, age: 95_000 }
    );
    expect(screen.getByRole('alert').textContent).toContain('starting');
    expect(text(container)).toContain('These figures are 1 min old.');
    expect(text(container)).toContain('3.2 of 4 GB');
    await expectAccessible(container);
  });

  it('failed before anything came', () => {
    const { container } = showPanel({
      kind: 'failed',
      error: new CommonsError('STOPPING'),
      last: null,
      history: null
    });
    expect(text(container)).toContain('It is tried again by itself.');
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('figures older than ten seconds say their age, younger ones do not', () => {
    const state = readyWith(sample);
    const { container, again } = showPanel(state, { age: 9000 });
    expect(text(container)).not.toContain('Measured');
    again(state, { age: 25_000 });
    expect(text(container)).toContain('Measured 25 s ago.');
  });

  it('figures that are missing for the moment hide neither kernels nor incidents', async () => {
    const { container } = showPanel(
      readyWith(sampleWith({ memory: {}, cpu: {} }))
    );
    expect(text(container)).not.toContain('Not measured here');
    expect(screen.getAllByRole('row').length).toBeGreaterThan(1);
    await expectAccessible(container);
  });

  it('a platform where nothing can be read says so instead of 0', async () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({
          memory: {},
          cpu: {},
          consumers: {},
          problems: ['MEMORY_UNREADABLE']
        })
      )
    );
    expect(text(container)).toContain('Not measured here');
    expect(text(container)).toContain('cannot be read, so no limit is watched');
    expect(screen.queryByRole('meter')).toBeNull();
    await expectAccessible(container);
  });

  it('ready, with everything at once and no barrier in it', async () => {
    const { container } = showPanel(readyWith(sample, historyWith()));
    await expectAccessible(container);
  });
});

describe('Limits and use', () => {
  it('memory: used, limit, percent, what limit it is, and its peak', () => {
    const { container } = showPanel(readyWith(sample, historyWith()));
    const meter = screen.getByRole('meter', { name: 'Memory' });
    expect(meter.getAttribute('aria-valuetext')).toBe('3.2 of 4 GB, 80%, high');
    expect(text(container)).toContain('Limit of this container · peak 3.4 GB');
    expect(
      screen.getByRole('img', { name: /^Memory in the last/ })
    ).toBeTruthy();
  });

  it('a limit of the hub is not called enforced', () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({ memory: { used: GB, limit: 4 * GB, limitBy: 'hub' } })
      )
    );
    expect(text(container)).toContain('it may not be enforced');
  });

  it('without a limit the whole machine is named, with those who share it', () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({
          memory: { used: 16 * GB, total: 64 * GB },
          problems: ['LIMIT_UNKNOWN']
        })
      )
    );
    expect(text(container)).toContain('16 of 64 GB');
    expect(text(container)).toContain('Whole machine, shared with others');
    expect(text(container)).toContain('No memory limit is visible');
  });

  it('a quota that slows code down and waiting are said in words', () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({
          memory: { used: 3.9 * GB, limit: 4 * GB, pressure: 30 },
          cpu: { used: 2, limit: 2, throttled: 12.4, pressure: 1 }
        })
      )
    );
    expect(text(container)).toContain('slowed down 12% of the time');
    expect(text(container)).not.toContain('waits for a CPU');
    expect(text(container)).toContain(
      'almost full · waits for memory 30% of the time'
    );
  });

  it('explains what counts: shared memory does, the file cache does not', async () => {
    const { container } = showPanel(readyWith(sample));
    await openDetails('What counts');
    expect(text(container)).toContain(
      'Files in /dev/shm and shared memory: 128 MB. They count against the limit'
    );
    expect(text(container)).toContain('File cache: 256 MB, freed when');
    expect(text(container)).toContain('The whole machine has 503 GB');
    expect(text(container)).toContain('1 process was ended for lack of memory');
  });

  it('of a disk that others share only the free part is shown', () => {
    const { container } = showPanel(
      readyWith(
        sampleWith({
          disk: {
            used: 9 * GB,
            limit: 10 * GB,
            free: 5 * GB,
            by: 'machine',
            measuredAt: sample.at
          }
        })
      )
    );
    expect(text(container)).toContain('5 GB free');
    expect(screen.queryByRole('meter', { name: 'Disk' })).toBeNull();
  });

  it('one direction of the network can be absent', () => {
    const { container } = showPanel(
      readyWith(sampleWith({ network: { received: 2048, of: 'machine' } }))
    );
    expect(text(container)).toContain('in 2 KB/s, out not reported');
  });
});

describe('The folders of the home', () => {
  const disk = sample.disk!;
  const folders = () =>
    screen.getByRole('region', { name: 'Folders of your home' });
  const kernels = () =>
    screen.getByRole('region', { name: /Kernels and terminals/ });
  const isFirst = () =>
    Boolean(
      folders().compareDocumentPosition(kernels()) &
      Node.DOCUMENT_POSITION_FOLLOWING
    );

  it('stand before the kernels when the home is filling, else after them', () => {
    const { again } = showPanel(readyWith(sample));
    expect(isFirst()).toBe(true);
    again(readyWith(sampleWith({ disk: { ...disk, used: GB } })));
    expect(isFirst()).toBe(false);
  });

  it('are listed with their age and what is usually no loss', () => {
    showPanel(readyWith(sample), { time: disk.foldersAt! + 300_000 });
    const list = within(folders());
    expect(list.getByText('measured 5 min ago')).toBeTruthy();
    expect(list.getAllByRole('listitem').map(item => item.textContent)).toEqual(
      [
        '.cache 4 GBCaches, of pip for one: “pip cache purge” empties it.',
        'data 3 GB'
      ]
    );
  });

  it('are measured when somebody asks, and once', () => {
    const unknown = { ...disk, folders: undefined, foldersAt: undefined };
    const { scan, again } = showPanel(readyWith(sampleWith({ disk: unknown })));
    fireEvent.click(screen.getByRole('button', { name: 'Measure folders' }));
    expect(scan).toHaveBeenCalledTimes(1);
    again(readyWith(sampleWith({ disk: { ...unknown, scanning: true } })));
    expect(screen.getByRole('status').textContent).toBe('measuring…');
    fireEvent.click(screen.getByRole('button', { name: 'Measure folders' }));
    expect(scan).toHaveBeenCalledTimes(1);
  });
});

describe('What happened', () => {
  const one = Object.values(sample.incidents)[0]!;
  const incidents = Object.fromEntries(
    [1, 2, 3, 4].map(n => [
      `i${n}`,
      { ...one, at: one.at - n * 3_600_000, name: `n${n}.ipynb` }
    ])
  );

  it('newest first, older ones behind a triangle', async () => {
    const { container } = showPanel(readyWith(sampleWith({ incidents })));
    const section = within(
      screen.getByRole('region', { name: 'What happened' })
    );
    const shown = () =>
      section.getAllByRole('listitem').map(each => /n\d/.exec(text(each))?.[0]);
    expect(shown()).toEqual(['n1', 'n2']);
    await openDetails('Earlier (2)');
    expect(shown()).toEqual(['n1', 'n2', 'n3', 'n4']);
    await expectAccessible(container);
  });

  it('names from outside are text', () => {
    const hostile = {
      ...one,
      name: HOSTILE,
      path: HOSTILE,
      largest: [{ name: HOSTILE, path: HOSTILE }]
    };
    const { container } = showPanel(
      readyWith(sampleWith({ incidents: { x: hostile } }))
    );
    expect(container.querySelector('img, b, script')).toBeNull();
    expect(text(container)).not.toContain('\u202E');
  });
});

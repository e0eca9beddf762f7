import {
  act,
  cleanup,
  fireEvent,
  render,
  screen
} from '@testing-library/react';
import * as React from 'react';
import { CommonsError, type QuotaReport } from '@jupyterlab-commons/protocol';
import { QuotaView } from '../../quota/page-view';
import { QuotaSection } from '../../quota/section';
import { StopLines } from '../../quota/stop-banner';
import { Stops } from '../../quota/stops';
import { HOSTILE, NOW, expectAccessible, ready, trans } from '../ui/fakes';
import { openDetails } from '../ui/open-details';
import {
  DAY,
  FakeIntersection,
  FakeQuota,
  allowance,
  quotaParts,
  report,
  settle,
  sharedAllowance,
  stop
} from './fake-quota';

Object.assign(window, { IntersectionObserver: FakeIntersection });

afterEach(() => {
  cleanup();
  jest.restoreAllMocks();
  jest.useRealTimers();
});

async function show(
  view: 'section' | 'page',
  said: QuotaReport | Error | FakeQuota = report(),
  now?: () => number
) {
  const companion = said instanceof FakeQuota ? said : new FakeQuota();
  if (said instanceof Error) {
    companion.failure = said;
  } else if (!(said instanceof FakeQuota)) {
    companion.report = said;
  }
  const parts = quotaParts({ companion, now });
  const openFile = jest.fn();
  const { container } = render(
    view === 'section' ? (
      <QuotaSection {...parts} />
    ) : (
      <QuotaView {...parts} openFile={openFile} />
    )
  );
  if (companion.state.kind === 'ready') {
    companion.setState(ready());
  }
  await act(settle);
  return { ...parts, container, openFile };
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    allowance({ policy: `p${index}`, title: `Limit ${index}`, used: index })
  );

describe('The section in the panel of resources', () => {
  it('shows the limits that are nearest, the servers, and the way to the rest', async () => {
    const { container, open } = await show(
      'section',
      report({ allowances: many(7) })
    );
    expect(
      screen.getAllByRole('meter').map(each => each.getAttribute('aria-label'))
    ).toEqual(['Limit 6', 'Limit 5', 'Limit 4']);
    expect(container.textContent).toContain('Default server (this one)');
    expect(container.textContent).toContain('Server “gpu” Profile gpu-large');
    fireEvent.click(screen.getByText('All 7 limits and details'));
    expect(open).toHaveBeenCalled();
    await expectAccessible(container);
  });

  it('says what was used where nothing is limited', async () => {
    const { container } = await show(
      'section',
      report({ policies: 0, allowances: [] })
    );
    expect(container.textContent).toContain(
      'No limits are set for you. Used in the last 31 days: 12 server hours, 16 GPU hours.'
    );
    expect(screen.queryByRole('meter')).toBeNull();
  });

  it.each([
    ['no companion', new FakeQuota({ kind: 'absent', reason: 'None.' })],
    ['one that counts nothing', new CommonsError('NO_ROUTE')],
    ['one that has never answered', new CommonsError('STOPPING')]
  ])('is not there with %s', async (_, said) => {
    const { container } = await show('section', said);
    expect(container.textContent).toBe('');
  });

  it('keeps what is known while the companion is away, with its age', async () => {
    const { container, companion, model } = await show('section');
    companion.failure = new CommonsError('STOPPING');
    await act(() => model.refresh());
    expect(container.textContent).toContain('Figures of 0 s ago');
    expect(screen.getAllByRole('meter').length).toBe(2);
  });

  it('asks only while it is on screen and the page is seen', async () => {
    jest.useFakeTimers({ now: NOW });
    const { companion } = await show('section', report(), Date.now);
    const [element] = FakeIntersection.all;
    const minutes = async (count: number) => {
      const before = companion.asked;
      await act(() => jest.advanceTimersByTimeAsync(count * 60_000));
      return companion.asked - before;
    };
    expect(await minutes(3)).toBe(3);
    element!.show(false);
    expect(await minutes(10)).toBe(0);
    const visible = jest.spyOn(document, 'visibilityState', 'get');
    visible.mockReturnValue('hidden');
    element!.show(true);
    expect(await minutes(10)).toBe(0);
    visible.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    expect(await minutes(2)).toBe(2);
  });

  it('tells the planned stop of a server beside it', async () => {
    const { container } = await show('section', report({ stops: [stop()] }));
    expect(container.textContent).toMatch(/Will be stopped today/);
  });
});

describe('The page of quota', () => {
  it('shows all limits, servers, days, notebooks and whom to ask', async () => {
    const { container } = await show('page', report({ allowances: many(7) }));
    expect(screen.getAllByRole('meter').length).toBe(7);
    expect(
      screen.getAllByRole('heading').map(each => each.textContent)
    ).toEqual([
      'Limits',
      'Running now',
      'By day',
      'By notebook',
      'Ask for more'
    ]);
    expect(container.textContent).toContain(
      'Whom to ask: hub-admins@example.org'
    );
    await expectAccessible(container);
  });

  it('says what happens at each threshold', async () => {
    const { container } = await show(
      'page',
      report({ allowances: [allowance()] })
    );
    await openDetails('What happens as it is used up');
    expect(container.textContent).toContain(
      'At 120% running servers are stopped, 15 min after a warning.'
    );
  });

  it('draws the days, in words and as a table too', async () => {
    const { container } = await show('page');
    expect(
      screen.getByRole('img', { name: /^Server hours by day/ })
    ).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Show'), {
      target: { value: 'gpuHours' }
    });
    expect(
      screen.getByRole('img', {
        name: 'GPU hours by day, Mar 8 to Mar 10: 16 in all, highest 12 on Mar 10'
      })
    ).toBeTruthy();
    await openDetails('Figures of each day');
    expect(
      [...container.querySelectorAll('tbody tr')]
        .slice(0, 4)
        .map(row => row.textContent)
    ).toEqual(['Mar 10312', 'Mar 900', 'Mar 894', 'Sum1216']);
  });

  it('opens notebooks of this server, and names the server of the others', async () => {
    const { openFile, container } = await show('page');
    fireEvent.click(screen.getByRole('button', { name: 'training.ipynb' }));
    expect(openFile).toHaveBeenCalledWith('work/training.ipynb');
    expect(screen.queryByRole('button', { name: 'other.ipynb' })).toBeNull();
    expect(container.textContent).toContain('Server “gpu”');
    expect(container.textContent).toContain('It does not count for any limit.');
  });

  it('says in words what is not known just now', async () => {
    const { container } = await show(
      'page',
      report({
        problems: [
          'hub-away',
          'meter-away',
          'policy-file-broken',
          'not-reported'
        ]
      })
    );
    const [list] = container.querySelectorAll('.jp-Commons-Problems');
    expect(list!.querySelectorAll('li').length).toBe(4);
    expect(list!.textContent).toContain('limits before it hold');
  });

  it('shows what was asked for and not answered', async () => {
    const asked = { at: NOW - DAY, policy: 'gpu-month', message: 'Thesis' };
    const { container, ask } = await show('page', report({ asked }));
    expect(container.textContent).toMatch(
      /You asked for more of GPU hours \(.*\): “Thesis” It has not been answered yet\./
    );
    fireEvent.click(screen.getByText('Ask again…'));
    expect(ask).toHaveBeenCalledWith();
  });

  it('shows who declined what was asked for, and the whole reason', async () => {
    const reason = 'All GPUs are taken until Monday. '.repeat(15).trim();
    const { container } = await show(
      'page',
      report({
        declined: { at: NOW - DAY, policy: 'gpu-month', by: 'carol', reason }
      })
    );
    expect(container.textContent).toMatch(
      /carol declined your request for more of GPU hours \(.*\): “All GPUs/
    );
    expect(container.textContent).toContain(`“${reason}”`);
    expect(screen.getByText('Ask for more…')).toBeTruthy();
  });

  it('is clear where there is nothing', async () => {
    const { container } = await show(
      'page',
      report({
        policies: 0,
        allowances: [],
        running: [],
        days: [],
        notebooks: [],
        contact: ''
      })
    );
    for (const words of [
      'No limits are set for you.',
      'No server of yours runs.',
      'Nothing was used in the last 31 days.',
      'Nothing was reported.',
      'There is no limit that you could ask more of.'
    ]) {
      expect(container.textContent).toContain(words);
    }
    await expectAccessible(container);
  });

  it.each([
    [
      'absent',
      new FakeQuota({ kind: 'absent', reason: 'None here.' }),
      'None here.'
    ],
    ['of an earlier version', new CommonsError('NO_ROUTE'), 'not know quota'],
    ['away', new CommonsError('STOPPING'), 'Try again']
  ])('says so where the companion is %s', async (_, said, words) => {
    const { container } = await show('page', said);
    expect(container.textContent).toContain(words);
    await expectAccessible(container);
  });

  it('shows the text of others as text', async () => {
    const { container } = await show(
      'page',
      report({
        allowances: [
          sharedAllowance({
            title: HOSTILE,
            scope: { kind: 'group', name: HOSTILE },
            source: HOSTILE,
            override: { by: HOSTILE, until: null, reason: HOSTILE }
          })
        ],
        running: [
          { ...report().running[0]!, server: HOSTILE, profile: HOSTILE }
        ],
        notebooks: [
          { ...report().notebooks[0]!, name: HOSTILE, path: HOSTILE }
        ],
        contact: HOSTILE,
        asked: { at: NOW, policy: HOSTILE, message: HOSTILE },
        declined: { at: NOW, policy: HOSTILE, by: HOSTILE, reason: HOSTILE }
      })
    );
    expect(container.querySelector('img, b')).toBeNull();
    const titles = [...container.querySelectorAll('[title]')].map(each =>
      each.getAttribute('title')
    );
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.join() + container.textContent).not.toContain('\u202e');
  });
});

describe('The banner of a stop', () => {
  function showBanner(...planned: ReturnType<typeof stop>[]) {
    const time = jest.fn(() => NOW);
    const stops = new Stops({
      time,
      own: () => '',
      save: async () => ({ saved: 0, failed: [] }),
      ask: jest.fn()
    });
    planned.forEach(each => stops.put(each));
    const verbs = { save: jest.fn(), ask: jest.fn() };
    const { container } = render(
      <StopLines
        {...{ stops, trans, time, ...verbs }}
        own={() => ''}
        allowances={() => [allowance({ used: 60 })]}
      />
    );
    const said = () =>
      [...container.querySelectorAll('[role="status"]')].at(-1)!.textContent;
    const at = (left: number) => {
      time.mockReturnValue(planned[0]!.stopAt - left);
      act(() => stops.put({ ...planned[0]! }));
    };
    return { container, stops, said, at, ...verbs };
  }

  it('says which, when, why and how long; saves and asks', async () => {
    const { container, save, ask, stops } = showBanner(stop());
    expect(container.textContent).toMatch(
      /This server will be stopped today .*: 60 of 50 GPU hours of “GPU hours” are used.* Time left: 12 min\./
    );
    fireEvent.click(screen.getByText('Save all'));
    fireEvent.click(screen.getByText('Ask for more…'));
    expect(save).toHaveBeenCalled();
    expect(ask).toHaveBeenCalledWith('gpu-month');
    await expectAccessible(container);
    stops.dispose();
  });

  it('offers nothing that cannot help', () => {
    const { stops } = showBanner(
      stop({ server: 'gpu', because: 'admin', by: 'root' })
    );
    expect(screen.queryAllByRole('button')).toEqual([]);
    stops.dispose();
  });

  it('speaks when it begins and at its marks, and not in between', () => {
    const { said, at, stops, container } = showBanner(stop());
    expect(said()).toContain('Time left: 12 min.');
    at(11 * 60_000);
    expect(container.textContent).toContain('Time left: 11 min.');
    expect(said()).toContain('Time left: 12 min.');
    at(10 * 60_000);
    expect(said()).toContain('Time left: 10 min.');
    at(59_000);
    expect(said()).toContain('Time left: 59 s.');
    at(31_000);
    expect(said()).toContain('Time left: 59 s.');
    at(30_000);
    expect(said()).toContain('Time left: 30 s.');
    at(0);
    expect(container.textContent).toContain('It is being stopped now.');
    stops.dispose();
  });

  it('names what could not be saved', async () => {
    const { container, stops } = showBanner(stop());
    await act(() =>
      stops.save(async () => ({
        saved: 1,
        failed: [{ name: 'a.ipynb', reason: 'read-only' }]
      }))
    );
    expect(container.textContent).toContain(
      '1 document saved. Not saved: a.ipynb (read-only).'
    );
    stops.dispose();
  });
});

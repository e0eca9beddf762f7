import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import { CommonsError, type GitRepository } from '@jupyterlab-commons/protocol';
import { HistoryView } from '../../git/panel';
import { expectAccessible, HOSTILE, NOW, trans } from '../ui/fakes';
import { FakeHistory, hash, line, repository, row, settle } from './fake-git';

let page: FakeHistory;
beforeEach(() => {
  page = new FakeHistory();
});
afterEach(() => page.model.dispose());

/** Lets answers and lazily loaded parts come. */
const come = () =>
  act(async () => {
    await new Promise(resolve => setTimeout(resolve, 0));
    await settle();
  });

async function show(now = () => NOW) {
  const run = jest.fn();
  const showPrograms = jest.fn();
  const { container } = render(
    <HistoryView model={page.model} {...{ trans, run, showPrograms, now }} />
  );
  await act(() => page.show());
  await come();
  return { container, run, showPrograms };
}

const options = () => screen.queryAllByRole('option');
const list = () => screen.getByRole('listbox', { name: /Commits/ });
const press = (key: string, more = {}) =>
  fireEvent.keyDown(list(), { key, ...more });

describe('Why there is no history', () => {
  const cases: [GitRepository, string][] = [
    [{ kind: 'none' }, 'This folder is not in a git repository.'],
    [repository({ kind: 'empty' }), 'This repository has no commits yet.'],
    [{ kind: 'bare' }, 'This is a bare repository.'],
    [{ kind: 'no-git' }, 'Git is not installed on this server.'],
    [{ kind: 'old-git' }, 'Git is too old on this server.'],
    [{ kind: 'broken', detail: 'bad index' }, 'Git says: bad index'],
    [
      {
        kind: 'foreign',
        command: 'git config --global --add safe.directory /x'
      },
      'git config --global --add safe.directory /x'
    ]
  ];

  it.each(cases)('is said for %j', async (here, words) => {
    page.git.here = here;
    const { container } = await show();
    expect(container.textContent).toContain(words);
    await expectAccessible(container);
  });

  it('is said where nothing of the own files is in front', async () => {
    const { container } = await show();
    act(() => page.model.setPlace(null));
    expect(container.textContent).toContain('No file of yours is open.');
  });

  it('is said when the server fails, with a way to try again', async () => {
    page.git.refusals.set('repository', new TypeError('no network'));
    await show();
    expect(screen.getByRole('alert').textContent).toContain(
      'Your server does not answer'
    );
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await come();
    expect(options().length).toBe(3);
  });

  it('is said for a file in no commit, and for a search that finds nothing', async () => {
    page.git.rows = [];
    const { container } = await show();
    expect(container.textContent).toContain('This file has no history yet.');
    act(() => page.model.setField('x'));
    act(() => page.model.searchNow());
    await come();
    expect(container.textContent).toContain('Nothing found.');
  });
});

describe('The list', () => {
  it('draws only what is in sight, of any number of rows', async () => {
    page.git.rows = line(120);
    const { container } = await show();
    await come();
    expect(page.model.rows!.rows.length).toBeGreaterThanOrEqual(100);
    expect(options().length).toBeLessThan(40);
    await expectAccessible(container);
  });

  it('is walked by keyboard', async () => {
    await show();
    const active = () =>
      document.getElementById(list().getAttribute('aria-activedescendant')!);
    expect(active()!.textContent).toContain('Commit a1a');
    press('ArrowDown');
    expect(active()!.textContent).toContain('Commit a2a');
    press('End');
    expect(active()!.textContent).toContain('Commit a3a');
    press('ArrowDown');
    press('Home');
    expect(active()!.textContent).toContain('Commit a1a');
    expect(page.git.said.some(each => each.startsWith('commit'))).toBe(false);
    press('Enter');
    await come();
    expect(page.model.selected).toBe(hash('a1a'));
    press('Escape');
    expect(page.model.selected).toBeNull();
  });

  it('shows three names of a commit and how many more there are', async () => {
    page.git.rows = [
      row('a', [], {
        refs: [
          { kind: 'branch', name: 'main' },
          { kind: 'remote', name: 'origin/main' },
          { kind: 'tag', name: 'v1' },
          { kind: 'tag', name: 'v2' }
        ],
        moreRefs: 7
      })
    ];
    await show();
    const text = options()[0]!.textContent;
    expect(text).toContain('Branch main');
    expect(text).toContain('Remote branch origin/main');
    expect(text).not.toContain('v2');
    expect(text).toContain('and 8 more names');
  });

  it('counts the age of a commit on, and says the whole date', async () => {
    jest.useFakeTimers({ advanceTimers: true });
    let time = NOW;
    await show(() => time);
    expect(options()[0]!.textContent).toContain('1 hour ago');
    expect(options()[0]!.querySelector('time')!.title).toContain('2026');
    time += 3 * 3_600_000;
    act(() => void jest.advanceTimersByTime(60_000));
    expect(options()[0]!.textContent).toContain('4 hours ago');
    jest.useRealTimers();
  });

  it('says that a search was given up', async () => {
    page.git.end = { stopped: true };
    const { container } = await show();
    expect(container.textContent).toContain('stopped after 60 seconds');
  });
});

describe('A commit', () => {
  const select = async (change: Partial<typeof page.git.commits> = {}) => {
    Object.assign(page.git.commits, change);
    const parts = await show();
    fireEvent.click(options()[0]!);
    await come();
    return parts;
  };

  it('is shown with its people and files', async () => {
    const { container } = await select({
      message: 'Subject\n\nBody of it',
      committer: { name: 'Bo', email: 'bo@x' },
      coAuthors: [{ name: 'Cy', email: 'cy@x' }]
    });
    const details = screen.getByRole('region', { name: 'Commit' });
    for (const words of [
      'Subject',
      'Body of it',
      'Ana',
      'Bo',
      'Cy',
      '1 file changed',
      '3 lines added, 1 removed'
    ]) {
      expect(details.textContent).toContain(words);
    }
    await expectAccessible(container);
  });

  it('hands its file on to be compared, opened and restored', async () => {
    page.git.rows = [
      row('a', ['b'], { change: 'renamed', path: 'new.py', from: 'old.py' }),
      row('b', [], { change: 'added', path: 'old.py' })
    ];
    const { run } = await select();
    const click = (name: string) =>
      fireEvent.click(screen.getByRole('button', { name }));
    click('Show changes');
    click('Open this version');
    click('Restore this version…');
    const file = { repo: 'work', path: 'new.py' };
    expect(run.mock.calls).toEqual([
      ['diff', { ...file, to: hash('a'), from: hash('b'), fromPath: 'old.py' }],
      ['open', { ...file, rev: hash('a') }],
      ['restore', { ...file, rev: hash('a') }]
    ]);
  });

  it('that deleted a file offers the version before', async () => {
    page.git.rows = [row('a', ['b'])];
    const { run } = await select({
      files: [{ path: 'gone.py', change: 'deleted' }]
    });
    fireEvent.click(
      screen.getByRole('button', { name: 'Restore gone.py as it was before…' })
    );
    expect(run).toHaveBeenCalledWith('restore', {
      repo: 'work',
      path: 'gone.py',
      rev: hash('b')
    });
  });

  it('is compared with the row that is chosen next, and Escape ends choosing', async () => {
    const { run } = await select();
    const compare = () =>
      fireEvent.click(screen.getByRole('button', { name: 'Compare with…' }));
    compare();
    expect(screen.getByRole('status').textContent).toContain(
      'Choose the other commit'
    );
    press('Escape');
    expect(page.model.isChoosing).toBe(false);
    compare();
    fireEvent.click(options()[2]!);
    await come();
    const region = screen.getByRole('region', { name: 'Comparison' });
    expect(region.textContent).toContain('From “Commit a3a” to “Commit a1a”');
    fireEvent.click(
      within(region).getByRole('button', { name: /Show changes of/ })
    );
    expect(run.mock.calls[0]).toEqual([
      'diff',
      { repo: 'work', path: 'notes.ipynb', to: hash('a1a'), from: hash('a3a') }
    ]);
  });

  it('that cannot be read says so and can be asked for again', async () => {
    page.git.refusals.set('commit', new CommonsError('GIT_NOT_FOUND'));
    await select();
    expect(screen.getByRole('alert').textContent).toContain(
      'There is no such commit'
    );
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await come();
    expect(
      screen.getByRole('region', { name: 'Commit' }).textContent
    ).toContain('Commit a1a');
  });

  it('of thousands of files and a long message is drawn in parts', async () => {
    const files = Array.from({ length: 300 }, (_, index) => ({
      path: `f${index}.py`,
      change: 'added' as const
    }));
    await select({
      files,
      moreFiles: 5,
      message: `S\n${'long '.repeat(5000)}`
    });
    const region = screen.getByRole('region', { name: 'Commit' });
    expect(region.querySelectorAll('li').length).toBe(100);
    expect(region.textContent).toContain('305 files changed');
    fireEvent.click(within(region).getByText('Show all 300'));
    expect(region.querySelectorAll('li').length).toBe(300);
    expect(region.textContent).toContain('5 more files are not listed.');
    expect(
      region.querySelector('h3')!.parentElement!.textContent!.length
    ).toBeLessThan(2100);
  });
});

describe('What others wrote', () => {
  it('is text, wherever it stands', async () => {
    const person = { name: HOSTILE, email: HOSTILE };
    page.git.here = repository({
      branch: HOSTILE,
      repo: HOSTILE,
      path: HOSTILE
    });
    page.git.rows = [
      row('a', [], {
        subject: HOSTILE,
        author: person,
        refs: [{ kind: 'branch', name: HOSTILE }],
        change: 'renamed',
        path: HOSTILE,
        from: HOSTILE
      })
    ];
    Object.assign(page.git.commits, {
      message: `${HOSTILE}\n\n${HOSTILE}`,
      committer: { ...person, name: `${HOSTILE}2` },
      coAuthors: [person],
      files: [{ path: HOSTILE, from: HOSTILE, change: 'renamed' }]
    });
    const { container } = await show();
    fireEvent.click(options()[0]!);
    await come();
    expect(container.querySelector('img, b')).toBeNull();
    const markup = new XMLSerializer().serializeToString(container);
    expect(markup).not.toContain('\u202e');
    expect(container.textContent).toContain('<img src=x');
  });

  it('a path that is no UTF-8 is shown as far as it can be', async () => {
    const path = `raw:${btoa('caf\xe9.py')}`;
    Object.assign(page.git.commits, { files: [{ path, change: 'changed' }] });
    const { run } = await (async () => {
      const parts = await show();
      fireEvent.click(options()[0]!);
      await come();
      return parts;
    })();
    fireEvent.click(
      screen.getByRole('button', { name: /^Show changes of caf\ufffd\.py$/ })
    );
    expect(run.mock.calls[0]![1]).toMatchObject({ path });
  });
});

describe('What narrows the list', () => {
  it('a branch is searched for by its name and chosen by keyboard', async () => {
    page.git.found = {
      refs: [
        { kind: 'branch', name: 'main', hash: hash('a1a') },
        { kind: 'tag', name: 'v1', hash: hash('a2a') }
      ],
      more: true
    };
    const { container } = await show();
    fireEvent.click(screen.getByRole('button', { name: /All branches/ }));
    await screen.findByText(/There are more/);
    const field = screen.getByRole('combobox');
    await expectAccessible(container);
    fireEvent.keyDown(field, { key: 'ArrowDown' });
    fireEvent.keyDown(field, { key: 'ArrowDown' });
    fireEvent.keyDown(field, { key: 'Enter' });
    await come();
    expect(page.git.histories.at(-1)!.ref).toBe('refs/tags/v1');
    expect(screen.getByRole('button', { name: /v1/ })).toBe(
      document.activeElement
    );
  });

  it('the form writes into the one field, and Escape clears it', async () => {
    const { container } = await show();
    act(() => page.model.setField('fix author:ana since:x'));
    expect(container.textContent).toContain('since: needs a day');
    const field = screen.getByRole('searchbox', { name: 'Search in messages' });
    fireEvent.keyDown(field, { key: 'Escape' });
    expect(page.model.field).toBe('');
    await expectAccessible(container);
  });

  it('programs of the repository are told of in one line', async () => {
    page.git.here = repository({
      trusted: false,
      programs: [{ key: 'core.fsmonitor', value: 'evil', scope: 'local' }],
      shallow: true,
      branch: undefined,
      doing: 'rebase'
    });
    const { container, showPrograms } = await show();
    for (const words of [
      'do not run here',
      'shallow clone',
      'HEAD is detached',
      'A rebase is half done'
    ]) {
      expect(container.textContent).toContain(words);
    }
    fireEvent.click(screen.getByRole('button', { name: 'Look…' }));
    expect(showPrograms).toHaveBeenCalledWith(page.git.here);
  });
});

import { CommonsError, type GitKept } from '@jupyterlab-commons/protocol';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import type {
  CheckpointEnd,
  CheckpointQuery,
  ListCheckpoints
} from '../../client/git-checkpoints';
import { CheckpointsView } from '../../git/checkpoints/view';
import { expectAccessible, HOSTILE, NOW, trans } from '../ui/fakes';
import { FakeHistory, hash, repository, settle } from './fake-git';

const MINUTE = 60_000;

/** The server's list in memory; `gate` holds pages back. */
class FakeCheckpoints {
  all: GitKept[] = [];
  gate: Promise<void> | null = null;
  refusal: unknown = null;
  readonly asked: CheckpointQuery[] = [];

  addMany(count: number): void {
    for (let number = 0; number < count; number++) {
      this.add('notes.ipynb', `Kept ${number}`);
    }
  }

  /** Holds back what is asked from now on; the answer lets it go. */
  hold(): () => Promise<void> {
    let open = () => {};
    this.gate = new Promise(resolve => (open = resolve));
    return async () => {
      this.gate = null;
      open();
      await act(settle);
    };
  }

  add(path: string, message: string, change: Partial<GitKept> = {}): void {
    const number = this.all.length + 1;
    this.all.unshift({
      ref: `refs/commons/${String(number).padStart(16, '0')}-abc`,
      hash: hash(`c${number}c`),
      path,
      at: NOW - (100 - number) * MINUTE,
      author: 'Ana',
      message,
      ...change
    });
  }

  list: ListCheckpoints = async (query, take, signal) => {
    this.asked.push(query);
    await this.gate;
    if (this.refusal !== null) {
      throw this.refusal;
    }
    const { path, after, limit = 50 } = query;
    const found = this.all.filter(
      each =>
        (path === undefined || each.path === path) &&
        (after === undefined || each.ref < after)
    );
    if (!signal?.aborted) {
      take(found.slice(0, limit));
    }
    const end: CheckpointEnd = { ofFile: 50, inAll: 1000 };
    return found.length > limit ? { ...end, cursor: 'more' } : end;
  };
}

let page: FakeHistory;
let ran: unknown[][];
afterEach(() => {
  jest.useRealTimers();
  page.model.dispose();
});

async function show(prepare: (git: FakeCheckpoints) => void = () => undefined) {
  page = new FakeHistory();
  ran = [];
  const git = new FakeCheckpoints();
  prepare(git);
  await page.show();
  const draw = () => (
    <CheckpointsView
      model={page.model}
      list={git.list}
      trans={trans}
      run={(...args) => ran.push(args)}
      now={() => NOW}
    />
  );
  const view = render(draw());
  page.model.changed.connect(() => act(() => view.rerender(draw())));
  await act(settle);
  return { git, ...view };
}

const items = () => screen.getAllByRole('listitem');
const texts = () => items().map(each => each.textContent);
const press = async (name: string | RegExp) => {
  fireEvent.click(screen.getByRole('button', { name }));
  await act(settle);
};
/** As by keyboard: what is pressed has the focus. */
const pressFocused = async (name: string) => {
  screen.getByRole('button', { name }).focus();
  await press(name);
};

describe('The list of checkpoints', () => {
  it('shows those of the file in front, newest first, with when and by whom', async () => {
    const { git, container } = await show(each => {
      each.add('notes.ipynb', 'Before the run');
      each.add('other.ipynb', 'Elsewhere');
      each.add('notes.ipynb', 'After the run');
    });
    expect(git.asked).toEqual([
      { repo: 'work', path: 'notes.ipynb', after: undefined, limit: 50 }
    ]);
    expect(texts()).toEqual([
      'After the run1 hour ago · Ana · c3c00000OpenCompareRestore…',
      'Before the run1 hour ago · Ana · c1c00000OpenCompareRestore…'
    ]);
    await expectAccessible(container);
    fireEvent.click(screen.getByRole('radio', { name: 'Whole repository' }));
    await act(settle);
    expect(texts()[1]).toMatch(/^other\.ipynbElsewhere1 hour ago/);
    expect(items()).toHaveLength(3);
    await expectAccessible(container);
  });

  it('opens one, compares it with now, and brings it back, with the verbs of all versions', async () => {
    await show(git => git.add('notes.ipynb', 'Kept'));
    for (const verb of [
      'Open the checkpoint',
      'Compare with now',
      'Restore…'
    ]) {
      await press(new RegExp(`^${verb}: notes\\.ipynb, `));
    }
    await press('Keep one now');
    const file = { repo: 'work', path: 'notes.ipynb' };
    expect(ran).toEqual([
      ['open', { ...file, rev: hash('c1c') }],
      ['diff', { ...file, from: hash('c1c') }],
      ['restore', { ...file, rev: hash('c1c') }],
      ['checkpoint', file]
    ]);
  });

  it('says how many are kept, and when one goes', async () => {
    await show();
    expect(
      screen.getByText(
        /newest 50 of each file, and of the repository the newest 1000\. Older ones are removed when another one is kept/
      )
    ).toBeTruthy();
  });

  it('says what makes one where there is none, and leads to the others', async () => {
    const { container } = await show(git => git.add('other.ipynb', 'There'));
    expect(screen.getByText('No checkpoint of this file yet.')).toBeTruthy();
    await expectAccessible(container);
    await press('Show those of all files');
    expect(items()).toHaveLength(1);
  });

  it('is of the whole repository where no file is in front', async () => {
    page = new FakeHistory();
    const { git } = await show(each => each.add('a.py', 'x'));
    page.git.here = repository({ path: undefined });
    page.model.setPlace({ path: 'work', isFile: false });
    await act(settle);
    expect(git.asked.at(-1)).toMatchObject({ path: undefined });
    expect(screen.queryByRole('radio')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Keep one now' })).toBeNull();
    expect(items()).toHaveLength(1);
  });

  it('keeps its place while it is read again, with as many rows as before', async () => {
    const { git } = await show(each => each.addMany(120));
    expect(items()).toHaveLength(50);
    await press('Show older ones');
    expect(items()).toHaveLength(100);
    const open = git.hold();
    git.add('notes.ipynb', 'The newest');
    page.tell('refs');
    await act(settle);
    expect(items()).toHaveLength(100);
    await open();
    expect(items()[0]!.textContent).toContain('The newest');
    expect(items()).toHaveLength(100);
    await press('Show older ones');
    expect(items()).toHaveLength(121);
    expect(
      screen.queryByRole('button', { name: 'Show older ones' })
    ).toBeNull();
  });

  it('says why when it cannot be read, keeps what it has, and tries again', async () => {
    const { git } = await show(each => {
      each.addMany(60);
      each.refusal = new CommonsError('GIT_BUSY');
    });
    const alert = () => screen.getByRole('alert');
    expect(alert().textContent).toContain('Another git command');
    git.refusal = null;
    await press('Try again');
    expect(items()).toHaveLength(50);
    git.refusal = new CommonsError('GIT_BUSY');
    await press('Show older ones');
    expect(items()).toHaveLength(50);
    expect(within(alert()).getByRole('button').textContent).toBe('Try again');
  });

  it('shows names and words of others as text on one line', async () => {
    const { container } = await show(git =>
      git.add(`a${HOSTILE}.py`, HOSTILE, { author: HOSTILE })
    );
    fireEvent.click(screen.getByRole('radio', { name: 'Whole repository' }));
    await act(settle);
    expect(container.querySelector('img, script, b')).toBeNull();
    expect(container.textContent).not.toMatch(/[\u202e\u0000]/);
  });
});

describe('Focus, when a checkpoint button goes away', () => {
  const focused = () => document.activeElement;

  it('is on the list while older ones come, then on the first of them', async () => {
    const { git } = await show(each => each.addMany(120));
    const button = screen.getByRole('button', { name: 'Show older ones' });
    const open = git.hold();
    await pressFocused('Show older ones');
    expect(focused()).toBe(button);
    await open();
    expect(items()).toHaveLength(100);
    expect(focused()).toBe(items()[50]);
    await pressFocused('Show older ones');
    expect(button.isConnected).toBe(false);
    expect(focused()).toBe(items()[100]);
  });

  it('goes from what shows those of all files to the first of them', async () => {
    const { git, container } = await show(each => each.add('a.py', 'There'));
    const open = git.hold();
    await pressFocused('Show those of all files');
    // What stands above the list does not jump meanwhile.
    expect(screen.getByText(/the newest 50 of each file/)).toBeTruthy();
    expect(screen.queryAllByRole('listitem')).toHaveLength(0);
    expect(focused()).toBe(container.querySelector('.jp-Commons-Kept-list'));
    await open();
    expect(focused()).toBe(items()[0]);
  });

  it('stays on the list where there are none of other files either', async () => {
    const { container } = await show();
    await pressFocused('Show those of all files');
    expect(screen.getByText('No checkpoints here yet.')).toBeTruthy();
    expect(focused()).toBe(container.querySelector('.jp-Commons-Kept-list'));
  });

  it('goes to what tries again, and from there to the rows', async () => {
    const { git } = await show(each => each.addMany(60));
    git.refusal = new CommonsError('GIT_BUSY');
    await pressFocused('Show older ones');
    const again = screen.getByRole('button', { name: 'Try again' });
    expect(focused()).toBe(again);
    await press('Try again');
    expect(focused()).toBe(again);
    git.refusal = null;
    await press('Try again');
    expect(focused()).toBe(items()[50]);
  });

  it('is left alone where a person has put it meanwhile', async () => {
    const { git } = await show(each => each.addMany(60));
    const open = git.hold();
    await pressFocused('Show older ones');
    const elsewhere = screen.getByRole('radio', { name: 'This file' });
    elsewhere.focus();
    await open();
    expect(items()).toHaveLength(60);
    expect(focused()).toBe(elsewhere);
  });
});

describe('A list of checkpoints that is awaited', () => {
  const said = () => screen.getByRole('status').textContent;
  const pass = (ms: number) => act(() => jest.advanceTimersByTimeAsync(ms));

  it('says so, seen and read aloud, when its answer is slow', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    let open = async () => {};
    const { git, container } = await show(each => {
      each.addMany(60);
      open = each.hold();
    });
    await pass(299);
    expect(said()).toBe('');
    await pass(1);
    expect(said()).toBe('Loading…');
    expect(container.querySelector('.jp-mod-unseen, [aria-busy]')).toBeNull();
    await open();
    expect(said()).toBe('');
    open = git.hold();
    await press('Show older ones');
    await pass(300);
    expect(said()).toBe('Loading…');
    await open();
    expect(said()).toBe('');
  });

  it('says nothing of a quick answer, nor of what is read by itself', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask'] });
    const { git } = await show(each => each.addMany(60));
    await pass(1000);
    expect(said()).toBe('');
    const open = git.hold();
    page.tell('refs');
    await act(settle);
    expect(git.asked).toHaveLength(2);
    await pass(1000);
    expect(said()).toBe('');
    await open();
  });
});

describe('A list of checkpoints that cannot be read again', () => {
  it('keeps its rows, says why above them, and tries again', async () => {
    const { git, container } = await show(each => each.addMany(3));
    git.refusal = new CommonsError('GIT_BUSY');
    git.add('notes.ipynb', 'The newest');
    page.tell('refs');
    await act(settle);
    const before = items();
    expect(before).toHaveLength(3);
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain('Another git command');
    expect(
      alert.compareDocumentPosition(before[0]!) &
        Node.DOCUMENT_POSITION_FOLLOWING
    ).toBeTruthy();
    await expectAccessible(container);
    await pressFocused('Try again');
    expect(items()).toEqual(before);
    expect(screen.getAllByRole('alert')).toHaveLength(1);
    git.refusal = null;
    await press('Try again');
    expect(screen.queryByRole('alert')).toBeNull();
    expect(items()).toHaveLength(4);
    expect(items()[0]!.textContent).toContain('The newest');
    expect(document.activeElement).toBe(items()[0]);
  });

  it('still shows older ones, and keeps what it had none of', async () => {
    const { git } = await show(each => each.addMany(60));
    git.refusal = new CommonsError('GIT_BUSY');
    page.tell('refs');
    await act(settle);
    git.refusal = null;
    await press('Show older ones');
    expect(items()).toHaveLength(60);
    expect(screen.getByRole('alert')).toBeTruthy();
    git.all = [];
    await press('Try again');
    git.refusal = new CommonsError('GIT_BUSY');
    page.tell('refs');
    await act(settle);
    expect(screen.getByText('No checkpoint of this file yet.')).toBeTruthy();
    expect(screen.getByRole('alert')).toBeTruthy();
  });

  it('loses no page that is asked for while it is read again', async () => {
    const { git } = await show(each => each.addMany(120));
    const open = git.hold();
    page.tell('refs');
    await act(settle);
    await press('Show older ones');
    expect(git.asked).toHaveLength(2);
    await open();
    expect(items()).toHaveLength(100);
    expect(new Set(texts()).size).toBe(100);
  });
});

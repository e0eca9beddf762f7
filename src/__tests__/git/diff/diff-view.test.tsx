import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import {
  CommonsError,
  gitDiff,
  type GitDiff
} from '@jupyterlab-commons/protocol';
import sample from '../../../../protocol/fixtures/git-diff.json';
import { DiffModel } from '../../../git/diff/model';
import { DiffView } from '../../../git/diff/diff-view';
import { expectAccessible, HOSTILE } from '../../ui/fakes';
import { FakeFiles, OLD } from './fake-files';
import { look } from './look';

const files = () => {
  const made = new FakeFiles();
  made.diffs = gitDiff(JSON.parse(JSON.stringify(sample)));
  return made;
};

const verbs = {
  restore: jest.fn(),
  copy: jest.fn(),
  restoreFile: jest.fn()
};

/** Draws the view as the panel does: anew with each change of the model. */
function View(props: { model: DiffModel; isNarrow?: boolean }): JSX.Element {
  const { model, isNarrow = false } = props;
  const [, setCount] = React.useState(0);
  React.useEffect(() => {
    const onChange = () => setCount(count => count + 1);
    model.changed.connect(onChange);
    return () => void model.changed.disconnect(onChange);
  }, [model]);
  return <DiffView {...{ model, look, isNarrow, verbs }} />;
}

async function show(fake: FakeFiles, { isNarrow = false } = {}) {
  const change = { repo: 'r', path: 'plots.ipynb', from: OLD, to: ':worktree' };
  const model = new DiffModel(change, fake, null);
  const { container } = render(<View {...{ model, isNarrow }} />);
  await act(() => model.load());
  return { container, model };
}

const cell = (name: string) => screen.getByRole('region', { name });
const diffOf = (change: Partial<GitDiff>): FakeFiles => {
  const made = new FakeFiles();
  made.diffs = { kind: 'text', before: null, after: null, ...change };
  return made;
};

beforeEach(() => jest.clearAllMocks());

describe('A diff of a notebook', () => {
  it('says of each cell in words what happened to it', async () => {
    const { container } = await show(files());
    expect(screen.getByText(/1 cell changed, 2 cells added/)).toBeTruthy();
    for (const name of [
      'Metadata changed, moved: Code cell 2, was cell 4',
      'Changed: Code cell 3, was cell 2',
      'Outputs changed: Code cell 4, was cell 3',
      'Deleted: Code cell 5',
      'Added: Code cell 5',
      'Added: Markdown cell 6'
    ]) {
      expect(cell(name)).toBeTruthy();
    }
    await expectAccessible(container);
  });

  it('fetches no output and no unchanged cell before somebody looks', async () => {
    const fake = files();
    fake.cells[2] = {
      cell_type: 'code',
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'was' }]
    };
    fake.cells[3] = {
      cell_type: 'code',
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'is' }]
    };
    fake.cells[0] = { cell_type: 'markdown', source: 'the same' };
    await show(fake);
    expect(fake.said).toEqual(['diff plots.ipynb :worktree']);
    const outputs = cell('Outputs changed: Code cell 4, was cell 3');
    const details = within(outputs)
      .getByText(/Show outputs/)
      .closest('details')!;
    details.open = true;
    await act(async () => void fireEvent(details, new Event('toggle')));
    await act(async () => undefined);
    expect(fake.said.slice(1).sort()).toEqual([
      `cell 1fa601a 2`,
      'cell :worktr 3'
    ]);
    expect(outputs.textContent).toContain('was');
    const run = screen.getByText('1 unchanged cell').closest('details')!;
    run.open = true;
    await act(async () => void fireEvent(run, new Event('toggle')));
    await act(async () => undefined);
    expect(run.textContent).toContain('the same');
  });

  it('names the keys of metadata on demand, and no value', async () => {
    await show(files());
    const all = screen.getAllByText('Metadata changed: 1 key');
    const details = all[0]!.closest('details')!;
    expect(details.textContent).not.toContain('tags');
    details.open = true;
    await act(async () => void fireEvent(details, new Event('toggle')));
    expect(details.textContent).toContain('tags');
  });

  it('brings back the side that was', async () => {
    await show(files());
    fireEvent.click(
      screen.getByRole('button', {
        name: 'Restore this cell: Code cell 3, was cell 2'
      })
    );
    fireEvent.click(
      screen.getByRole('button', {
        name: 'Restore outputs: Code cell 4, was cell 3'
      })
    );
    expect(verbs.restore.mock.calls).toEqual([
      ['before', 1, 'cell'],
      ['before', 2, 'outputs']
    ]);
    const added = cell('Added: Code cell 5');
    expect(within(added).queryByText('Restore this cell')).toBeNull();
  });

  it('is walked with F7 and read out', async () => {
    await show(files());
    const root = screen.getByRole('heading').closest('div')!;
    const status = screen.getByRole('status');
    const seen: (string | null)[] = [];
    for (const shiftKey of [false, false, true, true]) {
      fireEvent.keyDown(document.activeElement ?? root, { key: 'x' });
      fireEvent.keyDown(root, { key: 'F7', shiftKey });
      seen.push(status.textContent);
    }
    expect(seen).toEqual([
      'Change 1 of 7. Metadata changed, moved: Code cell 2, was cell 4',
      'Change 2 of 7. Changed: Code cell 3, was cell 2',
      'Change 1 of 7. Metadata changed, moved: Code cell 2, was cell 4',
      'No more changes'
    ]);
  });

  it('shows the text of others as text', async () => {
    const fake = files();
    const changed = fake.diffs.cells!.find(
      each => each.cell?.change === 'changed'
    )!;
    changed.cell!.after!.source = HOSTILE;
    fake.diffs.metadata = [HOSTILE];
    const { container } = await show(fake);
    container
      .querySelectorAll('details')
      .forEach(each => fireEvent(each, new Event('toggle')));
    expect(container.querySelector('img, b, script')).toBeNull();
    expect(container.textContent).toContain('<b>bold</b>');
  });

  it('draws a part of twenty thousand cells', async () => {
    const fake = files();
    fake.diffs.cells = Array.from({ length: 20_000 }, (_, index) => ({
      cell: { change: 'added', after: { index, type: 'code', source: 'x' } }
    }));
    const { container } = await show(fake);
    expect(container.querySelectorAll('section')).toHaveLength(201);
    fireEvent.click(screen.getByText('Show more of 20000'));
    expect(container.querySelectorAll('section')).toHaveLength(401);
  });
});

describe('The layout', () => {
  it('is two columns or one, and one where there is no room', async () => {
    const text = diffOf({
      before: { path: 'a.py', bytes: 1 },
      after: { path: 'a.py', bytes: 1 },
      oldText: 'x = 1',
      newText: 'x = 2'
    });
    const { container, model } = await show(text);
    expect(container.querySelectorAll('.cm-mergeView')).toHaveLength(1);
    act(() => model.setLayout('inline'));
    expect(container.querySelectorAll('.cm-mergeView')).toHaveLength(0);
    expect(container.textContent).toContain('x = 1');
    const narrow = await show(text, { isNarrow: true });
    expect(narrow.container.querySelectorAll('.cm-mergeView')).toHaveLength(0);
  });

  it('is remembered', async () => {
    const kept = new Map<string, unknown>();
    const store = {
      fetch: async (key: string) => kept.get(key),
      save: async (key: string, value: unknown) => void kept.set(key, value)
    } as never;
    const change = { repo: '', path: 'a', to: ':worktree' };
    const first = new DiffModel(change, new FakeFiles(), store);
    expect(first.layout).toBe('split');
    first.setLayout('inline');
    const second = new DiffModel(change, new FakeFiles(), store);
    await second.load();
    expect(second.layout).toBe('inline');
  });
});

const SIDE = { path: 'a.bin', bytes: 2048 };

describe('What cannot be compared says so', () => {
  it.each([
    [{ kind: 'same' }, /Nothing has changed/],
    [{ kind: 'binary', before: SIDE }, /no text.*Before: 2 KB.*not there/],
    [{ kind: 'too-large', before: SIDE, after: SIDE }, /too large/],
    [{ kind: 'link', before: SIDE, after: SIDE }, /A link/],
    [{ kind: 'submodule', after: SIDE }, /A repository inside this one/],
    [{ kind: 'lfs', after: SIDE }, /Git LFS/],
    [{ kind: 'text', after: SIDE, newText: 'x' }, /The file is new/],
    [{ kind: 'text', before: SIDE, oldText: 'x' }, /The file was deleted/],
    [{ kind: 'text', before: SIDE, after: SIDE, merge: true }, /a merge/]
  ] as [Partial<GitDiff>, RegExp][])('%j', async (change, words) => {
    const { container } = await show(diffOf(change));
    expect(container.textContent).toMatch(words);
    await expectAccessible(container);
  });

  it('when the server refuses, with a way to try again', async () => {
    const fake = files();
    fake.refusal = new CommonsError('GIT_NOT_FOUND');
    await show(fake);
    expect(screen.getByRole('alert').textContent).toContain('no such commit');
    fake.refusal = null;
    await act(async () => void fireEvent.click(screen.getByText('Try again')));
    expect(screen.queryByRole('alert')).toBeNull();
    expect(cell('Deleted: Code cell 5')).toBeTruthy();
  });
});

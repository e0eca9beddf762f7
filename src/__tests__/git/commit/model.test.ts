import {
  CommonsError,
  GIT_INDEX,
  GIT_WORKTREE
} from '@jupyterlab-commons/protocol';
import { ANA, hash, repository, settle } from '../fake-git';
import { cell, FakeChanges, run } from './fake-writes';

const NOTEBOOK = { path: 'a.ipynb', unstaged: 'changed' as const };
const PLAIN = { path: 'b.py', unstaged: 'changed' as const };
const STAGED = { path: 'b.py', staged: 'changed' as const };

let page: FakeChanges;
beforeEach(() => {
  page = new FakeChanges();
});
afterEach(() => page.dispose());

const cellsOf = (path = NOTEBOOK.path) => {
  const state = page.model.notebooks.stateOf(path);
  return state?.kind === 'ready' ? state.cells.cells : [];
};

async function unfold() {
  page.calls.setCells(NOTEBOOK.path, GIT_WORKTREE, [
    run(0, 0, 1),
    cell(1, 1, { id: 'x' })
  ]);
  await page.show(NOTEBOOK);
  page.model.unfold(page.file, true);
  await settle();
}

describe('Staging', () => {
  it('saves what is open first, so that what is seen is what is staged', async () => {
    await page.show(PLAIN);
    page.calls.onWrite = () => expect(page.saved).toEqual([['b.py']]);
    await page.model.stage([PLAIN]);
    expect(page.calls.asked('stage')).toEqual([
      { repo: 'work', paths: ['b.py'] }
    ]);
    expect(page.model.trouble).toBeNull();
  });

  it('takes a cell by the place that it has now, not by the one that was seen', async () => {
    await unfold();
    const [seen] = cellsOf();
    page.calls.setCells(NOTEBOOK.path, GIT_WORKTREE, [
      cell(null, 0, { id: 'above' }),
      run(0, 1, 1),
      cell(1, 2, { id: 'x' })
    ]);
    await page.model.toggleCell(page.file, seen!);
    expect(page.calls.asked('stage')).toEqual([
      {
        repo: 'work',
        paths: ['a.ipynb'],
        cells: [2],
        removed: [],
        withoutOutputs: false
      }
    ]);
  });

  it('takes no cell that somebody has changed since it was seen', async () => {
    await unfold();
    const [seen] = cellsOf();
    page.calls.setCells(NOTEBOOK.path, GIT_WORKTREE, [
      cell(1, 1, { id: 'x', source: 'by somebody else' })
    ]);
    await page.model.toggleCell(page.file, seen!);
    expect(page.calls.asked('stage')).toEqual([]);
    expect(page.model.trouble!.error).toMatchObject({ code: 'GIT_MOVED' });
    expect(cellsOf()[0]!.line).toBe('by somebody else');
  });

  it('takes a staged cell out again', async () => {
    const file = { path: 'a.ipynb', staged: 'changed' as const };
    page.calls.setCells('a.ipynb', GIT_INDEX, [cell(1, 1, { id: 'x' })]);
    await page.show(file);
    page.model.unfold(file, true);
    await settle();
    await page.model.toggleCell(file, cellsOf()[0]!);
    expect(page.calls.asked('unstage')).toEqual([
      { repo: 'work', paths: ['a.ipynb'], cells: [1], removed: [] }
    ]);
  });

  it('does one thing after the other', async () => {
    await page.show(PLAIN, NOTEBOOK);
    const first = page.model.stage([PLAIN]);
    const second = page.model.unstage([PLAIN]);
    expect(page.model.isBusy('b.py')).toBe(true);
    await Promise.all([first, second]);
    const order = page.calls.said.map(([name]) => name);
    expect(order.slice(order.indexOf('stage'))).toEqual([
      'stage',
      'status',
      'unstage',
      'status'
    ]);
    expect(page.model.isBusy('b.py')).toBe(false);
  });
});

describe('Leaving outputs out', () => {
  it('is remembered for a notebook, and asked of the server', async () => {
    await page.show(NOTEBOOK, PLAIN);
    await page.model.setBare(NOTEBOOK, true);
    await page.model.stage([NOTEBOOK, PLAIN]);
    expect(page.calls.asked('stage')).toEqual([
      { repo: 'work', paths: ['b.py'] },
      { repo: 'work', paths: ['a.ipynb'], withoutOutputs: true }
    ]);
    expect(page.memory.isBare('work', 'a.ipynb')).toBe(true);
  });

  it('takes outputs out of what is staged already', async () => {
    page.calls.setCells('a.ipynb', GIT_INDEX, [cell(1, 1), cell(2, 2)]);
    page.calls.setCells('a.ipynb', GIT_WORKTREE, [run(0, 0, 3), cell(3, 3)]);
    const half = { ...NOTEBOOK, staged: 'changed' as const };
    await page.show(half);
    page.model.unfold(half, true);
    await settle();
    await page.model.setBare(half, true);
    expect(page.calls.asked('stage')).toEqual([
      {
        repo: 'work',
        paths: ['a.ipynb'],
        cells: [1, 2],
        withoutOutputs: true
      }
    ]);
  });

  it('counts a notebook as staged whole when the file differs in outputs only', async () => {
    page.calls.setCells('a.ipynb', GIT_WORKTREE, [
      cell(0, 0, { outputs: true })
    ]);
    const half = { ...NOTEBOOK, staged: 'changed' as const };
    await page.show(half);
    expect(page.model.shareOf(half).share).toBe('part');
    page.memory.setBare('work', 'a.ipynb', true);
    await page.status.refresh();
    await settle();
    expect(page.model.shareOf(half)).toEqual({ share: 'all', isQuiet: true });
    expect(page.model.shareOf(NOTEBOOK)).toEqual({
      share: 'none',
      isQuiet: true
    });
  });
});

describe('Committing', () => {
  it('is on top of the HEAD that was seen; then the message is gone', async () => {
    await page.show(STAGED);
    page.model.setMessage('Why');
    page.calls.onWrite = () => {
      page.calls.files = [];
    };
    await page.model.commit();
    expect(page.calls.asked('commit')).toEqual([
      {
        repo: 'work',
        message: 'Why',
        head: hash('a1a'),
        coAuthors: [],
        hooks: false
      }
    ]);
    expect(page.model.message).toBe('');
    expect(page.model.said).toMatchObject({ kind: 'committed', files: 1 });
  });

  it('names no HEAD before the first commit', async () => {
    page.calls.state = { branch: 'main' };
    await page.show(STAGED);
    page.model.setMessage('First');
    await page.model.commit();
    expect(page.calls.asked('commit')).toMatchObject([{ head: null }]);
  });

  it.each(['GIT_MOVED', 'GIT_REFUSED', 'GIT_BUSY', 'GIT_UNTRUSTED'] as const)(
    'that is refused with %s keeps the message and looks again',
    async code => {
      await page.show(STAGED);
      page.model.setMessage('Why');
      page.calls.refusals.set('commit', [new CommonsError(code)]);
      const looks = page.calls.asked('status').length;
      await page.model.commit();
      expect(page.model.message).toBe('Why');
      expect(page.model.trouble!.error).toMatchObject({ code });
      expect(page.calls.asked('status').length).toBe(looks + 1);
      page.model.trouble!.again();
      await settle();
      expect(page.model.message).toBe('');
      expect(page.model.trouble).toBeNull();
    }
  );

  it('keeps what was typed while it was made', async () => {
    await page.show(STAGED);
    page.model.setMessage('Why');
    page.calls.onWrite = () => page.model.setMessage('The next one');
    await page.model.commit();
    expect(page.model.message).toBe('The next one');
  });

  it('runs hooks of a trusted repository, and of no other', async () => {
    const programs = [{ key: 'pre-commit', value: '', scope: 'hook' as const }];
    await page.show(STAGED);
    page.model.setMessage('Why');
    page.model.setRepository(
      repository({ author: ANA, trusted: true, programs })
    );
    await page.model.commit();
    page.model.setMessage('Why');
    page.model.setRepository(
      repository({ author: ANA, trusted: false, programs })
    );
    await page.model.commit();
    expect(page.calls.asked('commit')).toMatchObject([
      { hooks: true },
      { hooks: false }
    ]);
  });

  it('is made once, however often it is asked for', async () => {
    await page.show(STAGED);
    page.model.setMessage('Why');
    await Promise.all([page.model.commit(), page.model.commit()]);
    expect(page.calls.asked('commit')).toHaveLength(1);
  });
});

it('Another repository begins without what was told about the one before', async () => {
  await page.show(STAGED);
  page.model.setMessage('Of work');
  page.calls.refusals.set('commit', [new CommonsError('GIT_BUSY')]);
  await page.model.commit();
  page.status.follow('other');
  await page.status.refresh();
  expect(page.model.trouble).toBeNull();
  expect(page.model.message).toBe('');
  page.status.follow('work');
  expect(page.model.message).toBe('Of work');
});

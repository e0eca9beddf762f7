import type { GitDiff } from '@jupyterlab-commons/protocol';
import { joinCells } from '../../../git/commit/cells';
import { cell, run } from './fake-writes';

const diff = (...cells: NonNullable<GitDiff['cells']>): GitDiff => ({
  kind: 'notebook',
  before: null,
  after: null,
  cells
});

const join = (unstaged: GitDiff | null, staged: GitDiff | null, bare = false) =>
  joinCells(unstaged, staged, bare);

describe('Cells of a changed notebook', () => {
  it('are staged by their place in the file, deleted ones by that in the index', () => {
    const { cells } = join(
      diff(run(0, 0, 2), cell(2, 2), cell(3, null), cell(null, 3)),
      null
    );
    expect(cells.map(({ share, stage }) => [share, stage])).toEqual([
      ['none', { cells: [2], removed: [] }],
      ['none', { cells: [], removed: [3] }],
      ['none', { cells: [3], removed: [] }]
    ]);
  });

  it('are unstaged by their place in the file, which may be another than in the index', () => {
    // In the file a cell was added in front of the staged one.
    const { cells } = join(
      diff(cell(null, 0, { id: 'new' }), run(0, 1, 3)),
      diff(run(0, 0, 1), cell(1, 1, { id: 'staged' }), cell(2, null))
    );
    expect(
      cells.map(({ key, share, unstage }) => [key, share, unstage])
    ).toEqual([
      ['new ', 'none', null],
      ['staged ', 'all', { cells: [2], removed: [] }],
      ['c2 gone', 'all', { cells: [], removed: [2] }]
    ]);
  });

  it('that were staged and changed again are one entry, and half staged', () => {
    const { cells } = join(
      diff(run(0, 0, 1), cell(1, 1, { id: 'x' })),
      diff(run(0, 0, 1), cell(1, 1, { id: 'x' }))
    );
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({
      share: 'part',
      stage: { cells: [1] },
      unstage: { cells: [1] }
    });
  });

  it('that are gone from the file since they were staged cannot be unstaged alone', () => {
    const { cells } = join(
      diff(cell(0, null, { id: 'x' })),
      diff(cell(null, 0, { id: 'x' }))
    );
    expect(cells[0]).toMatchObject({
      share: 'part',
      stage: { cells: [], removed: [0] },
      unstage: null
    });
  });

  it('with other outputs do not count where outputs are left out', () => {
    const unstaged = diff(cell(0, 0, { outputs: true }), cell(1, 1));
    expect(join(unstaged, null).cells).toHaveLength(2);
    const bare = join(unstaged, null, true);
    expect(bare.cells.map(({ place }) => place)).toEqual([1]);
    expect(bare.leftOut).toBe(1);
  });

  it('staged without outputs count as staged although the file has them', () => {
    const { cells } = join(
      diff(cell(0, 0, { outputs: true })),
      diff(cell(0, 0)),
      true
    );
    expect(cells.map(({ share }) => share)).toEqual(['all']);
  });

  it('are named by the line that is new', () => {
    const { cells } = join(
      diff(cell(0, 0, { was: 'import a\n', source: 'import a\n\n  import b' })),
      null
    );
    expect(cells[0]!.line).toBe('import b');
  });

  it('have one key each, also where a notebook has ids twice', () => {
    const { cells } = join(
      diff(cell(0, 0, { id: 'x' }), cell(1, 1, { id: 'x' })),
      null
    );
    expect(new Set(cells.map(({ key }) => key)).size).toBe(2);
  });

  it('keep key and sum when they only move, and change the sum with their text', () => {
    const [here] = join(diff(cell(0, 0, { id: 'x' })), null).cells;
    const [moved] = join(
      diff(run(0, 0, 4), cell(4, 5, { id: 'x' })),
      null
    ).cells;
    const [edited] = join(
      diff(cell(0, 0, { id: 'x', source: 'newer' })),
      null
    ).cells;
    expect(moved!.key).toBe(here!.key);
    expect(moved!.sum).toBe(here!.sum);
    expect(edited!.sum).not.toBe(here!.sum);
  });
});

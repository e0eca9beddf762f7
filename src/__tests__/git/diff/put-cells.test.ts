import { YNotebook } from '@jupyter/ydoc';
import { byChance } from '../../../../protocol/test/chance';
import { cellContent, cellsOf } from '../../../git/diff/cell-content';
import {
  matchable,
  placeById,
  placeOf,
  putCell,
  putNotebook
} from '../../../git/diff/put-cells';
import { LiveNotebook } from '../../../notebook/live-notebook';

type Raw = Record<string, unknown>;

const code = (id: string, source: string, more: Raw = {}): Raw => ({
  id,
  cell_type: 'code',
  source,
  metadata: {},
  outputs: [],
  execution_count: null,
  ...more
});
const stream = (text: string) => ({
  output_type: 'stream',
  name: 'stdout',
  text
});

const opened: YNotebook[] = [];
function open(cells: Raw[], wide = false): YNotebook {
  const notebook = YNotebook.create({
    disableDocumentWideUndoRedo: !wide,
    data: { cells: cells as never }
  }) as YNotebook;
  notebook.clearUndoHistory();
  opened.push(notebook);
  return notebook;
}

afterEach(() => opened.splice(0).forEach(each => each.dispose()));

const sources = (notebook: YNotebook) =>
  notebook.cells.map(cell => cell.getSource());
const contents = (notebook: YNotebook) => cellsOf(notebook.toJSON());

describe('Where a cell belongs', () => {
  const now = open([code('a', 'one'), code('b', 'two'), code('c', 'three')]);

  it('is the cell with its id', () => {
    expect(placeById(now, 'b')).toEqual({ at: 1, there: true });
  });

  it('is not said by an id that nobody has', () => {
    expect(placeById(now, 'x')).toBeNull();
    expect(placeById(now, undefined)).toBeNull();
  });

  it('is the cell that is like it, where there are no ids', () => {
    const version = ['one', 'two', 'three'].map(source => ({
      type: 'code',
      source
    }));
    const today = [version[2]!, version[0]!, version[1]!];
    expect(placeOf(version, 1, today)).toEqual({ at: 2, there: true });
  });

  it('is behind the one that it followed when it is gone, and first when it was', () => {
    const version = ['start', 'one', 'gone', 'two'].map(source => ({
      type: 'code',
      source
    }));
    const today = [version[1]!, version[3]!];
    expect(placeOf(version, 2, today)).toEqual({ at: 1, there: false });
    expect(placeOf(version, 0, today)).toEqual({ at: 0, there: false });
  });
});

describe.each([true, false])('Bringing back (undo for all: %s)', wide => {
  it('one cell is one step, which undo takes back', () => {
    const notebook = open([code('a', 'x = 2\nprint(x)')], wide);
    notebook.cells[0]!.updateSource(0, 0, '# typed ');
    const before = contents(notebook);
    const old = cellContent(
      code('a', 'x = 1\nprint(x)', { outputs: [stream('1')] })
    );
    expect(putCell(notebook, { at: 0, there: true }, old)).toBe(0);
    expect(contents(notebook)![0]).toEqual(old);
    const cell = notebook.cells[0]!;
    expect(cell.undo()).not.toBe(false);
    expect(contents(notebook)).toEqual(before);
  });

  it('a cell that is gone is one step, in its place and with its id', () => {
    const notebook = open([code('a', 'one'), code('c', 'three')], wide);
    putCell(notebook, { at: 1, there: false }, cellContent(code('b', 'two')));
    expect(matchable(notebook).map(each => each.id)).toEqual(['a', 'b', 'c']);
    notebook.undo();
    expect(sources(notebook)).toEqual(['one', 'three']);
  });

  it('a whole notebook is one step, and leaves alone what is the same', () => {
    const notebook = open(
      [
        code('a', 'one'),
        code('b', 'changed'),
        code('c', 'moved'),
        code('new', 'new')
      ],
      wide
    );
    const before = contents(notebook);
    const same = notebook.cells[0];
    const version = [
      code('a', 'one'),
      code('c', 'moved'),
      { id: 'b', cell_type: 'markdown', source: '# was text', metadata: {} },
      code('gone', 'gone', { outputs: [stream('1')] })
    ].map(cellContent);
    putNotebook(notebook, version, notebook.metadata);
    expect(contents(notebook)).toEqual(version);
    expect(notebook.cells[0]).toBe(same);
    notebook.undo();
    expect(contents(notebook)).toEqual(before);
  });
});

describe('Bringing back', () => {
  it('outputs leaves the source alone', () => {
    const notebook = open([code('a', 'newer source')]);
    const old = cellContent(code('a', 'old', { outputs: [stream('kept')] }));
    putCell(notebook, { at: 0, there: true }, old, 'outputs');
    expect(contents(notebook)![0]).toMatchObject({
      source: 'newer source',
      outputs: [stream('kept')]
    });
  });

  it('what is there already changes nothing', () => {
    const notebook = open([code('a', 'x', { outputs: [stream('1')] })]);
    const same = cellContent(
      code('a', '', { source: ['x'], outputs: [stream('1')] })
    );
    const heard = jest.fn();
    notebook.changed.connect(heard);
    expect(putCell(notebook, { at: 0, there: true }, same)).toBeNull();
    expect(heard).not.toHaveBeenCalled();
  });

  it('a cell that becomes one of another kind keeps its id', () => {
    for (const put of ['cell', 'notebook']) {
      const notebook = open([code('a', 'one'), code('b', 'two')]);
      const then = cellsOf({
        cells: [
          code('a', 'one'),
          { id: 'b', cell_type: 'markdown', source: 'two', metadata: {} }
        ]
      })!;
      if (put === 'cell') {
        putCell(notebook, { at: 1, there: true }, then[1]!);
      } else {
        putNotebook(notebook, then, {});
      }
      expect(
        notebook.cells.map(cell => [cell.getId(), cell.cell_type])
      ).toEqual([
        ['a', 'code'],
        ['b', 'markdown']
      ]);
    }
  });

  it('brings no trust along', () => {
    const notebook = open([code('a', 'x')]);
    const old = cellContent(code('a', 'y', { metadata: { trusted: true } }));
    putCell(notebook, { at: 0, there: true }, old);
    putCell(notebook, { at: 1, there: false }, { ...old, id: 'b' });
    expect(notebook.cells.map(cell => cell.getMetadata())).toEqual([{}, {}]);
  });

  it('gives no two cells one id', () => {
    const notebook = open([code('a', 'x')]);
    putCell(notebook, { at: 1, there: false }, cellContent(code('a', 'y')));
    expect(new Set(matchable(notebook).map(each => each.id)).size).toBe(2);
  });

  it('puts in order any notebook that anything became of', () => {
    byChance(60, random => {
      const some = () =>
        Array.from({ length: random(9) }, (_, at) =>
          random(4) === 0
            ? { cell_type: 'markdown', source: `m${random(5)}`, metadata: {} }
            : code(`id-${random(3) ? at : random(9) + 20}`, `c${random(6)}`)
        ).filter(
          (each, at, all) => all.findIndex(other => other.id === each.id) === at
        );
      const notebook = open(some());
      const before = contents(notebook);
      const version = some().map(cellContent);
      putNotebook(notebook, version, {});
      const plain = (cells: typeof version) =>
        cells.map(({ id: _, ...rest }) => rest);
      expect(plain(contents(notebook)!)).toEqual(plain(version));
      notebook.undo();
      expect(contents(notebook)).toEqual(before);
    });
  });

  it('in a live notebook is seen in every other page', async () => {
    const mine = new LiveNotebook();
    const theirs = new YNotebook();
    opened.push(mine, theirs);
    const { applyUpdate } = await import('yjs');
    mine.ydoc.on('update', update => applyUpdate(theirs.ydoc, update));
    mine.fromJSON({
      cells: [code('a', 'now'), code('b', 'other')] as never,
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5
    });
    const heard = jest.fn();
    mine.ydoc.on('update', heard);
    putNotebook(
      mine,
      [code('a', 'then'), code('z', 'gone')].map(cellContent),
      {}
    );
    expect(sources(theirs)).toEqual(['then', 'gone']);
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

describe('What history holds', () => {
  it('is a cell whatever it is', () => {
    for (const odd of [null, 7, 'x', [], { source: 3 }, { cell_type: {} }]) {
      expect(cellContent(odd)).toEqual({
        cell_type: 'raw',
        source: '',
        metadata: {},
        attachments: {},
        outputs: [],
        execution_count: null
      });
    }
  });

  it('is no list of cells where it is none', () => {
    expect(cellsOf({ cells: 'x' })).toBeNull();
    expect(cellsOf('x')).toBeNull();
  });
});

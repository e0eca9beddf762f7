import type { Cell } from '@jupyterlab/cells';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import { Notebook, NotebookModel, StaticNotebook } from '@jupyterlab/notebook';
import { NBTestUtils } from '@jupyterlab/notebook/lib/testutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget, type PanelLayout } from '@lumino/widgets';
import { follower, PlaceKeeper } from '../../notebook/keep-place';
import type { LiveNotebook } from '../../notebook/live-notebook';
import { twoPages } from './two-pages';

type Windowing = StaticNotebook.INotebookConfig['windowingMode'];

const open: Notebook[] = [];

afterEach(() => {
  for (const notebook of open.splice(0)) {
    notebook.model?.dispose();
    notebook.dispose();
  }
  document.body.replaceChildren();
});

/** The notebook as bob sees it, when JupyterLab has had time for all of it. */
async function opened(
  sharedModel: LiveNotebook,
  windowingMode: Windowing = 'defer'
): Promise<Notebook> {
  const notebook = new Notebook({
    rendermime: NBTestUtils.defaultRenderMime(),
    contentFactory: NBTestUtils.createNotebookFactory(),
    mimeTypeService: NBTestUtils.mimeTypeService,
    notebookConfig: { ...StaticNotebook.defaultNotebookConfig, windowingMode }
  });
  notebook.model = new NotebookModel({
    sharedModel,
    collaborationEnabled: true
  });
  open.push(notebook);
  new PlaceKeeper(notebook, sharedModel);
  Widget.attach(notebook, document.body);
  for (const cell of notebook.widgets) {
    await draw(notebook, cell);
  }
  return notebook;
}

/** As JupyterLab does it when it has time. */
async function draw(notebook: Notebook, cell: Cell): Promise<void> {
  const index = notebook.widgets.indexOf(cell);
  cell.dataset['windowedListIndex'] = `${index}`;
  (notebook.layout as PanelLayout).insertWidget(index, cell);
  await cell.ready;
}

const viewOf = ({ activeCell }: Notebook) =>
  (activeCell!.editor as CodeMirrorEditor).editor;

/** Puts bob into a cell, with letters selected backwards. */
function enter(notebook: Notebook, index: number): void {
  notebook.activeCellIndex = index;
  notebook.mode = 'edit';
  const view = viewOf(notebook);
  view.focus();
  view.dispatch({ selection: { anchor: 4, head: 1 } });
}

const ranges = (notebook: Notebook) =>
  viewOf(notebook).state.selection.ranges.map(({ anchor, head }) => [
    anchor,
    head
  ]);

const sources = (page: LiveNotebook) =>
  page.cells.map(cell => cell.getSource());

describe('Whoever is in a cell that somebody else moves', () => {
  it.each([
    ['defer', 0, 1],
    ['defer', 1, 0],
    ['contentVisibility', 0, 1],
    ['full', 0, 1],
    ['full', 1, 0]
  ] as const)(
    'stays in it with mode, focus and selection (%s, from %d to %d)',
    async (windowing, from, to) => {
      const { ada, bob, deliver } = twoPages();
      const notebook = await opened(bob, windowing);
      enter(notebook, from);
      const before = notebook.activeCell;
      const { id } = before!.model;
      ada.moveCell(from, to);
      deliver();
      expect(notebook.activeCell).not.toBe(before);
      expect(notebook.activeCell!.model.id).toBe(id);
      expect(notebook.activeCellIndex).toBe(to);
      expect(notebook.mode).toBe('edit');
      expect(document.activeElement).toBe(viewOf(notebook).contentDOM);
      expect(ranges(notebook)).toEqual([[4, 1]]);
    }
  );

  it('goes on typing into the cell that came', async () => {
    const { ada, bob, deliver } = twoPages();
    const notebook = await opened(bob);
    enter(notebook, 0);
    ada.moveCell(0, 1);
    deliver();
    const view = viewOf(notebook);
    view.dispatch(view.state.replaceSelection('!'));
    deliver();
    expect(sources(ada)).toEqual(['# Title', 'p!t(1)']);
  });

  it('stays on the cell with the keys that are for the cell', async () => {
    const { ada, bob, deliver } = twoPages();
    const notebook = await opened(bob);
    notebook.activeCellIndex = 0;
    MessageLoop.flush();
    notebook.activeCell!.node.focus();
    expect(document.activeElement).toBe(notebook.activeCell!.node);
    ada.moveCell(0, 1);
    deliver();
    expect(notebook.activeCellIndex).toBe(1);
    expect(notebook.mode).toBe('command');
    expect(document.activeElement).toBe(notebook.activeCell!.node);
  });

  it('keeps what they write in elsewhere, and finds the selection again', async () => {
    const { ada, bob, deliver } = twoPages();
    const notebook = await opened(bob);
    enter(notebook, 0);
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    ada.moveCell(0, 1);
    deliver();
    expect(document.activeElement).toBe(field);
    expect(notebook.activeCellIndex).toBe(1);
    await draw(notebook, notebook.activeCell!);
    expect(ranges(notebook)).toEqual([[4, 1]]);
  });

  it('leaves the Markdown beside it as it is drawn', async () => {
    const { ada, bob, deliver } = twoPages();
    const notebook = await opened(bob);
    const title = notebook.widgets[1] as unknown as { rendered: boolean };
    expect(title.rendered).toBe(true);
    enter(notebook, 0);
    ada.moveCell(0, 1);
    deliver();
    expect(title.rendered).toBe(true);
  });

  it('is as before where the cell is really deleted', async () => {
    const { ada, bob, deliver } = twoPages();
    const notebook = await opened(bob);
    enter(notebook, 0);
    ada.deleteCell(0);
    deliver();
    expect(notebook.activeCell!.model.id).toBe('two');
  });

  it('keeps caret and mode too when they move it themselves', async () => {
    const { bob } = twoPages();
    const notebook = await opened(bob);
    enter(notebook, 0);
    notebook.moveCell(0, 1);
    expect(notebook.activeCellIndex).toBe(1);
    expect(notebook.mode).toBe('edit');
    expect(ranges(notebook)).toEqual([[4, 1]]);
  });
});

/** Bob has seen ada in the notebook, who may have left since. */
function see({ ada, bob }: ReturnType<typeof twoPages>): void {
  bob.awareness.meta.set(ada.ydoc.clientID, { clock: 1, lastUpdated: 0 });
}

describe('Letters on their way into a cell that somebody else moves', () => {
  /** Ada, whom bob sees in the notebook, moves the cell that bob types into. */
  function moved(type: (bob: LiveNotebook) => void, isSeen = true) {
    const pages = twoPages();
    const { ada, bob, deliver } = pages;
    if (isSeen) {
      see(pages);
    }
    bob.cells[0]!.ysource.insert(5, 'ed');
    deliver();
    type(bob);
    ada.moveCell(0, 1);
    deliver();
    deliver();
    return pages;
  }
  const both = ({ ada, bob }: ReturnType<typeof twoPages>) => [
    sources(ada),
    sources(bob)
  ];

  it('follow it, wherever they were typed', () => {
    const pages = moved(({ cells: [cell] }) => {
      cell!.ysource.insert(5, '[');
      cell!.ysource.insert(6, ']');
      cell!.ysource.insert(cell!.ysource.length, ' # new');
    });
    const wanted = ['# Title', 'print[]ed(1) # new'];
    expect(both(pages)).toEqual([wanted, wanted]);
  });

  it('are not doubled once they are there', () => {
    const pages = moved(() => undefined);
    const wanted = ['# Title', 'printed(1)'];
    expect(both(pages)).toEqual([wanted, wanted]);
  });

  it('are not put beside what somebody else changed in the same step', () => {
    const pages = moved(({ cells: [cell] }) => {
      cell!.ysource.insert(0, 'x');
      cell!.ysource.delete(3, 1);
    });
    const wanted = ['# Title', 'printed(1)'];
    expect(both(pages)).toEqual([wanted, wanted]);
  });

  describe('once they have arrived', () => {
    /** Bob's letters are everywhere; then ada puts what was before in another place. */
    function restored(isUnsaved: boolean) {
      const pages = twoPages();
      const { ada, bob, deliver } = pages;
      see(pages);
      bob.isUnsaved = () => isUnsaved;
      const now = jest.spyOn(Date, 'now').mockReturnValue(1_000_000);
      bob.cells[0]!.ysource.insert(8, ' # wrong');
      deliver();
      now.mockReturnValue(1_006_000);
      const [cell] = ada.cells;
      const old = { ...cell!.toJSON(), source: 'print(1)' };
      ada.transact(() => {
        ada.deleteCell(0);
        ada.insertCell(1, old);
      });
      deliver();
      deliver();
      now.mockRestore();
      return both(pages);
    }

    it('stay away when somebody takes them away with the cell', () => {
      const wanted = ['# Title', 'print(1)'];
      expect(restored(false)).toEqual([wanted, wanted]);
    });

    it('are kept as long as nobody says that they have', () => {
      const wanted = ['# Title', 'print(1) # wrong'];
      expect(restored(true)).toEqual([wanted, wanted]);
    });
  });

  it('are left to the companion where it moves the cell', () => {
    const pages = moved(({ cells: [cell] }) => {
      cell!.ysource.insert(0, 'x');
    }, false);
    expect(sources(pages.bob)).toEqual(['# Title', 'printed(1)']);
  });
});

describe('A place in a text that has changed', () => {
  it.each([
    ['abc', 'abc', [0, 1, 2, 3]],
    ['abc', 'xxabc', [0, 3, 4, 5]],
    ['abc', 'abcxx', [0, 1, 2, 3]],
    ['abc', 'axxc', [0, 1, 3, 4]],
    ['abc', '', [0, 0, 0, 0]],
    ['', 'abc', [0]],
    ['aaa', 'a', [0, 1, 1, 1]]
  ] as const)('is found by both ends: %j in %j', (before, after, wanted) => {
    const at = follower(before, after);
    expect(wanted.map((_, place) => at(place))).toEqual(wanted);
  });
});

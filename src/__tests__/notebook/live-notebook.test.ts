import type { YCodeCell } from '@jupyter/ydoc';
import type { Map as YMap } from 'yjs';
import { bytesOf, twoPages } from './two-pages';

const HTML = {
  output_type: 'display_data',
  data: { 'text/html': '<script>steal()</script>' },
  metadata: {}
};

const code = (page: { cells: unknown[] }, index = 0): YCodeCell =>
  page.cells[index] as YCodeCell;

describe('a live notebook is never dirty', () => {
  it('not by a command, and nothing of it is written to the document', () => {
    const { ada, bob, deliver } = twoPages();
    const before = bytesOf(ada.ydoc);
    ada.dirty = true;
    expect(ada.dirty).toBe(false);
    expect(bytesOf(ada.ydoc)).toBe(before);
    ada.cells[0]!.setSource('print(2)');
    deliver();
    expect(bob.dirty).toBe(false);
  });

  it('not by the editor, which writes the flag with each letter', () => {
    const { ada } = twoPages();
    ada.ydoc.transact(() => {
      ada.cells[0]!.ysource.insert(0, 'x');
      ada.ydoc.getMap('state').set('dirty', true);
    });
    expect(ada.ydoc.getMap('state').has('dirty')).toBe(false);
    expect(ada.cells[0]!.getSource()).toBe('xprint(1)');
  });
});

describe('S5 a page that may only look changes nothing', () => {
  const attempts: [
    string,
    (page: ReturnType<typeof twoPages>['ada']) => void
  ][] = [
    ['insert', page => page.insertCell(0, { cell_type: 'code' })],
    ['add', page => page.addCell({ cell_type: 'markdown' })],
    ['move', page => page.moveCell(0, 1)],
    ['delete', page => page.deleteCell(0)],
    ['notebook metadata', page => page.setMetadata('a', 1)],
    ['cell metadata', page => page.cells[0]!.setMetadata('a', 1)],
    ['source', page => page.cells[0]!.setSource('x')],
    ['part of the source', page => page.cells[0]!.updateSource(0, 1, 'x')],
    ['clear outputs', page => code(page).clearOutputs()],
    ['set outputs', page => code(page).setOutputs([])],
    ['count', page => (code(page).execution_count = 7)],
    ['state', page => (code(page).executionState = 'running')],
    ['undo', page => page.cells[0]!.undo()],
    ['format', page => (page.nbformat_minor = 2)],
    [
      'typing',
      page =>
        page.ydoc.transact(() => page.cells[0]!.ysource.insert(0, 'typed'))
    ]
  ];

  it.each(attempts)('by %s', (_, attempt) => {
    const { ada, bob, deliver } = twoPages();
    code(ada).setOutputs([HTML]);
    deliver();
    bob.writable = false;
    const before = bytesOf(bob.ydoc);
    attempt(bob);
    expect(bytesOf(bob.ydoc)).toBe(before);
  });

  it('and edits again as soon as the role allows it', () => {
    const { ada, bob, deliver } = twoPages();
    bob.writable = false;
    bob.cells[0]!.setSource('no');
    bob.writable = true;
    bob.cells[1]!.setSource('yes');
    deliver();
    expect(ada.cells.map(cell => cell.getSource())).toEqual([
      'print(1)',
      'yes'
    ]);
  });

  it('still takes in what others write', () => {
    const { ada, bob, deliver } = twoPages();
    bob.writable = false;
    ada.cells[0]!.setSource('new');
    deliver();
    expect(bob.cells[0]!.getSource()).toBe('new');
  });
});

describe('S9 trust is neither read from the document nor written to it', () => {
  it('does not believe a flag that another page has set', () => {
    const { ada, bob, deliver } = twoPages();
    // Past every guard, as a hostile page would.
    (ada.cells[0]!.ymodel.get('metadata') as YMap<unknown>).set(
      'trusted',
      true
    );
    deliver();
    expect(bob.cells[0]!.getMetadata('trusted')).toBeUndefined();
    expect(bob.cells[0]!.getMetadata()).toEqual({});
    expect(JSON.stringify(bob.toJSON())).not.toContain('trusted');
  });

  it('keeps the trust of a viewer in their page', () => {
    const { ada, bob, deliver } = twoPages();
    const before = bytesOf(ada.ydoc);
    ada.cells[0]!.setMetadata({ trusted: true });
    ada.cells[0]!.setMetadata('trusted', true);
    expect(ada.isTrusted(ada.cells[0]!)).toBe(true);
    expect(bytesOf(ada.ydoc)).toBe(before);
    deliver();
    expect(bob.isTrusted(bob.cells[0]!)).toBe(false);
  });

  it('strips the flag from cells that are pasted', () => {
    const { ada, bob, deliver } = twoPages();
    ada.insertCell(0, {
      cell_type: 'code',
      metadata: { trusted: true, tags: ['kept'] },
      outputs: [HTML]
    });
    deliver();
    expect(bob.cells[0]!.ymodel.get('metadata').toJSON()).toEqual({
      tags: ['kept']
    });
    expect(ada.isTrusted(ada.cells[0]!)).toBe(false);
  });

  it('keeps trust across a move of one’s own, not of somebody else’s', () => {
    const { ada, bob, deliver } = twoPages();
    code(ada).setOutputs([HTML]);
    ada.setTrusted(ada.cells[0]!, true);
    deliver();
    bob.setTrusted(bob.cells[0]!, true);
    ada.moveCell(0, 1);
    deliver();
    expect(ada.isTrusted(ada.cells[1]!)).toBe(true);
    expect(bob.isTrusted(bob.cells[1]!)).toBe(false);
    expect(JSON.stringify(bob.ydoc.getArray('cells'))).not.toContain('trusted');
  });

  const attacks: [string, (cell: YCodeCell) => void][] = [
    ['replaces', cell => cell.setOutputs([HTML])],
    ['adds', cell => cell.updateOutputs(0, 0, [HTML])],
    [
      'changes in place',
      cell => (cell.youtputs.get(0) as YMap<unknown>).set('data', HTML.data)
    ],
    [
      'swaps the list of',
      cell => cell.ymodel.set('outputs', cell.youtputs.clone())
    ]
  ];

  it.each(attacks)(
    'tells that somebody else %s outputs before observers run',
    (_, attack) => {
      const { ada, bob, deliver } = twoPages();
      code(bob).setOutputs([{ ...HTML, data: { 'text/plain': '1' } }]);
      bob.setTrusted(bob.cells[0]!, true);
      deliver();
      const seen: string[] = [];
      bob.outputsReplaced.connect(() => seen.push('trust ends'));
      code(bob).changed.connect(() => seen.push('is rendered'));
      attack(code(ada));
      deliver();
      expect(seen[0]).toBe('trust ends');
      expect(bob.isTrusted(bob.cells[0]!)).toBe(false);
    }
  );

  it('leaves trust alone while the viewer’s own run writes', () => {
    const { ada } = twoPages();
    ada.setTrusted(ada.cells[0]!, true);
    code(ada).setOutputs([HTML]);
    expect(ada.isTrusted(ada.cells[0]!)).toBe(true);
  });

  it('leaves trust alone when others edit the source', () => {
    const { ada, bob, deliver } = twoPages();
    bob.setTrusted(bob.cells[0]!, true);
    ada.cells[0]!.setSource('x');
    deliver();
    expect(bob.isTrusted(bob.cells[0]!)).toBe(true);
  });
});

describe('drawing outputs anew', () => {
  it('writes nothing, or it would bring back what was replaced', () => {
    const { ada } = twoPages();
    code(ada).setOutputs([HTML]);
    const before = bytesOf(ada.ydoc);
    ada.redraw(() => {
      code(ada).updateOutputs(0, 1, [{ ...HTML, data: {} }]);
    });
    code(ada).updateOutputs(0, 1, [HTML]);
    expect(bytesOf(ada.ydoc)).toBe(before);
    code(ada).updateOutputs(0, 1, [{ ...HTML, data: {} }]);
    expect(bytesOf(ada.ydoc)).not.toBe(before);
  });
});

describe('a write of the execution count that loses', () => {
  // Which of two concurrent writes wins depends on the client ids.
  it.each([
    [1, 2],
    [2, 1]
  ])('still shows the outputs of its transaction (%i, %i)', (a, b) => {
    const { ada, bob, deliver } = twoPages();
    ada.ydoc.clientID = a;
    bob.ydoc.clientID = b;
    const shown: unknown[] = [];
    code(bob).changed.connect((_, { outputsChange }) => {
      if (outputsChange) {
        shown.push(outputsChange);
      }
    });
    ada.ydoc.transact(() => {
      code(ada).execution_count = 1;
      code(ada).setOutputs([HTML]);
    });
    code(bob).execution_count = 2;
    deliver();
    expect(shown).toHaveLength(1);
    expect(code(bob).getOutputs()).toEqual(code(ada).getOutputs());
  });
});

import type { YCodeCell } from '@jupyter/ydoc';
import { isCodeCellModel, type ICodeCellModel } from '@jupyterlab/cells';
import {
  type Notebook,
  NotebookModel,
  NotebookPanel
} from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import type { LiveNotebook } from '../../notebook/live-notebook';
import { watchTrust } from '../../notebook/trust';
import { bytesOf, twoPages } from './two-pages';

const output = (html: string) => ({
  output_type: 'display_data',
  data: { 'text/html': html },
  metadata: {}
});

/** What JupyterLab holds of a notebook, below a panel that is only a shape. */
function opened(sharedModel: LiveNotebook) {
  const model = new NotebookModel({ sharedModel, collaborationEnabled: true });
  const marks: string[] = [];
  const trustHandler = {
    markTrusted: (node: HTMLElement) => marks.push(`trust ${node.className}`),
    unmarkTrusted: (node: HTMLElement) =>
      marks.push(`distrust ${node.className}`)
  };
  const panel: NotebookPanel = Object.assign(
    Object.create(NotebookPanel.prototype),
    { _content: { model, rendermime: { trustHandler } } }
  );
  Object.defineProperty(panel, 'disposed', { value: new Signal({}) });
  watchTrust(panel, sharedModel);
  models.push(model);
  const [cell] = [...model.cells].filter(each => isCodeCellModel(each));
  const { rendermime } = panel.content as Notebook;
  return { code: cell as ICodeCellModel, rendermime, marks };
}

const models: NotebookModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) {
    model.dispose();
  }
});

const shared = (page: LiveNotebook) => page.cells[0] as YCodeCell;

describe('S9 trust in outputs', () => {
  it('is not given by a flag in the document', () => {
    const { ada, bob, deliver } = twoPages();
    shared(ada).setOutputs([output('<b>')]);
    ada.cells[0]!.ymodel.get('metadata').set('trusted', true);
    deliver();
    const { code } = opened(bob);
    expect(code.trusted).toBe(false);
    expect(code.outputs.trusted).toBe(false);
  });

  it('is gone when what somebody else wrote is shown', () => {
    const { ada, bob, deliver } = twoPages();
    const { code } = opened(bob);
    code.trusted = true;
    code.outputs.add(output('mine'));
    deliver();
    const shown: boolean[] = [];
    code.outputs.changed.connect((_, { type }) => {
      if (type === 'add') {
        shown.push(code.outputs.trusted);
      }
    });
    shared(ada).setOutputs([output('<script>')]);
    deliver();
    expect(shown).toEqual([false]);
    expect(code.outputs.get(0).trusted).toBe(false);
  });

  it('does not bring back what was replaced when it goes', () => {
    const { ada, bob, deliver } = twoPages();
    const { code } = opened(bob);
    code.trusted = true;
    code.outputs.add(output('mine'));
    deliver();
    shared(ada).setOutputs([output('hers')]);
    deliver();
    deliver();
    const html = (page: LiveNotebook) =>
      shared(page)
        .getOutputs()
        .map(each => (each.data as Record<string, unknown>)['text/html']);
    expect(html(ada)).toEqual(['hers']);
    expect(html(bob)).toEqual(['hers']);
  });

  it('can be given by the viewer, which writes nothing to the document', () => {
    const { ada, bob, deliver } = twoPages();
    shared(ada).setOutputs([
      output('<b>'),
      { output_type: 'stream', name: 'stdout', text: 'a\rb\n' }
    ]);
    deliver();
    bob.writesOutputs = false;
    const { code } = opened(bob);
    const before = bytesOf(bob.ydoc);
    code.trusted = true;
    expect(code.outputs.get(0).trusted).toBe(true);
    expect(bytesOf(bob.ydoc)).toBe(before);
  });

  it('stays with the outputs of one’s own run', () => {
    const { ada } = twoPages();
    const { code } = opened(ada);
    code.clearExecution();
    code.trusted = true;
    code.outputs.add(output('<b>'));
    expect(code.outputs.get(0).trusted).toBe(true);
    expect(shared(ada).getOutputs()).toHaveLength(1);
  });

  it('never covers the notebook as a whole, nor Markdown', () => {
    const { bob } = twoPages();
    const { rendermime, marks } = opened(bob);
    for (const className of ['jp-Notebook', 'jp-MarkdownCell', 'jp-Output']) {
      const node = document.createElement('div');
      node.className = className;
      rendermime.trustHandler?.markTrusted(node);
    }
    expect(marks).toEqual([
      'distrust jp-Notebook',
      'distrust jp-MarkdownCell',
      'trust jp-Output'
    ]);
  });
});

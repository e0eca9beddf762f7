import { Notification } from '@jupyterlab/apputils';
import { CodeCellModel, MarkdownCellModel } from '@jupyterlab/cells';
import type { INotebookCellExecutor } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { YNotebook, type YCodeCell } from '@jupyter/ydoc';
import type { ILiveDocuments } from '../../tokens';
import { LiveExecutor } from '../../notebook/executor';
import { LiveEntry } from '../../notebook/live-entry';
import { INFO } from './fake-companion';
import { bytesOf, twoPages } from './two-pages';

type Options = INotebookCellExecutor.IRunCellOptions;

/** The page of somebody with a role, in front of one notebook. */
function page(role: 'view' | 'edit' | 'owner' | null, server = '') {
  const { ada, bob, deliver } = twoPages();
  (ada.cells[0] as YCodeCell).setOutputs([
    { output_type: 'stream', name: 'stdout', text: '1\n' }
  ]);
  deliver();
  const notebook = bob;
  const entry =
    role === null
      ? null
      : new LiveEntry('p', { ...INFO, role, server }, notebook.awareness);
  const ran: string[] = [];
  const run = async (options: Options) => {
    options.onCellExecutionScheduled({ cell: options.cell });
    ran.push(options.cell.model.type);
    return true;
  };
  const executor = new LiveExecutor(
    { entryOf: () => entry } as unknown as ILiveDocuments,
    nullTranslator.load(''),
    run
  );
  const options = (model: unknown, sharedModel: unknown = notebook) =>
    ({
      cell: { model },
      notebook: { sharedModel },
      onCellExecutionScheduled: () => null
    }) as unknown as Options;
  const code = new CodeCellModel({
    sharedModel: notebook.cells[0] as YCodeCell
  });
  return { notebook, executor, options, code, ran };
}

const explained = () =>
  Notification.manager.notifications.map(({ message }) => message);

afterEach(() => Notification.dismiss());

describe('running a cell', () => {
  it('leaves ordinary notebooks to JupyterLab', async () => {
    const { executor, options, ran } = page(null);
    await executor.runCell(options(new CodeCellModel(), YNotebook.create()));
    expect(ran).toEqual(['code']);
  });

  it('renders Markdown for everybody', async () => {
    const { executor, options, ran } = page('view');
    await executor.runCell(options(new MarkdownCellModel()));
    expect(ran).toEqual(['markdown']);
    expect(explained()).toEqual([]);
  });

  it.each(['view', 'edit'] as const)(
    'tells somebody who may %s whom to ask, and leaves the document byte-equal',
    async role => {
      const { notebook, executor, options, code, ran } = page(role);
      const before = bytesOf(notebook.ydoc);
      await expect(executor.runCell(options(code))).resolves.toBe(false);
      expect(ran).toEqual([]);
      expect(bytesOf(notebook.ydoc)).toBe(before);
      expect(explained()).toEqual([expect.stringMatching(/^Only Ada can run/)]);
    }
  );

  it('says it once for "Run All"', async () => {
    const { executor, options, code } = page('edit');
    await Promise.all([1, 2, 3].map(() => executor.runCell(options(code))));
    expect(explained()).toHaveLength(1);
  });

  it('runs for the owner, and clears the outputs on their own', async () => {
    const { notebook, executor, options, code, ran } = page('owner');
    code.executionCount = 3;
    const steps: string[] = [];
    const shared = notebook.cells[0] as YCodeCell;
    notebook.ydoc.on('afterTransaction', ({ changed }) => {
      for (const [type, keys] of changed) {
        steps.push(type === shared.ymodel ? [...keys].join() : 'list');
      }
    });
    await executor.runCell(options(code));
    expect(ran).toEqual(['code']);
    expect(steps).toEqual(['list']);
    expect(code.sharedModel.getOutputs()).toEqual([]);
  });

  it('sends the owner to the server that has the kernel', async () => {
    const { executor, options, code, ran } = page('owner', 'big');
    await executor.runCell(options(code));
    expect(ran).toEqual([]);
    expect(explained()).toEqual([expect.stringContaining('"big"')]);
  });

  it('waits for a document that is not connected', async () => {
    const { executor, options, code, ran } = page(null);
    await executor.runCell(options(code));
    expect(ran).toEqual([]);
    expect(explained()).toEqual([expect.stringContaining('not connected')]);
  });
});

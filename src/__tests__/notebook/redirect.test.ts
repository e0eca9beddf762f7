import { Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { nullTranslator } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { Signal } from '@lumino/signaling';
import type { IDocuments, ILiveDocuments } from '../../tokens';
import { Redirect } from '../../notebook/redirect';
import { INFO } from './fake-companion';

const OWN: DocumentInfo = {
  ...INFO,
  role: 'owner',
  path: 'work/demo.ipynb',
  server: ''
};
const FILE = {
  cells: [{ cell_type: 'code', source: ['a\n', 'b'], outputs: [] }]
};
const SAME = { cells: [{ cell_type: 'code', source: 'a\nb', outputs: [] }] };

function page(
  list: DocumentInfo[] | null,
  { dirty = false, shows = SAME } = {}
) {
  const listChanged = new Signal<object, void>({});
  const documents = { list, listChanged } as unknown as {
    list: DocumentInfo[] | null;
  };
  const opened: string[] = [];
  const sessionContext = { kernelPreference: {}, dispose: jest.fn() };
  const panel = {
    parent: {},
    isDisposed: false,
    dispose: jest.fn(),
    disposed: new Signal({}),
    context: {
      path: 'work/demo.ipynb',
      isReady: true,
      ready: Promise.resolve(),
      model: { dirty, toJSON: () => shows },
      sessionContext
    }
  };
  const redirect = new Redirect({
    documents: documents as unknown as IDocuments,
    live: {
      open: async (id: string) => {
        // What the live panel must find when it opens.
        opened.push(
          id,
          sessionContext.dispose.mock.calls.length ? 'free' : 'held'
        );
        return undefined;
      }
    } as unknown as ILiveDocuments,
    contents: { get: async () => ({ content: FILE }) } as never,
    trans: nullTranslator.load('')
  });
  redirect.watch(panel as unknown as IDocumentWidget);
  const arrive = (documentsNow: DocumentInfo[]) => {
    documents.list = documentsNow;
    listChanged.emit();
  };
  return { panel, opened, arrive };
}

const messages = () =>
  Notification.manager.notifications.map(({ message }) => message);

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  Notification.dismiss();
  jest.useRealTimers();
});

const settle = () => jest.advanceTimersByTimeAsync(0);

describe('the owner opens the plain file of a shared document', () => {
  it('gets the live one instead, with one notification', async () => {
    const { panel, opened } = page([OWN]);
    await settle();
    expect(opened).toEqual([OWN.id, 'free']);
    expect(panel.parent).toBeNull();
    expect(messages()).toEqual([expect.stringContaining('is shared')]);
    await jest.advanceTimersByTimeAsync(2000);
    expect(panel.dispose).toHaveBeenCalled();
  });

  it('gets it also when the list comes later', async () => {
    const { opened, arrive } = page(null);
    await settle();
    expect(opened).toEqual([]);
    arrive([OWN]);
    arrive([OWN]);
    await settle();
    expect(opened).toEqual([OWN.id, 'free']);
  });

  it('is not asked about what JupyterLab itself has touched', async () => {
    const { opened } = page([OWN], { dirty: true });
    await settle();
    expect(opened).toEqual([OWN.id, 'free']);
  });

  it('keeps what was typed into the file, and is warned', async () => {
    const shows = {
      cells: [{ cell_type: 'code', source: 'mine', outputs: [] }]
    };
    const { panel, opened, arrive } = page([OWN], { dirty: true, shows });
    await settle();
    arrive([OWN]);
    await settle();
    expect(opened).toEqual([]);
    expect(panel.dispose).not.toHaveBeenCalled();
    expect(messages()).toEqual([expect.stringContaining('unsaved changes')]);
  });

  it.each([
    ['a file of another name', { ...OWN, path: 'work/other.ipynb' }],
    ['a document of somebody else', { ...OWN, role: 'edit' as const }],
    ['a file of another server', { ...OWN, server: 'big' }]
  ])('is left alone with %s', async (_, info) => {
    const { opened } = page([info]);
    await settle();
    expect(opened).toEqual([]);
  });
});

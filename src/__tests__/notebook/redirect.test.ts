import { Notification } from '@jupyterlab/apputils';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import { nullTranslator } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { Signal } from '@lumino/signaling';
import type { IDocuments } from '../../tokens';
import { PlainPanels } from '../../notebook/plain-panels';
import { redirect } from '../../notebook/redirect';
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
  { dirty = false, shows = SAME, started = Promise.resolve(true) } = {}
) {
  const listChanged = new Signal<object, void>({});
  const documents = { list, listChanged } as unknown as {
    list: DocumentInfo[] | null;
  };
  const opened: string[] = [];
  const sessionContext = {
    kernelPreference: {},
    initialize: () => started,
    dispose: jest.fn()
  };
  const panel = {
    parent: {},
    isDisposed: false,
    dispose: jest.fn(),
    disposed: new Signal<object, void>({}),
    context: {
      path: 'work/demo.ipynb',
      isReady: true,
      ready: Promise.resolve(),
      model: { dirty, toJSON: () => shows },
      sessionContext
    }
  };
  const live = {
    open: async (id: string) => {
      // What the live panel must find when it opens.
      const held = sessionContext.dispose.mock.calls.length === 0;
      opened.push(id, held ? 'held' : 'free');
      return undefined;
    }
  };
  const panels = new PlainPanels(
    documents as unknown as IDocuments,
    (each, document, wasPlain) =>
      void redirect(each, document, {
        live,
        contents: { get: async () => ({ content: FILE }) } as never,
        trans: nullTranslator.load(''),
        wasPlain
      })
  );
  panels.add(panel as unknown as IDocumentWidget);
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

  it('gets it when the kernel that is just starting has come', async () => {
    let start: (needsSelection: boolean) => void = () => undefined;
    const started = new Promise<boolean>(resolve => (start = resolve));
    const { panel, opened } = page([OWN], { started });
    await settle();
    expect(panel.parent).toBeNull();
    expect(opened).toEqual([]);
    start(false);
    await settle();
    expect(opened).toEqual([OWN.id, 'free']);
  });

  it('gets it also when that kernel never comes', async () => {
    const started = new Promise<boolean>(() => undefined);
    const { opened } = page([OWN], { started });
    await jest.advanceTimersByTimeAsync(10_000);
    expect(opened).toEqual([OWN.id, 'free']);
  });

  it('hears nothing when the file became shared while it was open', async () => {
    const { opened, arrive } = page([]);
    await settle();
    arrive([OWN]);
    await settle();
    expect(opened).toEqual([OWN.id, 'free']);
    expect(messages()).toEqual([]);
  });

  it('is not redirected once the panel has been replaced by the sharing', async () => {
    const { panel, opened, arrive } = page([]);
    await settle();
    panel.isDisposed = true;
    panel.disposed.emit();
    arrive([OWN]);
    await settle();
    expect(opened).toEqual([]);
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
    panel.disposed.emit();
    expect(messages()).toEqual([]);
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

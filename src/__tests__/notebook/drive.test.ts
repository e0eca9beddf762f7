import { nullTranslator } from '@jupyterlab/translation';
import type { DocumentInfo } from '@jupyterlab-commons/protocol';
import { Signal } from '@lumino/signaling';
import type { IDocuments } from '../../tokens';
import { LiveDrive } from '../../notebook/drive';
import { LiveDocuments } from '../../notebook/live-documents';
import { type LiveNotebook } from '../../notebook/live-notebook';
import { idOfPath } from '../../notebook/id-of-path';
import { localPathOf, pathOfDocument } from '../../notebook/paths';
import { FakeCompanion, FakeSocket, ID, INFO } from './fake-companion';

class FakeList implements IDocuments {
  list: readonly DocumentInfo[] | null = [INFO];
  readonly listChanged = new Signal<this, void>(this);
  readonly invited = new Signal<this, never>(this);
  find = jest.fn(async () => this.list?.[0] ?? INFO);
  refresh = async () => undefined;

  set(list: DocumentInfo[]): void {
    this.list = list;
    this.listChanged.emit();
  }
}

const PATH = `${ID}/demo.ipynb`;

function page() {
  const companion = new FakeCompanion();
  const documents = new FakeList();
  const manager = { openOrReveal: jest.fn() };
  const live = new LiveDocuments({
    companion,
    documents,
    manager: manager as never
  });
  const contents = { getDownloadUrl: async (path: string) => `/files/${path}` };
  const trans = nullTranslator.load('');
  const drive = new LiveDrive({ companion, documents, live, contents, trans });
  const open = (contentType = 'notebook') => {
    const document = live.createShared({
      path: `live:${PATH}`,
      format: 'json',
      contentType
    });
    if (document) {
      opened.push(document);
    }
    return document;
  };
  return { companion, documents, live, drive, manager, open };
}

const opened: { dispose(): void }[] = [];

/** The sockets that the page opens, in place of the browser's. */
let sockets: FakeSocket[];
const realSocket = globalThis.WebSocket;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
  sockets = [];
  globalThis.WebSocket = class extends FakeSocket {
    constructor(url: string, protocols: string[]) {
      super(url, protocols);
      sockets.push(this);
    }
  } as unknown as typeof WebSocket;
});

afterEach(() => {
  for (const document of opened.splice(0)) {
    document.dispose();
  }
  jest.clearAllTimers();
  jest.useRealTimers();
  globalThis.WebSocket = realSocket;
});

/** Lets the page get its ticket, then gives it the whole document. */
async function deliver(companion: FakeCompanion): Promise<void> {
  await jest.advanceTimersByTimeAsync(0);
  companion.sockets.push(sockets[sockets.length - 1]!);
  companion.greet();
  companion.answerSync();
  companion.say({ type: 'saved', frames: companion.takeUpdates() });
}

describe('opening', () => {
  it('waits for the whole document, and gives no content over it', async () => {
    const { companion, drive, open } = page();
    open();
    const model = drive.get(PATH, { content: true, type: 'notebook' });
    let done = false;
    void model.then(() => (done = true));
    await jest.advanceTimersByTimeAsync(1000);
    expect(done).toBe(false);
    await deliver(companion);
    await expect(model).resolves.toMatchObject({
      path: PATH,
      type: 'notebook',
      content: null,
      writable: true
    });
    expect((await model).hash).toBeUndefined();
  });

  it('fails in words when the companion does not answer', async () => {
    const { companion, drive, open } = page();
    companion.refuse = 'STOPPING';
    open();
    const failed = expect(drive.get(PATH, { content: true })).rejects.toThrow(
      'The companion is starting or stopping.'
    );
    await jest.advanceTimersByTimeAsync(8000);
    await failed;
  });

  it('says at once why a document is refused', async () => {
    const { companion, drive, open } = page();
    companion.refuse = 'SHARE_ENDED';
    open();
    const failed = expect(drive.get(PATH, { content: true })).rejects.toThrow(
      'The owner no longer shares this document with you.'
    );
    await jest.advanceTimersByTimeAsync(0);
    await failed;
  });

  it('refuses an editor of the wrong kind', async () => {
    const { drive, open } = page();
    expect(open('file')).toBeUndefined();
    await expect(drive.get(PATH, { content: true })).rejects.toThrow(
      'cannot be opened with that editor'
    );
  });

  it('asks nobody for what JupyterLab wants to know while it restores', async () => {
    const { documents, drive } = page();
    documents.list = null;
    await expect(drive.get(PATH)).resolves.toMatchObject({ type: 'notebook' });
    expect(documents.find).not.toHaveBeenCalled();
  });

  it('is quiet and clear where there is no companion', async () => {
    const { companion, drive } = page();
    companion.state = { kind: 'absent', reason: 'Ask the admin.' };
    await expect(drive.get(PATH)).rejects.toThrow('Ask the admin.');
  });

  it('shows a document that is open already', async () => {
    const { live, manager, open } = page();
    await live.open(ID);
    expect(manager.openOrReveal).toHaveBeenLastCalledWith(`live:${PATH}`);
    open();
    await live.open(ID);
    expect(manager.openOrReveal).toHaveBeenLastCalledWith(`live:${PATH}`);
  });
});

describe('the role', () => {
  it('A4 reaches JupyterLab when it changes', async () => {
    const { companion, drive, open } = page();
    open();
    await deliver(companion);
    const told: unknown[] = [];
    drive.fileChanged.connect((_, { newValue }) =>
      told.push(newValue?.writable)
    );
    companion.say({ type: 'role', role: 'view' });
    companion.say({ type: 'role', role: 'view' });
    companion.say({ type: 'role', role: 'edit' });
    expect(told).toEqual([false, true]);
  });
});

describe('saving', () => {
  it('waits until the companion has every edit', async () => {
    const { companion, drive, open } = page();
    const document = open() as LiveNotebook;
    await deliver(companion);
    document.insertCell(0, { cell_type: 'code', source: 'x' });
    const saved = drive.save(PATH, { content: {} });
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    await expect(saved).resolves.toMatchObject({ path: PATH });
  });

  it('says so when they are kept here only', async () => {
    const { companion, drive, open } = page();
    const document = open() as LiveNotebook;
    await deliver(companion);
    companion.refuse = 'STOPPING';
    companion.socket.lose();
    document.insertCell(0, { cell_type: 'code', source: 'x' });
    const failed = expect(drive.save(PATH)).rejects.toThrow(
      'Your edits are kept in this page'
    );
    await jest.advanceTimersByTimeAsync(8000);
    await failed;
  });

  it('explains that there are no new files here', async () => {
    const { drive } = page();
    await expect(drive.save('other.ipynb')).rejects.toThrow('Save a Copy');
    await expect(drive.copy()).rejects.toThrow('Save a Copy');
    await expect(drive.delete()).rejects.toThrow('stop sharing');
    await expect(drive.newUntitled()).rejects.toThrow('then share it');
    await expect(drive.listCheckpoints()).resolves.toEqual([]);
  });
});

describe('a document that is renamed', () => {
  it('keeps its tab, whoever gave the name', async () => {
    const { companion, documents, drive, live, open } = page();
    documents.set([INFO]);
    open();
    await deliver(companion);
    const told: unknown[] = [];
    drive.fileChanged.connect((_, { oldValue, newValue }) =>
      told.push([oldValue?.path, newValue?.path])
    );
    documents.set([{ ...INFO, name: 'new.ipynb' }]);
    expect(told).toEqual([[PATH, `${ID}/new.ipynb`]]);
    expect(live.entryOf(`live:${ID}/new.ipynb`)?.info.name).toBe('new.ipynb');
    expect(live.openPathOf(ID)).toBe(`live:${ID}/new.ipynb`);
  });
});

describe('pictures beside the notebook', () => {
  it('come from the owner’s own server, and from nowhere else', async () => {
    const { companion, documents, drive, open } = page();
    documents.set([
      { ...INFO, role: 'owner', path: 'work/demo.ipynb', server: '' }
    ]);
    open();
    await deliver(companion);
    await expect(drive.getDownloadUrl(`${ID}/plot.png`)).resolves.toBe(
      '/files/work/plot.png'
    );
    await expect(
      drive.getDownloadUrl(`${ID}/../../../hub/logout`)
    ).resolves.toBe('data:,');
    await expect(drive.getDownloadUrl(PATH)).rejects.toThrow('Save a Copy');
    documents.set([INFO]);
    await expect(drive.getDownloadUrl(`${ID}/plot.png`)).resolves.toBe(
      'data:,'
    );
  });
});

describe('the listing', () => {
  it('names what the person may see', async () => {
    const { drive } = page();
    const { content } = await drive.get('');
    expect(content).toMatchObject([{ path: PATH, writable: true }]);
    await expect(drive.get(ID)).resolves.toMatchObject({ type: 'directory' });
    await expect(drive.get('elsewhere')).rejects.toMatchObject({
      response: { status: 404 }
    });
  });
});

describe('paths', () => {
  it.each([
    ['a/../../b', 'notebook', 'a_.._.._b.ipynb'],
    ['..', 'text', 'untitled'],
    ['  ', 'notebook', 'untitled.ipynb'],
    ['x.IPYNB', 'notebook', 'x.IPYNB'],
    ['trap.ipynb', 'text', 'trap.ipynb.txt'],
    ['a:b\u0000c', 'text', 'a:b_c']
  ] as const)('make one segment of %j', (name, type, expected) => {
    expect(localPathOf(ID, name, type)).toBe(`${ID}/${expected}`);
    expect(idOfPath(pathOfDocument({ id: ID, name, type }))).toBe(ID);
  });

  it('are none of ours without an id', () => {
    expect(idOfPath('work/demo.ipynb')).toBeNull();
    expect(idOfPath('live:UPPERCASEUPPERCASEUPPERCASE/x')).toBeNull();
  });
});

import {
  messageType,
  syncStep,
  type OwnMessage
} from '@jupyterlab-commons/protocol';
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate
} from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { LiveEntry } from '../../notebook/live-entry';
import { LiveNotebook } from '../../notebook/live-notebook';
import { LiveProvider } from '../../notebook/provider';
import { FakeCompanion, ID, INFO } from './fake-companion';

/** A page that has asked for its first ticket. */
async function page(role: 'view' | 'edit' = 'edit') {
  const companion = new FakeCompanion();
  companion.role = role;
  const document = new LiveNotebook();
  const entry = new LiveEntry(
    `live:${ID}/demo.ipynb`,
    { ...INFO, role },
    document.awareness
  );
  const provider = new LiveProvider({
    companion,
    entry,
    document,
    openSocket: companion.open
  });
  open.push({ companion, document, entry, provider });
  await settle();
  return { companion, document, entry, provider, type: typing(document) };
}

/** A page that has the whole document and has offered all of its own. */
async function syncedPage(role: 'view' | 'edit' = 'edit') {
  const made = await page(role);
  made.companion.greet();
  made.companion.answerSync();
  made.companion.say({ type: 'saved', frames: made.companion.takeUpdates() });
  return made;
}

const typing = (document: LiveNotebook) => (text: string) =>
  document.insertCell(0, { cell_type: 'markdown', source: text });

/** Lets promises that are settled already run on; no time passes. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) {
    await Promise.resolve();
  }
};

const open: {
  companion: FakeCompanion;
  document: LiveNotebook;
  entry: LiveEntry;
  provider: LiveProvider;
}[] = [];

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
});

afterEach(() => {
  for (const { companion, document, entry, provider } of open.splice(0)) {
    entry.dispose();
    provider.dispose();
    companion.say({ type: 'saved', frames: 1e6 });
    document.dispose();
    companion.dispose();
  }
  jest.clearAllTimers();
  jest.useRealTimers();
});

describe('connecting', () => {
  it('I6 offers the protocol and a ticket, and puts neither into the address', async () => {
    const { companion } = await page();
    expect(companion.socket.protocols).toEqual(['commons.v1', 't1']);
    expect(companion.socket.url).toBe(`ws://hub/services/commons/sync/${ID}`);
  });

  it('I6 asks for a new ticket before each connect', async () => {
    const { companion } = await syncedPage();
    companion.socket.lose();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(companion.sockets).toHaveLength(2);
    expect(companion.socket.protocols[1]).toBe('t2');
  });

  it('D3 gives the epoch of its copy when it asks', async () => {
    const { companion } = await syncedPage();
    companion.socket.lose();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(companion.asked).toEqual([{ epoch: 'e1' }, { epoch: 'e1' }]);
  });

  it('goes on trying when the companion does not answer', async () => {
    const { companion, entry } = await syncedPage();
    companion.refuse = 'STOPPING';
    companion.socket.lose();
    await jest.advanceTimersByTimeAsync(120_000);
    expect(companion.sockets).toHaveLength(1);
    expect(entry.saveState).toEqual({ kind: 'offline', kept: false });
    companion.refuse = null;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(companion.sockets).toHaveLength(2);
  });

  it('stops for a refusal that retrying cannot mend, and says which', async () => {
    const { companion, entry } = await syncedPage();
    companion.socket.lose(4405, 'SHARE_ENDED');
    await jest.advanceTimersByTimeAsync(600_000);
    expect(companion.sockets).toHaveLength(1);
    expect(entry.saveState).toMatchObject({
      kind: 'ended',
      error: { code: 'SHARE_ENDED' }
    });
  });

  it('goes on by itself after somebody has signed in again', async () => {
    const { companion, entry } = await syncedPage();
    companion.refuse = 'SIGNED_OUT';
    companion.socket.lose();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(entry.saveState.kind).toBe('ended');
    companion.refuse = null;
    companion.stateChanged.emit({
      kind: 'ready',
      session: {
        session: 's',
        user: 'ada',
        displayName: 'Ada',
        groups: [],
        admin: false,
        server: '',
        expiresAt: INFO.createdAt,
        renewAfterSeconds: 300
      }
    });
    await settle();
    expect(companion.sockets).toHaveLength(2);
  });
});

describe('S3 what the page says of its edits', () => {
  it('is "connecting" until the document is here', async () => {
    const { companion, entry } = await page();
    expect(entry.saveState).toEqual({ kind: 'connecting' });
    companion.greet();
    expect(entry.saveState).toEqual({ kind: 'connecting' });
    companion.answerSync();
    expect(entry.saveState).toEqual({ kind: 'saved' });
    await entry.synced;
  });

  it('is "saved" only when the companion has said so for every frame', async () => {
    const { companion, entry, type } = await syncedPage();
    type('a');
    type('b');
    const frames = companion.takeUpdates();
    expect(entry.saveState).toEqual({ kind: 'saving', count: 2 });
    companion.say({ type: 'saved', frames: frames - 1 });
    expect(entry.saveState).toEqual({ kind: 'saving', count: 1 });
    companion.say({ type: 'saved', frames });
    expect(entry.saveState).toEqual({ kind: 'saved' });
  });

  it('does not take an answer for later edits', async () => {
    const { companion, entry, type } = await syncedPage();
    type('a');
    const frames = companion.takeUpdates();
    type('b');
    companion.say({ type: 'saved', frames });
    expect(entry.saveState).toEqual({ kind: 'saving', count: 1 });
  });

  it('is "offline", with what is kept here, and never "saved" for an edit on its way', async () => {
    const { companion, entry, type } = await syncedPage();
    type('a');
    companion.socket.lose();
    expect(entry.saveState).toEqual({ kind: 'offline', kept: true });
    expect(entry.unsaved).toBe(true);
  });

  it('keeps offline edits, offers them once, and waits for their answer', async () => {
    const { companion, entry, type } = await syncedPage();
    companion.socket.lose();
    type('offline');
    await jest.advanceTimersByTimeAsync(60_000);
    companion.socket.open();
    // The line is there, but the companion has not yet asked what is new here.
    type('early');
    expect(companion.syncFrames().map(({ step }) => step)).toEqual([
      syncStep.step1
    ]);
    companion.say({ type: 'epoch', epoch: 'e1' });
    companion.say({ type: 'role', role: 'edit' });
    expect(entry.saveState.kind).toBe('saving');
    companion.greet();
    companion.answerSync();
    expect(entry.saveState.kind).toBe('saving');
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    expect(entry.saveState).toEqual({ kind: 'saved' });
    expect(companion.room.getArray('cells')).toHaveLength(2);
  });

  it('S13 is "readonly" while the store cannot save, and keeps the edits', async () => {
    const { companion, entry, type } = await syncedPage();
    const status = {
      type: 'status',
      fileState: 'behind',
      fileDetail: null
    } as const;
    companion.say({ ...status, writable: false, reason: 'STORE_BUSY' });
    type('a');
    expect(entry.saveState).toMatchObject({
      kind: 'readonly',
      error: { code: 'STORE_BUSY' }
    });
    expect(entry.unsaved).toBe(true);
    companion.say({ ...status, writable: true, reason: null });
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    expect(entry.saveState).toEqual({ kind: 'saved' });
  });

  it('F8 keeps what a merge has brought, once each', async () => {
    const { companion, entry } = await syncedPage();
    const merged: OwnMessage = {
      type: 'merged',
      id: 'm1',
      at: '2026-01-01T00:00:00.000Z',
      kind: 'outside',
      by: null,
      changed: 1,
      added: 0,
      deleted: 0,
      moved: 0,
      conflicts: 0,
      names: [],
      keptAs: null,
      undoable: true
    };
    const heard = jest.fn();
    entry.changed.connect(heard);
    companion.say(merged);
    companion.say(merged);
    expect(entry.merged).toMatchObject({ id: 'm1', changed: 1 });
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it('flush waits for the answer, and fails in words', async () => {
    const { companion, entry, type } = await syncedPage();
    await entry.flush(8000);
    type('a');
    const saved = entry.flush(8000);
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    await saved;
    type('b');
    const late = expect(entry.flush(8000)).rejects.toThrow(
      'Saving is not possible'
    );
    await jest.advanceTimersByTimeAsync(8000);
    await late;
  });

  it('stays connected after its panel is closed until the last edit is saved', async () => {
    const { companion, document, provider, type } = await syncedPage();
    type('last words');
    document.dispose();
    provider.dispose();
    expect(provider.isDisposed).toBe(false);
    expect(provider.unsaved).toBe(true);
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    expect(provider.isDisposed).toBe(true);
    expect(companion.room.getArray('cells')).toHaveLength(1);
  });
});

describe('D3 a document of another epoch', () => {
  it('is never merged, and the connection ends', async () => {
    const { companion, document, entry, type } = await syncedPage();
    companion.socket.lose();
    type('offline');
    const before = document.cells.length;
    companion.epoch = 'e2';
    companion.room
      .getArray('cells')
      .delete(0, companion.room.getArray('cells').length);
    companion.room.getMap('meta').set('nbformat', 4);
    await jest.advanceTimersByTimeAsync(60_000);
    companion.greet();
    companion.answerSync();
    expect(companion.takeUpdates()).toBe(0);
    expect(document.cells).toHaveLength(before);
    expect(document.ymeta.has('nbformat')).toBe(false);
    expect(entry.saveState).toMatchObject({
      kind: 'ended',
      error: { code: 'EPOCH_CHANGED' }
    });
    expect(entry.unsaved).toBe(true);
    expect(document.writable).toBe(false);
  });

  it('is not merged either when the companion forgets to say which it is', async () => {
    const { companion, document } = await page();
    companion.room.getMap('meta').set('nbformat', 4);
    companion.socket.open();
    companion.answerSync();
    expect(document.ymeta.has('nbformat')).toBe(false);
  });
});

describe('A4 a role that changes', () => {
  it('takes and gives the keyboard at once', async () => {
    const { companion, document, entry, type } = await syncedPage();
    companion.say({ type: 'role', role: 'view' });
    expect(document.writable).toBe(false);
    expect(entry.role).toBe('view');
    expect(entry.saveState).toMatchObject({
      kind: 'readonly',
      error: { code: 'ROLE_TOO_LOW' }
    });
    companion.say({ type: 'role', role: 'edit' });
    type('again');
    expect(companion.takeUpdates()).toBe(2);
  });

  it('offers anew what was refused in between', async () => {
    const { companion, entry, type } = await syncedPage();
    type('too late');
    companion.say({ type: 'role', role: 'view' });
    companion.say({
      type: 'refusal',
      code: 'ROLE_TOO_LOW',
      detail: null,
      final: false
    });
    expect(entry.unsaved).toBe(true);
    companion.say({ type: 'role', role: 'edit' });
    await jest.advanceTimersByTimeAsync(60_000);
    expect(companion.sockets).toHaveLength(2);
    companion.greet();
    companion.answerSync();
    companion.say({ type: 'saved', frames: companion.takeUpdates() });
    expect(entry.saveState).toEqual({ kind: 'saved' });
    expect(companion.room.getArray('cells')).toHaveLength(1);
  });
});

describe('S8 a final refusal', () => {
  it('ends the document with its reason', async () => {
    const { companion, document, entry } = await syncedPage();
    companion.say({
      type: 'refusal',
      code: 'BAD_UPDATE',
      detail: 'cells[0]',
      final: true
    });
    companion.socket.lose(4422, 'BAD_UPDATE');
    expect(entry.saveState).toMatchObject({
      kind: 'ended',
      error: { code: 'BAD_UPDATE', detail: 'cells[0]' }
    });
    expect(document.writable).toBe(false);
  });
});

describe('S10 presence', () => {
  it('passes on nothing of others', async () => {
    const { companion, document } = await syncedPage();
    const other = new Awareness(new Doc());
    other.setLocalStateField('user', { name: 'Eve' });
    const hello = encodeAwarenessUpdate(other, [other.clientID]);
    const count = companion.socket.sent.length;
    applyAwarenessUpdate(document.awareness, hello, 'companion');
    document.awareness.setLocalStateField('cursor', { anchor: 1, head: 2 });
    other.destroy();
    const sent = companion.socket.sent.slice(count);
    expect(sent.map(frame => frame[0])).toEqual([messageType.awareness]);
  });
});

import { act, fireEvent, render, screen } from '@testing-library/react';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import {
  CommonsError,
  type ErrorCode,
  type FileState,
  type StatusMessage
} from '@jupyterlab-commons/protocol';
import { bannerCase } from '../../sessions/banner-case';
import { BannerModel, type IBannerVerbs } from '../../sessions/banner-model';
import { BannerView } from '../../sessions/banner-view';
import { EntryFollower } from '../../sessions/entry-follower';
import { saveWords } from '../../sessions/save-words';
import { People, SaveState } from '../../sessions/status-items';
import type { SaveState as State } from '../../tokens';
import {
  documentInfo,
  DOCUMENT_ID,
  expectAccessible,
  FakeEntry,
  FakeLive,
  guestDocument,
  HOSTILE,
  trans
} from '../ui/fakes';

const PATH = `live:${DOCUMENT_ID}/analysis.ipynb`;

function context(path = PATH) {
  const self = { path, pathChanged: new Signal<never, string>({} as never) };
  return self as never as ConstructorParameters<typeof EntryFollower>[1] &
    typeof self;
}

const status = (change: Partial<StatusMessage>): StatusMessage => ({
  writable: true,
  reason: null,
  fileState: 'saved',
  fileDetail: null,
  ...change
});

const ended = (code: ErrorCode): State => ({
  kind: 'ended',
  error: new CommonsError(code)
});

/** A banner over a live panel. */
function show(entry: FakeEntry) {
  const live = new FakeLive();
  live.byPath.set(PATH, entry);
  const verbs = {
    chooseFile: jest.fn(async () => undefined),
    saveCopy: jest.fn(async () => undefined),
    openAgain: jest.fn(async () => undefined),
    openFile: jest.fn(async () => undefined),
    undoMerge: jest.fn(async () => undefined),
    openBeside: jest.fn(async () => undefined)
  } satisfies IBannerVerbs;
  const follower = new EntryFollower(live, context());
  const model = new BannerModel(follower, verbs, trans);
  const { container } = render(<BannerView model={model} />);
  return {
    entry,
    live,
    verbs,
    model,
    container,
    text: () => container.textContent
  };
}

const press = (name: string | RegExp) =>
  act(async () => void fireEvent.click(screen.getByRole('button', { name })));

describe('The save state in words', () => {
  it.each<[State, string]>([
    [{ kind: 'connecting' }, 'Connecting…'],
    [{ kind: 'saved' }, 'Saved'],
    [{ kind: 'saving', count: 3 }, 'Saving 3…'],
    [{ kind: 'offline', kept: true }, 'Offline: edits kept in this page'],
    [{ kind: 'offline', kept: false }, 'Offline'],
    [
      { kind: 'readonly', error: new CommonsError('ROLE_TOO_LOW') },
      'View only'
    ],
    [{ kind: 'readonly', error: new CommonsError('STORE_BUSY') }, 'Not saving'],
    [ended('SHARE_ENDED'), 'Not connected']
  ])('%j', (saveState, words) => {
    expect(saveWords(trans, { role: 'edit', saveState }).text).toBe(words);
  });

  it('a viewer is never told that something was saved', () => {
    expect(
      saveWords(trans, { role: 'view', saveState: { kind: 'saved' } }).text
    ).toBe('View only');
  });

  it('follows the entry, with the reason in the tooltip', async () => {
    const entry = new FakeEntry({
      saveState: { kind: 'readonly', error: new CommonsError('DOCUMENT_FULL') }
    });
    const { container } = render(<SaveState entry={entry} trans={trans} />);
    expect(screen.getByText('Not saving').title).toContain(
      'Clear large outputs'
    );
    await expectAccessible(container);
  });
});

describe('Who is here', () => {
  it('are the others, by name', async () => {
    const entry = new FakeEntry({
      info: documentInfo({
        present: [
          { user: 'ada', displayName: 'Ada', role: 'owner', pages: 1 },
          { user: 'bob', displayName: HOSTILE, role: 'edit', pages: 1 }
        ]
      })
    });
    const { container } = render(
      <People entry={entry} self="ada" trans={trans} />
    );
    const label = screen.getByRole('img').getAttribute('aria-label')!;
    expect(label).toContain('Here now: <img');
    expect(label).not.toContain('Ada');
    expect(container.querySelector('img, b')).toBeNull();
    await expectAccessible(container);
  });
});

describe('Which banner', () => {
  const caseOf = (change: ConstructorParameters<typeof FakeEntry>[0]) =>
    bannerCase(new FakeEntry(change)).kind;

  it('none for an editor or owner with nothing to decide', () => {
    expect(caseOf({})).toBe('none');
    expect(caseOf({ role: 'edit' })).toBe('none');
    for (const fileState of ['none', 'saved', 'behind'] as FileState[]) {
      expect(caseOf({ status: status({ fileState }) })).toBe('none');
    }
  });

  it('the end comes before all, offline before roles, the role before the store', () => {
    const busy = status({ writable: false, reason: 'STORE_BUSY' });
    expect(
      caseOf({ role: 'view', status: busy, saveState: ended('SHARE_ENDED') })
    ).toBe('ended');
    expect(
      caseOf({
        role: 'view',
        status: busy,
        saveState: { kind: 'offline', kept: true }
      })
    ).toBe('offline');
    expect(caseOf({ role: 'view', status: busy })).toBe('view');
    expect(caseOf({ role: 'edit', status: busy })).toBe('paused');
    expect(
      caseOf({ role: 'owner', status: status({ fileState: 'missing' }) })
    ).toBe('file');
  });

  it('the file is a matter of its owner', () => {
    for (const fileState of [
      'away',
      'changed-outside',
      'missing',
      'failed'
    ] as FileState[]) {
      expect(caseOf({ role: 'edit', status: status({ fileState }) })).toBe(
        'none'
      );
      expect(caseOf({ role: 'owner', status: status({ fileState }) })).toBe(
        'file'
      );
    }
  });
});

describe('The banner', () => {
  it('says who can give edit rights, can be hidden, and comes back with news', async () => {
    const { entry, text, container } = show(
      new FakeEntry({ role: 'view', info: guestDocument() })
    );
    expect(text()).toContain('View only. Ask Ada L if you need to edit.');
    await expectAccessible(container);
    await press('Hide');
    expect(text()).toBe('');
    act(() => entry.set({ saveState: ended('SHARE_ENDED') }));
    expect(text()).toContain('no longer shares');
  });

  it('the status region is there before it says something', () => {
    show(new FakeEntry());
    expect(screen.getByRole('status').textContent).toBe('');
  });

  it('a file changed outside: the owner keeps the live version or waits', async () => {
    const changed = status({ fileState: 'changed-outside' });
    const { entry, verbs, text, container } = show(
      new FakeEntry({ status: changed })
    );
    expect(text()).toContain('Nothing was overwritten');
    await expectAccessible(container);
    await press(/^Keep the live version/);
    expect(verbs.chooseFile).toHaveBeenCalledWith(DOCUMENT_ID, 'keep-live');
    await press('Compare later');
    expect(text()).toBe('');
    act(() => entry.set({ status: status({ fileState: 'missing' }) }));
    await press('Write it again');
    expect(verbs.chooseFile).toHaveBeenLastCalledWith(
      DOCUMENT_ID,
      'write-again'
    );
  });

  it('a verb that fails says why, and the banner stays', async () => {
    const { verbs, text } = show(
      new FakeEntry({ status: status({ fileState: 'missing' }) })
    );
    verbs.chooseFile.mockRejectedValue(new CommonsError('LINK_ABSENT'));
    await press('Write it again');
    expect(text()).toContain('is not where it was');
    expect(text()).toContain("owner's server is not connected");
  });

  it('what the server of the owner said is told, as text', () => {
    const { text, container } = show(
      new FakeEntry({
        status: status({ fileState: 'failed', fileDetail: HOSTILE })
      })
    );
    expect(text()).toContain('cannot be written: <img');
    expect(container.querySelector('img, b')).toBeNull();
  });

  it('an end: a copy for a guest, the file for the owner, once more after a rebuild', async () => {
    const { entry, verbs, text, container } = show(
      new FakeEntry({
        role: 'edit',
        info: guestDocument(),
        saveState: ended('DOCUMENT_CLOSED')
      })
    );
    await press('Save a copy in my files');
    expect(verbs.saveCopy).toHaveBeenCalledWith(DOCUMENT_ID);
    expect(screen.queryByRole('button', { name: 'Open again' })).toBeNull();
    await expectAccessible(container);
    act(() => entry.set({ saveState: ended('EPOCH_CHANGED') }));
    await press('Open again');
    expect(verbs.openAgain).toHaveBeenCalledWith(DOCUMENT_ID);
    act(() =>
      entry.set({
        role: 'owner',
        info: documentInfo(),
        saveState: ended('DOCUMENT_CLOSED')
      })
    );
    expect(text()).toContain('You stopped sharing this document.');
    await press('Open the file');
    expect(verbs.openFile).toHaveBeenCalledWith('work/analysis.ipynb');
  });

  describe('offline', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    it('a short loss of the connection moves nothing on the screen', () => {
      const { entry, text } = show(new FakeEntry());
      act(() => entry.set({ saveState: { kind: 'offline', kept: true } }));
      act(() => jest.advanceTimersByTime(2900));
      expect(text()).toBe('');
      act(() => entry.set({ saveState: { kind: 'saved' } }));
      act(() => jest.advanceTimersByTime(10_000));
      expect(text()).toBe('');
    });

    it('a longer one says that the edits are kept, also while more are made', () => {
      const { entry, text } = show(new FakeEntry());
      act(() => entry.set({ saveState: { kind: 'offline', kept: false } }));
      act(() => jest.advanceTimersByTime(2000));
      act(() => entry.set({ saveState: { kind: 'offline', kept: true } }));
      act(() => jest.advanceTimersByTime(1000));
      expect(text()).toContain('Your edits are kept in this page');
    });

    it('a disposed banner shows nothing later', () => {
      const { entry, model } = show(new FakeEntry());
      act(() => entry.set({ saveState: { kind: 'offline', kept: true } }));
      model.dispose();
      expect(jest.getTimerCount()).toBe(0);
    });
  });
});

describe('Following the entry of a panel', () => {
  it('finds one that comes later, drops one that goes, and takes its successor', () => {
    const live = new FakeLive();
    const follower = new EntryFollower(live, context());
    const heard = jest.fn();
    follower.changed.connect(heard);
    expect(follower.entry).toBeNull();
    const first = new FakeEntry();
    live.add(PATH, first);
    expect(follower.entry).toBe(first);
    live.byPath.delete(PATH);
    first.dispose();
    expect(follower.entry).toBeNull();
    const second = new FakeEntry();
    live.add(PATH, second);
    expect(follower.entry).toBe(second);
    expect(heard).toHaveBeenCalledTimes(3);
    first.changed.emit();
    expect(heard).toHaveBeenCalledTimes(3);
    second.changed.emit();
    expect(heard).toHaveBeenCalledTimes(4);
  });

  it('a plain file has none, and a disposed follower hears nothing', () => {
    const live = new FakeLive();
    const follower = new EntryFollower(live, context('work/plain.ipynb'));
    live.add(PATH, new FakeEntry());
    expect(follower.entry).toBeNull();
    follower.dispose();
    live.add('work/plain.ipynb', new FakeEntry());
    expect(follower.entry).toBeNull();
  });
});

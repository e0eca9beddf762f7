import { act, fireEvent, render, screen } from '@testing-library/react';
import { Signal } from '@lumino/signaling';
import * as React from 'react';
import { CommonsError, type MergedMessage } from '@jupyterlab-commons/protocol';
import { BannerModel, type IBannerVerbs } from '../../sessions/banner-model';
import { BannerView } from '../../sessions/banner-view';
import { EntryFollower } from '../../sessions/entry-follower';
import { mergedWords } from '../../sessions/merged-words';
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

const merged = (change: Partial<MergedMessage> = {}): MergedMessage => ({
  id: 'm1',
  at: '2026-01-01T00:00:00.000Z',
  kind: 'outside',
  by: null,
  changed: 2,
  added: 1,
  deleted: 0,
  moved: 0,
  conflicts: 0,
  names: [],
  keptAs: null,
  undoable: true,
  ...change
});

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
  const context = {
    path: PATH,
    pathChanged: new Signal<never, string>({} as never)
  };
  const model = new BannerModel(
    new EntryFollower(live, context as never),
    verbs,
    trans
  );
  const { container } = render(<BannerView model={model} />);
  return { entry, verbs, container, text: () => container.textContent };
}

const press = (name: string) =>
  act(async () => void fireEvent.click(screen.getByRole('button', { name })));
const button = (name: string) => screen.queryByRole('button', { name });

describe('A change of the file that was merged', () => {
  it('is told to an editor, who can take it back', async () => {
    const { entry, verbs, text, container } = show(
      new FakeEntry({ role: 'edit', info: guestDocument() })
    );
    expect(text()).toBe('');
    act(() => entry.set({ merged: merged() }));
    expect(text()).toContain(
      'analysis.ipynb was changed on disk: 2 cells updated, 1 cell added.'
    );
    await expectAccessible(container);
    await press('Undo');
    expect(verbs.undoMerge).toHaveBeenCalledWith(DOCUMENT_ID, 'm1');
  });

  it('is told to a viewer beside the other banner, without a way back', () => {
    const { text } = show(
      new FakeEntry({ role: 'view', info: guestDocument(), merged: merged() })
    );
    expect(text()).toContain('View only');
    expect(text()).toContain('was changed on disk');
    expect(button('Undo')).toBeNull();
  });

  it('says what is in conflict, as text, and to the owner where the other version is', async () => {
    const { text, verbs, container } = show(
      new FakeEntry({
        merged: merged({
          conflicts: 2,
          names: ['load(a)', HOSTILE],
          keptAs: 'work/analysis.outside-1.ipynb'
        })
      })
    );
    expect(text()).toContain(
      '2 parts were changed here as well; what is here stays: load(a), <img'
    );
    expect(text()).toContain('kept as work/analysis.outside-1.ipynb');
    expect(container.querySelector('img, b')).toBeNull();
    await expectAccessible(container);
    await press('Open the other version');
    expect(verbs.openBeside).toHaveBeenCalledWith(
      'work/analysis.outside-1.ipynb'
    );
  });

  it('is put away, and the next one is told again', async () => {
    const { entry, text } = show(new FakeEntry({ merged: merged() }));
    await press('Hide');
    expect(text()).toBe('');
    act(() => entry.set({ merged: merged() }));
    expect(text()).toBe('');
    act(() => entry.set({ merged: merged({ id: 'm2', changed: 5 }) }));
    expect(text()).toContain('5 cells updated');
  });

  it('an undoing is told with who did it and what was left, and can be taken back too', async () => {
    const { verbs, text } = show(
      new FakeEntry({
        merged: merged({
          id: 'm3',
          kind: 'undo',
          by: { user: 'bob', displayName: 'Bob' },
          conflicts: 1,
          names: ['mine()']
        })
      })
    );
    expect(text()).toContain('Bob undid a change: 2 cells updated');
    expect(text()).toContain(
      '1 part was edited since and stays as it is: mine().'
    );
    await press('Redo');
    expect(verbs.undoMerge).toHaveBeenCalledWith(DOCUMENT_ID, 'm3');
  });

  it('an undoing that fails says why', async () => {
    const { verbs, text } = show(new FakeEntry({ merged: merged() }));
    verbs.undoMerge.mockRejectedValue(new CommonsError('STORE_BUSY'));
    await press('Undo');
    expect(text()).toContain('Saving is not possible');
    expect(text()).toContain('was changed on disk');
  });

  it('cannot be taken back without a way back, or without a connection', () => {
    const { entry } = show(
      new FakeEntry({ merged: merged({ undoable: false }) })
    );
    expect(button('Undo')).toBeNull();
    act(() => entry.set({ merged: merged({ id: 'm4' }) }));
    expect(button('Undo')).not.toBeNull();
    act(() => entry.set({ saveState: { kind: 'offline', kept: true } }));
    expect(button('Undo')).toBeNull();
  });

  it('speaks of passages in a text file, and of nothing that did not happen', () => {
    const info = documentInfo({ type: 'text', name: 'notes.txt' });
    expect(mergedWords(trans, merged({ changed: 1, added: 0 }), info)).toBe(
      'notes.txt was changed on disk: 1 passage updated.'
    );
    expect(mergedWords(trans, merged({ changed: 0, added: 0 }), info)).toBe(
      'notes.txt was changed on disk.'
    );
  });
});

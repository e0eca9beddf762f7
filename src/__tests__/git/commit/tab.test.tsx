import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Signal } from '@lumino/signaling';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { changesTab } from '../../../git/commit/tab';
import { RepositoryStatus } from '../../../git/commit/status';
import { Tabs } from '../../../git/tabs';
import { expectAccessible, FakeEntry, FakeLive, trans } from '../../ui/fakes';
import { FakeHistory, repository, settle } from '../fake-git';
import { FakeWrites } from './fake-writes';

/** The tabs of a panel whose own code is not fetched. */
async function show() {
  const calls = new FakeWrites();
  calls.files = [
    { path: 'a.py', unstaged: 'changed' },
    { path: '.ipynb_checkpoints/', unstaged: 'untracked' }
  ];
  const page = new FakeHistory();
  const live = new FakeLive();
  const contents = { fileChanged: new Signal<object, unknown>({}) };
  const status = new RepositoryStatus(calls);
  const app = { serviceManager: { contents } } as unknown as JupyterFrontEnd;
  const tab = changesTab({
    app,
    history: page.model,
    live,
    status,
    trans
  } as unknown as Parameters<typeof changesTab>[0]);
  const changes = {
    ...tab,
    View: () => <p>The changes</p>,
    Checkpoints: () => <p>What was kept</p>
  };
  const { container, rerender } = render(<p />);
  const draw = () =>
    rerender(
      <Tabs model={page.model} {...{ trans, changes }}>
        <p>The commits</p>
      </Tabs>
    );
  await page.show();
  await status.refresh();
  await act(async () => draw());
  return { calls, page, live, contents, status, container, draw, tab };
}

afterEach(() => jest.useRealTimers());

describe('The tab of changes', () => {
  it('tells how many files have changed, and is reached by keyboard', async () => {
    const { container, tab } = await show();
    await expectAccessible(container);
    const first = screen.getByRole('tab', { name: 'Commits' });
    const second = screen.getByRole('tab', { name: /Changes.*1 file$/ });
    expect(second.tabIndex).toBe(-1);
    first.focus();
    fireEvent.keyDown(first, { key: 'ArrowRight' });
    expect(document.activeElement).toBe(second);
    expect(screen.getByRole('tabpanel').textContent).toBe('The changes');
    // From the last one on it begins anew, and back.
    fireEvent.keyDown(second, { key: 'ArrowRight' });
    const third = screen.getByRole('tab', { name: 'Checkpoints' });
    expect(document.activeElement).toBe(third);
    expect(screen.getByRole('tabpanel').textContent).toBe('What was kept');
    fireEvent.keyDown(third, { key: 'ArrowRight' });
    expect(document.activeElement).toBe(first);
    fireEvent.keyDown(first, { key: 'ArrowLeft' });
    expect(document.activeElement).toBe(third);
    tab.dispose();
  });

  it('is there before the first commit, and not without a repository', async () => {
    const { page, draw, tab } = await show();
    page.git.here = repository({ kind: 'empty', head: undefined });
    page.tell('head');
    await act(settle);
    act(draw);
    expect(screen.getAllByRole('tab')).toHaveLength(3);
    page.git.here = { kind: 'none' };
    page.tell('head');
    await act(settle);
    act(draw);
    expect(screen.queryAllByRole('tab')).toHaveLength(0);
    tab.dispose();
  });

  it('looks again when a file was saved, or that of a live document was written', async () => {
    const { calls, live, contents, status, tab } = await show();
    status.setSeen(true);
    const looks = () => calls.asked('status').length;
    jest.useFakeTimers();
    const pass = () => act(() => jest.advanceTimersByTimeAsync(1000));
    contents.fileChanged.emit(null);
    await pass();
    const before = looks();
    contents.fileChanged.emit(null);
    await pass();
    expect(looks()).toBe(before + 1);

    const entry = new FakeEntry();
    live.add('live:1/a.ipynb', entry);
    const told = { writable: true, reason: null, fileDetail: null };
    entry.set({ status: { ...told, fileState: 'behind', behind: 3 } });
    await pass();
    expect(looks()).toBe(before + 1);
    entry.set({ status: { ...told, fileState: 'saved', behind: 0 } });
    await pass();
    expect(looks()).toBe(before + 2);
    tab.dispose();
    contents.fileChanged.emit(null);
    await pass();
    expect(looks()).toBe(before + 2);
  });
});

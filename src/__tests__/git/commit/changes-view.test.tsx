import { CommonsError, GIT_WORKTREE } from '@jupyterlab-commons/protocol';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import type { CoAuthorSource } from '../../../git/commit/co-authors';
import { ChangesView } from '../../../git/commit/changes-view';
import { RemoteChoice } from '../../../git/commit/remote-choice';
import { Remotes } from '../../../git/commit/remotes';
import { expectAccessible, HOSTILE, trans } from '../../ui/fakes';
import { ANA, hash, repository, settle } from '../fake-git';
import { cell, FakeChanges, run, type File } from './fake-writes';

const NOTEBOOK: File = { path: 'nb/a.ipynb', unstaged: 'changed' };
const STAGED: File = { path: 'b.py', staged: 'changed' };

let page: FakeChanges;
let ran: unknown[][];
afterEach(() => page.dispose());

/** The view of a repository with these files. */
async function show(files: File[], source: Partial<CoAuthorSource> = {}) {
  page = new FakeChanges(source);
  ran = [];
  const { calls, model, status } = page;
  const remotes = new Remotes({
    calls,
    ask: async () => null,
    onChanged: () => model.emit()
  });
  const choice = new RemoteChoice(calls, () => model.emit());
  const moved = async () => undefined;
  const view = render(
    <ChangesView
      {...{ model, remotes, choice, trans }}
      run={(...args) => ran.push(args)}
      trust={async () => void ran.push(['trust'])}
      runRemote={verb => void remotes.run(verb, 'work', choice.of(verb))}
      refParts={() => ({ calls, repo: 'work', trans, moved })}
      findRefs={async () => ({
        refs: [
          { kind: 'branch', name: 'main', hash: hash('a1a') },
          { kind: 'branch', name: 'plots', hash: hash('a1a') },
          { kind: 'remote', name: 'origin/far', hash: hash('a1a') },
          { kind: 'tag', name: 'v1', hash: hash('a1a') }
        ],
        more: false
      })}
    />
  );
  await act(async () => {
    await page.show(...files);
    await settle();
  });
  return { ...view, status };
}

const come = () => act(settle);
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const click = async (node: HTMLElement) => {
  fireEvent.click(node);
  await come();
};
const type = (text: string) =>
  fireEvent.change(screen.getByRole('textbox', { name: 'Message' }), {
    target: { value: text }
  });

describe('The list of changes', () => {
  it('says in words what happened to each file, and is accessible', async () => {
    const { container } = await show([
      NOTEBOOK,
      STAGED,
      { path: 'c.py', staged: 'changed', unstaged: 'changed' },
      { path: 'd.py', staged: 'renamed', from: 'old.py' },
      { path: 'e.py', unstaged: 'deleted' },
      { path: 'new/', unstaged: 'untracked' },
      { path: 'f.py', unstaged: 'conflicted' }
    ]);
    const text = [...container.querySelectorAll('li')].map(
      each => each.textContent
    );
    expect(text.map(each => each!.replace(/\s+/g, ' '))).toEqual([
      '▸Show changes of a.ipynbChanged · in nb',
      'Show changes of b.pyChanged · staged',
      'Show changes of c.pyChanged · partly stagedShow stagedShow the rest',
      'Show changes of d.pyRenamed · staged · was old.py',
      'Show changes of e.pyDeleted',
      'newNew folder',
      '!Show changes of f.pyIn conflictEdit it until it is right. Mark as solved…'
    ]);
    expect(container.textContent).toContain('7 changed files, 3 staged');
    await expectAccessible(container);
  });

  it('stages all that is not in conflict, and lists no copies that JupyterLab keeps', async () => {
    await show([
      NOTEBOOK,
      { path: 'f.py', unstaged: 'conflicted' },
      { path: '.ipynb_checkpoints/', unstaged: 'untracked' },
      STAGED
    ]);
    expect(document.body.textContent).toContain('3 changed files');
    expect(document.body.textContent).toContain('in a file .gitignore');
    await click(button('Stage all'));
    expect(page.calls.asked('stage')).toEqual([
      { repo: 'work', paths: ['nb/a.ipynb'] }
    ]);
    await click(button('Unstage all'));
    expect(page.calls.asked('unstage')).toEqual([
      { repo: 'work', paths: ['b.py'] }
    ]);
  });

  it('ticks half what is half staged, and keeps the focus while it is staged', async () => {
    await show([{ path: 'c.py', staged: 'changed', unstaged: 'changed' }]);
    const tick = screen.getByRole<HTMLInputElement>('checkbox', {
      name: 'Stage c.py'
    });
    expect(tick.indeterminate).toBe(true);
    tick.focus();
    page.calls.onWrite = () => {
      page.calls.files = [{ path: 'c.py', staged: 'changed' }];
    };
    await click(tick);
    expect(tick.checked).toBe(true);
    expect(tick.indeterminate).toBe(false);
    expect(document.activeElement).toBe(tick);
  });

  it('is walked from tick to tick with arrows', async () => {
    await show([NOTEBOOK, STAGED]);
    const ticks = screen.getAllByRole('checkbox');
    ticks[0]!.focus();
    fireEvent.keyDown(ticks[0]!, { key: 'ArrowDown' });
    expect(document.activeElement).toBe(ticks[1]);
    fireEvent.keyDown(ticks[1]!, { key: 'ArrowUp' });
    expect(document.activeElement).toBe(ticks[0]);
  });

  it('opens the comparison with HEAD', async () => {
    await show([NOTEBOOK]);
    await click(button('Show changes of a.ipynb'));
    expect(ran).toEqual([
      [
        'diff',
        {
          repo: 'work',
          path: 'nb/a.ipynb',
          to: GIT_WORKTREE,
          from: hash('a1a')
        }
      ]
    ]);
  });

  it('says that nothing has changed, and shows what it cannot read', async () => {
    const { container } = await show([]);
    expect(container.textContent).toContain('Nothing has changed.');
    page.calls.refusals.set('status', [
      new CommonsError('GIT_FAILED', 'bad index')
    ]);
    await act(() => page.status.refresh());
    expect(screen.getByRole('alert').textContent).toContain('bad index');
    await click(button('Try again'));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  it('unfolds a notebook to its cells', async () => {
    const { container } = await show([NOTEBOOK]);
    page.calls.setCells('nb/a.ipynb', GIT_WORKTREE, [
      run(0, 0, 1),
      cell(1, 1, { source: HOSTILE }),
      cell(2, null)
    ]);
    await click(button('Cells of nb/a.ipynb'));
    const group = screen.getByRole('group', { name: 'Cells of nb/a.ipynb' });
    expect(
      within(group)
        .getAllByRole('checkbox')
        .map(each => each.getAttribute('aria-label'))
    ).toEqual([null, 'Stage Code cell 2', 'Stage Deleted cell 3']);
    expect(group.querySelector('img')).toBeNull();
    expect(group.textContent).not.toContain('\u202E');
    await click(within(group).getByText('Leave outputs out'));
    expect(page.memory.isBare('work', 'nb/a.ipynb')).toBe(true);
    await expectAccessible(container);
  });
});

describe('Committing', () => {
  it('says what it will do, or what is missing', async () => {
    const { container } = await show([NOTEBOOK]);
    expect(container.textContent).toContain('Nothing is staged.');
    page.calls.files = [STAGED, { ...STAGED, path: 'c.py' }];
    await act(() => page.status.refresh());
    expect(button('Commit 2 files').getAttribute('aria-disabled')).toBe('true');
    expect(container.textContent).toContain('Write a message first.');
    await click(button('Commit 2 files'));
    expect(page.calls.asked('commit')).toEqual([]);
    type('Why');
    expect(button('Commit 2 files').getAttribute('aria-disabled')).toBe(
      'false'
    );
  });

  it('is done with Ctrl or Cmd and Enter, and told', async () => {
    const { container } = await show([STAGED]);
    for (const key of ['ctrlKey', 'metaKey']) {
      type('Why');
      fireEvent.keyDown(screen.getByRole('textbox', { name: 'Message' }), {
        key: 'Enter',
        [key]: true
      });
      await come();
    }
    expect(page.calls.asked('commit')).toHaveLength(2);
    expect(container.textContent).toContain('Committed 1 file as b2b00000.');
  });

  it('guides towards a short first line', async () => {
    const { container } = await show([STAGED]);
    type('x'.repeat(80));
    expect(container.textContent).toContain('has 80 characters');
    type('One\ntwo');
    expect(container.textContent).toContain('Leave the second line empty');
  });

  it('says what to run when git does not know who it is', async () => {
    const { container } = await show([STAGED]);
    act(() => page.model.setRepository(repository({ author: undefined })));
    type('Why');
    expect(container.textContent).toContain('git config --global user.email');
    expect(container.textContent).toContain('Git has to know who you are');
    page.calls.here = repository({ author: ANA });
    await click(button('I have run it'));
    expect(container.textContent).toContain('Author: Ana ana@example.org');
    await expectAccessible(container);
  });

  it.each([
    ['GIT_MOVED', 'do it again', []],
    ['GIT_REFUSED', 'a hook says: no', []],
    ['GIT_BUSY', 'index.lock has been there', ['Try again']],
    ['GIT_UNTRUSTED', 'Look at them first', ['Look at them…']]
  ] as const)(
    'that fails with %s says what to do',
    async (code, words, names) => {
      await show([STAGED]);
      type('Why');
      const detail =
        code === 'GIT_REFUSED'
          ? 'a hook says: no'
          : 'index.lock has been there for 7 s';
      page.calls.refusals.set('commit', [new CommonsError(code, detail)]);
      await click(button('Commit 1 file'));
      const alert = screen.getByRole('alert');
      expect(alert.textContent).toContain(words);
      expect(
        within(alert)
          .getAllByRole('button')
          .map(({ textContent }) => textContent)
      ).toEqual([...names, 'Close']);
      await click(within(alert).getAllByRole('button')[0]!);
      expect(ran).toEqual(code === 'GIT_UNTRUSTED' ? [['trust']] : []);
      expect(page.calls.asked('commit')).toHaveLength(names.length + 1);
    }
  );

  it('waits for files in conflict', async () => {
    const { container } = await show([
      STAGED,
      { path: 'f.py', unstaged: 'conflicted' }
    ]);
    type('Why');
    expect(container.textContent).toContain(
      'Solve the files in conflict first.'
    );
    await click(button('Commit 1 file'));
    expect(page.calls.asked('commit')).toEqual([]);
  });
});

describe('Co-authors', () => {
  it('are proposed, unticked, and added by name and e-mail', async () => {
    const { container } = await show([{ path: 'a.ipynb', staged: 'changed' }], {
      documentOf: () => 'id',
      contributors: async () =>
        ['bo', 'cleo'].map(user => ({ user, displayName: user })),
      people: async () => [{ user: 'bo', name: 'Bo', email: 'bo@x.org' }]
    });
    await expectAccessible(container);
    const bo = screen.getByRole<HTMLInputElement>('checkbox', { name: /Bo/ });
    expect(bo.checked).toBe(true);
    await click(bo);
    await click(button('Add the e-mail of cleo…'));
    const field = screen.getByRole('textbox', { name: 'E-mail' });
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: 'cl eo' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    expect(container.textContent).toContain('Write a name and an e-mail');
    fireEvent.change(field, { target: { value: 'cleo@x.org' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    type('Why');
    await click(button('Commit 1 file'));
    expect(page.calls.asked('commit')).toMatchObject([
      { coAuthors: [{ name: 'cleo', email: 'cleo@x.org' }] }
    ]);
  });
});

describe('The branch', () => {
  it('is switched, made and deleted by keyboard, and says how it stands', async () => {
    const { container } = await show([]);
    page.calls.state = {
      ...page.calls.state,
      upstream: 'origin/main',
      ahead: 2,
      behind: 1
    };
    await act(() => page.status.refresh());
    expect(container.textContent).toContain(
      '2 to push, 1 to pull (origin/main)'
    );
    await click(button('Branch: main'));
    await act(() => new Promise(resolve => setTimeout(resolve, 5)));
    expect(screen.queryByText('v1')).toBeNull();
    await expectAccessible(container);
    await click(button('Delete branch plots'));
    fireEvent.change(
      screen.getByRole('textbox', { name: 'New branch from here' }),
      { target: { value: 'a..b' } }
    );
    await click(button('Create branch'));
    expect(container.textContent).toContain('A name has no spaces');
    fireEvent.change(
      screen.getByRole('textbox', { name: 'New branch from here' }),
      { target: { value: 'topic' } }
    );
    await click(button('Create branch'));
    expect(document.activeElement).toBe(button('Branch: main'));
    expect(page.calls.asked('branch')).toEqual([
      ['work', 'delete', 'plots'],
      ['work', 'create', 'topic', undefined],
      ['work', 'switch', 'topic']
    ]);
  });

  it('can be fetched while one goes on, and the fetch be stopped', async () => {
    const { container } = await show([NOTEBOOK]);
    page.calls.gate = new Promise(() => undefined);
    await click(button('Fetch'));
    expect(container.textContent).toContain('Fetching… You can go on');
    await click(screen.getByRole('checkbox', { name: 'Stage nb/a.ipynb' }));
    expect(page.calls.asked('stage')).toHaveLength(1);
    await click(button('Push'));
    expect(page.calls.asked('push')).toEqual([]);
    await click(button('Stop'));
    expect(container.textContent).not.toContain('Fetching');
  });
});

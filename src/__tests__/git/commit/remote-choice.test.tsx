import { CommonsError, type GitRemotes } from '@jupyterlab-commons/protocol';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { ChangesView } from '../../../git/commit/changes-view';
import { RemoteChoice } from '../../../git/commit/remote-choice';
import { Remotes } from '../../../git/commit/remotes';
import { remoteWords, troubleWords } from '../../../git/commit/words';
import { expectAccessible, HOSTILE, trans } from '../../ui/fakes';
import { settle } from '../fake-git';
import { FakeChanges } from './fake-writes';

const TWO: GitRemotes = {
  remotes: [
    { name: 'team', host: 'https://git.example.org' },
    { name: 'backup', host: '' }
  ],
  more: false
};

let page: FakeChanges;
afterEach(() => page.dispose());

/** The view of a repository with these remotes. */
async function show(far: GitRemotes) {
  page = new FakeChanges();
  const { calls, model } = page;
  calls.far = far;
  const onChanged = () => model.emit();
  const remotes = new Remotes({ calls, ask: async () => null, onChanged });
  const choice = new RemoteChoice(calls, onChanged);
  const view = render(
    <ChangesView
      {...{ model, remotes, choice, trans }}
      run={() => undefined}
      trust={async () => undefined}
      runRemote={verb => void remotes.run(verb, 'work', choice.of(verb))}
      refParts={() => ({ calls, repo: 'work', trans, moved: async () => {} })}
      findRefs={async () => ({ refs: [], more: false })}
    />
  );
  await act(async () => {
    await page.show();
    await settle();
  });
  return { ...view, calls, choice };
}

const select = () =>
  screen.queryByRole<HTMLSelectElement>('combobox', {
    name: 'Remote for Fetch and Push'
  });
const press = async (name: string) => {
  fireEvent.click(screen.getByRole('button', { name }));
  await act(settle);
};
const choose = (value: string) =>
  fireEvent.change(select()!, { target: { value } });

describe('Where fetch and push go', () => {
  it('is no question with one remote or none: the server takes it', async () => {
    const { calls } = await show({ ...TWO, remotes: TWO.remotes.slice(1) });
    expect(select()).toBeNull();
    for (const verb of ['Fetch', 'Pull', 'Push']) {
      await press(verb);
    }
    expect(calls.sentTo).toEqual([undefined, undefined, undefined]);
  });

  it('is chosen among several, and said by name; pull stays with what the branch follows', async () => {
    const { calls, container } = await show(TWO);
    expect([...select()!.options].map(each => each.textContent)).toEqual([
      'Choose a remote…',
      'team (git.example.org)',
      'backup'
    ]);
    await expectAccessible(container);
    choose('backup');
    for (const verb of ['Fetch', 'Pull', 'Push']) {
      await press(verb);
    }
    expect(calls.sentTo).toEqual(['backup', undefined, 'backup']);
    expect([...select()!.options]).toHaveLength(2);
  });

  it('is told where a push reaches other hosts than a fetch', async () => {
    const [team, backup] = TWO.remotes;
    const LONG = `.${'x'.repeat(200)}.example.com`;
    const push = [`https://push.example.org${LONG}`, ''];
    await show({
      more: false,
      remotes: [
        { ...team!, push },
        { ...backup!, push: [HOSTILE] }
      ]
    });
    const [, first, second] = [...select()!.options];
    expect(first!.textContent).toMatch(
      /^team \(push to push.example.org.x+…, this machine; fetch from git.example.org\)$/
    );
    expect(second!.textContent).toMatch(
      /^backup \(push to .*; fetch from this/
    );
    expect(select()!.querySelector('img, script, b')).toBeNull();
    expect(select()!.textContent).not.toMatch(/[\u202e\u0000]/);
    const note = `Push goes to push.example.org${LONG}, this machine.`;
    expect(screen.queryByText(note)).toBeNull();
    choose('team');
    expect(screen.getByText(note)).toBeTruthy();
    choose('backup');
    expect(screen.getByText(/^Push goes to/).textContent).not.toMatch(
      /[\u202e\u0000]/
    );
  });

  it('has to be said where nothing is usual, before anything is sent', async () => {
    const { calls } = await show(TWO);
    await press('Push');
    await press('Fetch');
    expect(calls.sentTo).toEqual([]);
    expect(document.activeElement).toBe(select());
    expect(screen.getByText('Choose a remote first.')).toBeTruthy();
    expect(
      screen.getByText(/Pushed to one, it follows that one from then on/)
    ).toBeTruthy();
  });

  it('is the one that the branch follows, without a word', async () => {
    const { calls } = await show({ ...TWO, usual: 'team' });
    expect(select()!.value).toBe('team');
    await press('Push');
    expect(calls.sentTo).toEqual(['team']);
  });

  it('is asked for again on another branch, and what was picked is not carried over', async () => {
    const { calls, choice } = await show({ ...TWO, usual: 'team' });
    choose('backup');
    await act(() => choice.ask('work', 'main'));
    expect(choice.chosen).toBe('backup');
    await act(() => choice.ask('work', 'plots'));
    expect(choice.chosen).toBe('team');
    calls.refusals.set('remotes', [new CommonsError('GIT_BUSY')]);
    await act(() => choice.ask('work', 'other'));
    expect(select()).toBeNull();
    expect(choice.isMissing('push')).toBe(false);
  });

  it('stays as it was when it cannot be asked for again on the same branch', async () => {
    const { calls, choice } = await show({ ...TWO, usual: 'team' });
    choose('backup');
    await act(() => choice.ask('work', 'main'));
    calls.refusals.set('remotes', [new CommonsError('GIT_BUSY')]);
    await act(() => choice.ask('work', 'main'));
    expect(choice.of('push')).toBe('backup');
  });

  it('shows names of others as text on one line', async () => {
    await show({
      more: true,
      remotes: [...TWO.remotes, { name: HOSTILE, host: HOSTILE }]
    });
    expect(select()!.querySelector('img, script, b')).toBeNull();
    expect(select()!.textContent).not.toMatch(/[\u202e\u0000]/);
    expect(select()!.textContent).toContain('There are more than these.');
  });

  it('is told when it was one of several', () => {
    page = new FakeChanges();
    const end = { kind: 'done', verb: 'push', done: { ref: 'main' } } as const;
    expect(remoteWords(trans, end, 0)).toBe('Pushed main.');
    expect(remoteWords(trans, { ...end, to: 'team' }, 0)).toBe(
      'Pushed main to team.'
    );
  });
});

describe('A remote that has moved to another address', () => {
  const COMMAND = 'git remote set-url team https://new.example.org/x.git';

  it('is told with the new host, that nothing was sent, and the command', async () => {
    const { container } = await show(TWO);
    const moved = new CommonsError(
      'GIT_REDIRECTED',
      `https://new.example.org ${COMMAND}`
    );
    const copied: string[] = [];
    Object.assign(navigator, {
      clipboard: { writeText: async (text: string) => void copied.push(text) }
    });
    act(() => page.model.fail(moved, () => undefined));
    const alert = screen.getByRole('alert');
    expect(alert.textContent).toContain(
      'has moved to https://new.example.org, and no password was sent there.'
    );
    expect(alert.textContent).toContain(COMMAND);
    expect(alert.textContent).toContain('Ask the admin');
    await expectAccessible(container);
    await press('Copy the command');
    expect(copied).toEqual([COMMAND]);
  });

  it('shows no command where the address is more than plain words', () => {
    page = new FakeChanges();
    const said = (detail: string) =>
      troubleWords(trans, new CommonsError('GIT_REDIRECTED', detail));
    expect(said('https://new.example.org')).toContain(
      'change the remote in a terminal with git remote set-url.'
    );
    expect(said(`https://a\u202eb ${'x'.repeat(300)}`)).not.toMatch(/\u202e/);
  });
});

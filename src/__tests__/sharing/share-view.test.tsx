import {
  act,
  fireEvent,
  screen,
  waitFor,
  within
} from '@testing-library/react';
import { CommonsError } from '@jupyterlab-commons/protocol';
import {
  DOCUMENT_ID,
  expectAccessible,
  FakeCompanion,
  guestDocument,
  HOSTILE
} from '../ui/fakes';

import { button, field, list, open, pause, press, type } from './open-view';

describe('Sharing a plain file', () => {
  it('says that nothing is shared yet, and Cancel calls nobody', async () => {
    const { companion, onClose, container } = await open('file');
    expect(container.textContent).toContain('Nothing is shared yet');
    expect(container.textContent).toContain('Only you can run code.');
    await press('Cancel');
    expect(onClose).toHaveBeenCalled();
    expect(companion.calls).toEqual([]);
  });

  it('speaks of running code only for a notebook', async () => {
    const { container } = await open('file', new FakeCompanion(), 'notes.md');
    expect(container.textContent).toContain('see and edit this one file');
    expect(container.textContent).not.toMatch(/run code|notebook/);
  });

  it('the field has the focus, and a name that was typed but not added is shared too', async () => {
    const { companion } = await open('file');
    expect(document.activeElement).toBe(field());
    type('bob');
    await press('Share');
    await screen.findByRole('list', { name: 'Who can open it' });
    expect(companion.shares.map(each => [each.name, each.role])).toEqual([
      ['bob', 'view']
    ]);
    expect(screen.getByText('analysis.ipynb is shared.')).toBeTruthy();
  });

  it('role and end are sent as chosen', async () => {
    const { companion } = await open('file');
    type('bob');
    fireEvent.change(screen.getByLabelText('What they may do'), {
      target: { value: 'edit' }
    });
    fireEvent.change(screen.getByLabelText('For how long'), {
      target: { value: 'week' }
    });
    await press('Add');
    expect(companion.calls).toEqual([]);
    await press('Share');
    expect(companion.shares[0]).toMatchObject({
      name: 'bob',
      role: 'edit',
      expiresAt: '2026-03-17T12:00:00.000Z'
    });
  });

  it('a day that is over is refused beside the date and not sent', async () => {
    await open('file');
    fireEvent.change(screen.getByLabelText('For how long'), {
      target: { value: 'date' }
    });
    const day = screen.getByLabelText('Last day');
    fireEvent.change(day, { target: { value: '2026-03-01' } });
    expect(screen.getByText('Pick today or a later day.')).toBeTruthy();
    fireEvent.change(day, { target: { value: '2026-03-20' } });
    expect(screen.queryByText('Pick today or a later day.')).toBeNull();
    expect(screen.getByLabelText('Last day')).toBe(day);
  });

  it('an absent server is told with Retry, and Retry shares', async () => {
    const { companion, failOnce } = await open('file');
    failOnce(new CommonsError('LINK_ABSENT'));
    type('bob');
    await press('Share');
    expect(screen.getByText(/owner's server is not connected/)).toBeTruthy();
    expect(companion.shares).toEqual([]);
    await press('Retry');
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
  });

  it('a second press while it is under way does nothing', async () => {
    const { companion } = await open('file');
    type('bob');
    const share = button('Share');
    await act(async () => {
      fireEvent.click(share);
      fireEvent.click(share);
    });
    const puts = companion.said.filter(each => each.startsWith('PUT'));
    expect(puts).toHaveLength(1);
  });
});

describe('Managing a live document', () => {
  it('an unknown name is told beside the field, which keeps it', async () => {
    await open('live');
    type('bbo');
    await press('Add');
    const field_ = field() as HTMLInputElement;
    expect(field_.value).toBe('bbo');
    expect(field_.getAttribute('aria-invalid')).toBe('true');
    const described = document.getElementById(
      field_.getAttribute('aria-describedby')!
    );
    expect(described?.textContent).toContain('Check the spelling');
    type('bob');
    expect(described?.textContent).toBe('');
  });

  it('role, end and removal act on the row', async () => {
    const { companion } = await open('live');
    type('bob');
    await press('Add');
    const row = within(screen.getByRole('list', { name: 'Who can open it' }));
    await act(async () => {
      fireEvent.change(row.getByLabelText('What BOB may do'), {
        target: { value: 'edit' }
      });
    });
    await act(async () => {
      fireEvent.change(row.getByLabelText('For how long: BOB'), {
        target: { value: 'day' }
      });
    });
    expect(companion.shares[0]).toMatchObject({
      role: 'edit',
      expiresAt: '2026-03-11T12:00:00.000Z'
    });
    await press('Remove BOB');
    expect(companion.shares).toEqual([]);
    expect(screen.getByText('Nobody else can open it yet.')).toBeTruthy();
    expect(screen.getByText('BOB has no access any more.')).toBeTruthy();
  });

  it('when the button that had the focus is gone, the dialog keeps it', async () => {
    const { container } = await open('live');
    type('bob');
    await press('Add');
    act(() => button('Remove BOB').focus());
    await press('Remove BOB');
    expect(container.contains(document.activeElement)).toBe(true);
    expect(document.activeElement).not.toBe(document.body);
  });

  it('the link is off until it is switched on', async () => {
    const { companion } = await open('live');
    const link = screen.getByLabelText(
      'Anyone on this hub with the link'
    ) as HTMLSelectElement;
    expect(link.value).toBe('off');
    await act(
      async () => void fireEvent.change(link, { target: { value: 'view' } })
    );
    expect(companion.shares[0]).toMatchObject({ kind: 'link', role: 'view' });
    expect(screen.getByLabelText('How long the link works')).toBeTruthy();
    await act(
      async () => void fireEvent.change(link, { target: { value: 'off' } })
    );
    expect(companion.shares).toEqual([]);
  });

  it('Copy link puts it on the clipboard and says so', async () => {
    const writeText = jest.fn(async () => undefined);
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText },
      configurable: true
    });
    await open('live');
    await press('Copy link');
    expect(writeText).toHaveBeenCalledWith(
      expect.stringContaining(`?live=${DOCUMENT_ID}`)
    );
    expect(screen.getByText('Link copied.')).toBeTruthy();
  });

  it('Stop sharing asks once more, with the focus on the harmless answer', async () => {
    const { model } = await open('live');
    await press('Stop sharing');
    expect(document.activeElement).toBe(button('Keep sharing'));
    expect(model.state.kind).toBe('manage');
    await press('Stop sharing now');
    await screen.findByText(/is no longer shared/);
  });
});

describe('Type-ahead', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('one question per pause; arrows and Enter choose', async () => {
    const { companion } = await open('live');
    type('c');
    type('cl');
    await pause();
    expect(companion.calls.filter(each => each.route === 'people')).toEqual([
      expect.objectContaining({ query: { q: 'cl' } })
    ]);
    expect(list().getByRole('option').textContent).toBe('CLEO (cleo)');
    fireEvent.keyDown(field(), { key: 'ArrowDown' });
    expect(field().getAttribute('aria-activedescendant')).toBe(
      list().getByRole('option').id
    );
    fireEvent.keyDown(field(), { key: 'Enter' });
    expect((field() as HTMLInputElement).value).toBe('cleo');
    expect(companion.shares).toEqual([]);
    await act(async () => void fireEvent.keyDown(field(), { key: 'Enter' }));
    expect(companion.shares.map(each => each.name)).toEqual(['cleo']);
  });

  it('a group that was chosen is let in as a group', async () => {
    const { companion } = await open('live');
    type('phy');
    await pause();
    fireEvent.click(list().getByRole('option', { name: 'physics (group)' }));
    await press('Add');
    expect(companion.shares[0]).toMatchObject({
      kind: 'groups',
      name: 'physics'
    });
  });

  it('Escape closes the list, and only the list', async () => {
    const { onClose } = await open('live');
    type('b');
    await pause();
    expect(field().getAttribute('aria-expanded')).toBe('true');
    fireEvent.keyDown(field(), { key: 'Escape' });
    expect(field().getAttribute('aria-expanded')).toBe('false');
    expect(onClose).not.toHaveBeenCalled();
  });

  it('an answer to an older text is dropped', async () => {
    const { model, companion } = await open('live');
    let answerOld: (value: unknown) => void = () => undefined;
    const call = companion.call.bind(companion);
    companion.call = ((route: 'people', options: never) =>
      JSON.stringify(options).includes('"b"')
        ? new Promise<unknown>(resolve => (answerOld = resolve))
        : call(route, options)) as typeof companion.call;
    type('b');
    await pause();
    type('cl');
    await pause();
    await act(async () =>
      answerOld({ people: [{ user: 'bob', displayName: 'BOB' }], groups: [] })
    );
    expect(model.search.found.people.map(each => each.user)).toEqual(['cleo']);
  });

  it('a hub that lists nobody leaves typing in full', async () => {
    const { companion } = await open('live');
    companion.refuse('people', new CommonsError('HUB_ABSENT'));
    type('bob');
    await pause();
    expect(screen.queryByRole('listbox')).toBeNull();
    await press('Add');
    expect(companion.shares.map(each => each.name)).toEqual(['bob']);
  });
});

describe('Guests and failures', () => {
  it('a guest reads whose it is, what they may do, and until when', async () => {
    const companion = new FakeCompanion();
    companion.document = guestDocument({
      roleUntil: '2026-03-12T12:00:00.000Z'
    });
    const { container } = await open('live', companion);
    expect(container.textContent).toContain('Ada L owns this document.');
    expect(container.textContent).toContain('only Ada L can run code');
    expect(container.textContent).toContain('Your access ends');
    expect(screen.queryByRole('button', { name: 'Stop sharing' })).toBeNull();
  });

  it('a text that they may edit has no code to run', async () => {
    const companion = new FakeCompanion();
    companion.document = guestDocument({ type: 'text', name: 'notes.md' });
    const { container } = await open('live', companion, 'notes.md');
    expect(container.textContent).toContain('only Ada L can let others in');
    expect(container.textContent).not.toContain('run code');
  });

  it('a refusal is told with a way to try again', async () => {
    const companion = new FakeCompanion();
    companion.refuse('getDocument', new CommonsError('STOPPING'));
    await open('live', companion);
    expect(screen.getByRole('alert').textContent).toContain(
      'starting or stopping'
    );
    await press('Try again');
    await waitFor(() => field());
  });
});

describe('Hostile names', () => {
  it('of files, people and groups are text and nothing else', async () => {
    const companion = new FakeCompanion();
    companion.people.push(HOSTILE);
    companion.groups.push(HOSTILE);
    companion.document = guestDocument({
      role: 'owner',
      name: HOSTILE,
      owner: { user: HOSTILE, displayName: HOSTILE }
    });
    const { model, container } = await open('live', companion, HOSTILE);
    for (const kind of ['users', 'groups'] as const) {
      await act(
        async () =>
          void (await model.invite({
            kind,
            name: HOSTILE,
            displayName: HOSTILE,
            role: 'view',
            expiresAt: null
          }))
      );
    }
    expect(companion.shares).toHaveLength(2);
    expect(container.querySelector('img, b, script')).toBeNull();
    expect(container.textContent).toContain('<img src=x');
    expect(container.textContent).not.toContain('\u202E');
  });
});

describe('Accessibility of the dialog', () => {
  it('choosing people', async () => {
    const { container, model } = await open('file');
    await act(
      async () =>
        void (await model.invite({
          kind: 'users',
          name: 'bob',
          displayName: 'Bob',
          role: 'view',
          expiresAt: null
        }))
    );
    await expectAccessible(container);
  });

  it('managing, with a date, an open list and the question about the end', async () => {
    const { container } = await open('live');
    type('bob');
    await press('Add');
    fireEvent.change(screen.getByLabelText('For how long'), {
      target: { value: 'date' }
    });
    await press('Stop sharing');
    type('b');
    await waitFor(() => list().getByRole('option'));
    await expectAccessible(container);
  });

  it('as a guest, and after a failure', async () => {
    const companion = new FakeCompanion();
    companion.document = guestDocument({ role: 'view' });
    await expectAccessible((await open('live', companion)).container);
    const failing = new FakeCompanion();
    failing.refuse('getDocument', new CommonsError('NOT_FOUND'));
    await expectAccessible((await open('live', failing)).container);
  });
});

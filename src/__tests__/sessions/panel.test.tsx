import { act, fireEvent, render, screen, within } from '@testing-library/react';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { CommonsError, type DocumentInfo } from '@jupyterlab-commons/protocol';
import { SessionsModel } from '../../sessions/model';
import { SessionsView } from '../../sessions/panel';
import { SessionsSidebar } from '../../sessions/sidebar';
import {
  documentInfo,
  expectAccessible,
  FakeCompanion,
  FakeDocuments,
  guestDocument,
  HOSTILE,
  now,
  ready,
  trans
} from '../ui/fakes';

/** 26 characters that say which document it is. */
const id = (mark: string) => mark.padEnd(26, '0');

function setup(list: readonly DocumentInfo[] | null = []) {
  const companion = new FakeCompanion();
  const documents = new FakeDocuments(list);
  const model = new SessionsModel({ companion, documents });
  return { companion, documents, model };
}

function show(list: readonly DocumentInfo[] | null) {
  const parts = setup(list);
  const run = jest.fn();
  const { container } = render(
    <SessionsView model={parts.model} trans={trans} run={run} now={now} />
  );
  return { ...parts, run, container };
}

const present = [
  { user: 'bob', displayName: 'Bob', role: 'edit' as const, pages: 1 },
  { user: 'cleo', displayName: 'Cleo', role: 'view' as const, pages: 2 }
];

describe('What the panel can show', () => {
  it('loading until the first answer', () => {
    expect(setup(null).model.state.kind).toBe('loading');
    const { companion, model } = setup(null);
    companion.setState({ kind: 'connecting' });
    expect(model.state.kind).toBe('loading');
  });

  it('absent, with the reason of this server', async () => {
    const { companion, container } = show(null);
    act(() =>
      companion.setState({
        kind: 'absent',
        reason: 'Ask your admin for Commons.'
      })
    );
    expect(container.textContent).toContain('Sharing is not set up here');
    expect(container.textContent).toContain('Ask your admin for Commons.');
    await expectAccessible(container);
  });

  it('empty, with what to do', async () => {
    const { container } = show([]);
    expect(container.textContent).toContain('Open a notebook and press Share.');
    await expectAccessible(container);
  });

  it('failed, with the last list and a way to try again', async () => {
    const { companion, container } = show([documentInfo()]);
    act(() =>
      companion.setState({
        kind: 'failed',
        error: new CommonsError('STOPPING')
      })
    );
    expect(screen.getByRole('alert').textContent).toContain(
      'starting or stopping'
    );
    expect(
      screen.getByRole('button', { name: 'Open analysis.ipynb' })
    ).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(companion.retried).toBe(1);
    await expectAccessible(container);
  });

  it('ready, in two sections; it is current without being asked', async () => {
    const { documents, container } = show([
      guestDocument({ id: id('a'), name: 'theirs.ipynb' }),
      documentInfo({ id: id('b'), name: 'mine.ipynb', present })
    ]);
    const theirs = screen.getByRole('region', { name: 'Shared with me' });
    const mine = screen.getByRole('region', { name: 'Shared by me' });
    expect(within(theirs).getByText('theirs.ipynb')).toBeTruthy();
    expect(within(mine).getByText('mine.ipynb')).toBeTruthy();
    await expectAccessible(container);
    act(() =>
      documents.set([documentInfo({ id: id('b'), name: 'mine.ipynb' })])
    );
    expect(screen.queryByRole('region', { name: 'Shared with me' })).toBeNull();
  });
});

describe('A row', () => {
  it('of a guest: whose, what role, until when, who is there', () => {
    const { container } = show([
      guestDocument({ roleUntil: '2026-03-13T12:00:00.000Z', present })
    ]);
    expect(container.textContent).toContain(
      'Ada L · Can edit · ends in 3 days'
    );
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
      'Here now: Bob, Cleo'
    );
    expect(
      screen.getByRole('button', { name: 'Leave analysis.ipynb' })
    ).toBeTruthy();
    expect(screen.queryByRole('button', { name: /Stop sharing/ })).toBeNull();
  });

  it('of the owner: with how many it is shared, and what the file needs', () => {
    const { container } = show([
      documentInfo({ shareCount: 3, fileState: 'changed-outside' })
    ]);
    expect(container.textContent).toContain('Shared with 3');
    expect(container.textContent).toContain('The file was changed outside.');
    expect(screen.queryByRole('button', { name: /Leave/ })).toBeNull();
  });

  it('the state of the file is no business of a guest', () => {
    const { container } = show([guestDocument({ fileState: 'missing' })]);
    expect(container.textContent).not.toContain('file');
  });

  it('each button asks for its verb', () => {
    const mine = documentInfo({ id: id('b'), name: 'mine' });
    const theirs = guestDocument({ id: id('a'), name: 'theirs' });
    const { run } = show([theirs, mine]);
    for (const name of [
      'Open mine',
      'Copy the link to mine',
      'Who can open mine',
      'Stop sharing mine',
      'Leave theirs'
    ]) {
      fireEvent.click(screen.getByRole('button', { name }));
    }
    expect(run.mock.calls).toEqual([
      ['open', mine],
      ['copyLink', mine],
      ['manage', mine],
      ['stop', mine],
      ['leave', theirs]
    ]);
  });

  it('hostile names are text', () => {
    const person = { user: HOSTILE, displayName: HOSTILE };
    const { container } = show([
      guestDocument({
        name: HOSTILE,
        owner: person,
        present: [{ ...person, role: 'edit', pages: 1 }]
      })
    ]);
    expect(container.querySelector('img, b, script')).toBeNull();
    expect(container.textContent).toContain('<img src=x');
    expect(container.textContent).not.toContain('\u202E');
    for (const node of container.querySelectorAll('[title], [aria-label]')) {
      expect(node.getAttribute('title') ?? '').not.toContain('\u202E');
      expect(node.getAttribute('aria-label') ?? '').not.toContain('\u202E');
    }
  });
});

describe('Searching', () => {
  const many = Array.from({ length: 12 }, (_, index) =>
    guestDocument({
      id: id(`d${String.fromCharCode(97 + index)}`),
      name: `notes ${index}`,
      owner:
        index < 2
          ? { user: 'zoe', displayName: 'Zoe' }
          : { user: 'ada', displayName: 'Ada' }
    })
  );

  it('is offered with more than ten documents only', () => {
    show(many.slice(0, 10));
    expect(screen.queryByRole('searchbox')).toBeNull();
  });

  it('finds names and owners and says how many', async () => {
    const { container } = show(many);
    fireEvent.change(screen.getByRole('searchbox'), {
      target: { value: 'ZOE' }
    });
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
    expect(screen.getByRole('status').textContent).toBe('2 documents found');
    fireEvent.change(screen.getByRole('searchbox'), {
      target: { value: 'nothing like it' }
    });
    expect(screen.queryByRole('listitem')).toBeNull();
    expect(screen.getByRole('status').textContent).toBe('0 documents found');
    await expectAccessible(container);
  });

  it('what was searched for does not hide a list that became short', () => {
    const { documents, model } = show(many);
    act(() => model.search('zoe'));
    act(() => documents.set(many.slice(5, 7)));
    expect(screen.getAllByRole('listitem')).toHaveLength(2);
  });
});

describe('The tab in the side bar', () => {
  const invite = (documents: FakeDocuments, document: DocumentInfo) => {
    documents.set([document, ...(documents.list ?? [])]);
    documents.invited.emit({ document, by: 'Ada' });
  };

  it('loads the panel when it is first shown, and once', async () => {
    const { model } = setup();
    const load = jest.fn(async () => new Widget());
    const sidebar = new SessionsSidebar({ model, trans, load });
    Widget.attach(sidebar, document.body);
    sidebar.hide();
    expect(load).toHaveBeenCalledTimes(0);
    sidebar.show();
    sidebar.hide();
    sidebar.show();
    expect(load).toHaveBeenCalledTimes(1);
    await Promise.resolve();
    sidebar.dispose();
  });

  it('counts invitations in words and as a number, until they were seen', () => {
    const { documents, model } = setup();
    const sidebar = new SessionsSidebar({
      model,
      trans,
      load: async () => new Widget()
    });
    sidebar.hide();
    Widget.attach(sidebar, document.body);
    invite(documents, guestDocument({ id: id('a') }));
    invite(documents, guestDocument({ id: id('b') }));
    expect(sidebar.title.caption).toBe('Shared documents (2 new)');
    expect(sidebar.title.dataset['commons-news']).toBe('2');
    expect(model.isNews(id('a'))).toBe(true);
    sidebar.show();
    expect(sidebar.title.caption).toBe('Shared documents');
    sidebar.hide();
    expect(model.newsCount).toBe(0);
    sidebar.dispose();
  });

  it('an invitation that was taken back counts no more', () => {
    const { documents, model } = setup();
    invite(documents, guestDocument({ id: id('a') }));
    expect(model.newsCount).toBe(1);
    documents.set([]);
    expect(model.newsCount).toBe(0);
  });

  it('a disposed model hears nothing', () => {
    const { companion, model } = setup();
    const heard = jest.fn();
    model.changed.connect(heard);
    model.dispose();
    companion.setState(ready());
    expect(heard).not.toHaveBeenCalled();
  });
});

import { Dialog, Notification } from '@jupyterlab/apputils';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { isRefName } from '../../../git/commit/new-ref';
import { RowRefs } from '../../../git/commit/row-refs';
import { expectAccessible, trans } from '../../ui/fakes';
import { hash, row, settle } from '../fake-git';
import { FakeWrites } from './fake-writes';

let calls: FakeWrites;
const come = () =>
  act(async () => {
    await new Promise(resolve => setTimeout(resolve, 0));
    await settle();
  });

async function show() {
  calls = new FakeWrites();
  const moved = jest.fn(async () => undefined);
  const refs = [
    { kind: 'branch' as const, name: 'plots' },
    { kind: 'remote' as const, name: 'origin/far' },
    { kind: 'tag' as const, name: 'v1' }
  ];
  const { container } = render(
    <RowRefs
      row={row('a1a', [], { refs })}
      refParts={() => ({ calls, repo: 'work', trans, moved })}
      trans={trans}
    />
  );
  const details = container.querySelector('details')!;
  details.open = true;
  fireEvent(details, new Event('toggle'));
  await come();
  return { container, moved };
}

const press = async (name: string) => {
  fireEvent.click(screen.getByRole('button', { name }));
  await come();
};
const type = (name: string, value: string) =>
  fireEvent.change(screen.getByRole('textbox', { name }), {
    target: { value }
  });

afterEach(() => {
  Dialog.flush();
  Notification.dismiss();
});

describe('Branches and tags of a commit', () => {
  it('are made at that commit', async () => {
    const { container, moved } = await show();
    await expectAccessible(container);
    type('New branch here', 'topic');
    fireEvent.click(screen.getByRole('checkbox', { name: 'Switch to it' }));
    await press('Create branch');
    type('New tag here', 'v2');
    await press('Create tag');
    expect(calls.asked('branch', 'tag')).toEqual([
      ['work', 'create', 'topic', hash('a1a')],
      ['work', 'create', 'v2', hash('a1a'), undefined]
    ]);
    expect(moved).not.toHaveBeenCalled();
  });

  it('are switched to; then open files are read again', async () => {
    const { moved } = await show();
    await press('Switch to origin/far');
    expect(calls.asked('branch')).toEqual([['work', 'switch', 'origin/far']]);
    expect(moved).toHaveBeenCalled();
  });

  it('that are deleted can be made again where they were', async () => {
    await show();
    await press('Delete branch plots');
    const [told] = Notification.manager.notifications;
    told!.options.actions![0]!.callback(new MouseEvent('click'));
    await come();
    expect(calls.asked('branch')).toEqual([
      ['work', 'delete', 'plots'],
      ['work', 'create', 'plots', hash('b2b')]
    ]);
  });

  it('that are tags are deleted after a question', async () => {
    await show();
    await press('Delete tag v1…');
    expect(calls.asked('tag')).toEqual([]);
    document.querySelector<HTMLElement>('.jp-Dialog .jp-mod-warn')!.click();
    await come();
    expect(calls.asked('tag')).toEqual([['work', 'delete', 'v1']]);
  });

  it('that cannot be changed say why, in full', async () => {
    await show();
    const why = `would be overwritten: ${'long '.repeat(40)}end`;
    calls.refusals.set('branch', [new CommonsError('GIT_REFUSED', why)]);
    await press('Switch to plots');
    expect(document.querySelector('.jp-Dialog')!.textContent).toContain(
      'long end'
    );
  });

  it.each(['a b', 'a..b', '-x', 'x.lock', 'x/', '@', 'a~1', 'a\u202eb', ''])(
    'are not called %j',
    name => expect(isRefName(name)).toBe(false)
  );

  it.each(['main', 'feature/plots', 'release/1.2', 'größe'])(
    'may be called %s',
    name => expect(isRefName(name)).toBe(true)
  );
});

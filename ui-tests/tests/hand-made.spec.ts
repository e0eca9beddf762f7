import { expect, test } from '../src/fixtures.ts';
import { SocketClient, type Y } from '../../companion/test/socket-client.ts';
import type { Commons } from '../src/commons.ts';

/** The document as a program of its reader opens it, past every page. */
function openByHand(
  hubUrl: string,
  commons: Commons,
  id: string
): Promise<SocketClient> {
  const session = `Bearer ${commons.session.session}`;
  return SocketClient.open(`${hubUrl}services/commons/`, session, id);
}

function sourceOf(doc: Y.Doc, cell: number): Y.Text {
  return doc
    .getArray<Y.Map<unknown>>('cells')
    .get(cell)
    .get('source') as Y.Text;
}

test('S5 what a viewer sends by a program of their own changes nothing', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const carol = await signIn('carol');
  const { id, panel } = await shareNew(alice, {
    cells: [{ source: 'kept = 1' }],
    with: { carol: 'Can view' }
  });
  const socket = await openByHand(hub.url, await carol.commons(), id);
  expect(socket.role).toBe('view');
  sourceOf(socket.doc, 0).insert(0, 'import os; ');
  await expect.poll(() => socket.refusals).toContain('ROLE_TOO_LOW');
  await panel.type(0, '2');
  await panel.reads(0, 'kept = 12');
  const content = await (await alice.commons()).call('getContent', { id });
  expect(JSON.stringify(content.body)).not.toContain('import os');
  socket.close();
});

test('A4 lowering a role and ending a share act on an open socket', async ({
  hub,
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const bob = await signIn('bob');
  const { id, panel } = await shareNew(alice, {
    cells: [{ source: 'kept' }],
    with: { bob: 'Can edit' }
  });
  const hers = await alice.commons();
  const socket = await openByHand(hub.url, await bob.commons(), id);
  sourceOf(socket.doc, 0).insert(4, ' by bob');
  await socket.durable();
  await panel.reads(0, 'kept by bob');

  await hers.call('putUserShare', { id, name: 'bob' }, { role: 'view' });
  await expect.poll(() => socket.role).toBe('view');
  sourceOf(socket.doc, 0).insert(0, 'not ');
  await expect.poll(() => socket.refusals).toContain('ROLE_TOO_LOW');

  await hers.call('deleteUserShare', { id, name: 'bob' });
  expect(await socket.ended).toEqual({ code: 4405, reason: 'SHARE_ENDED' });
  await panel.reads(0, 'kept by bob');
});

test('S5 the commands of a notebook do nothing for a viewer', async ({
  signIn,
  shareNew
}) => {
  const alice = await signIn('alice');
  const carol = await signIn('carol');
  const { link, id } = await shareNew(alice, {
    cells: [{ source: 'one' }, { source: 'two' }],
    with: { carol: 'Can view' }
  });
  const hers = await carol.openLink(link);
  await hers.reads(0, 'one');
  await hers.cells.nth(0).locator('.jp-InputPrompt').click();
  const commons = await alice.commons();
  const before = (await commons.call('getContent', { id })).body;
  for (const command of [
    'notebook:insert-cell-below',
    'notebook:delete-cell',
    'notebook:cut-cell',
    'notebook:move-cell-down',
    'notebook:merge-cell-below',
    'notebook:split-cell-at-cursor',
    'notebook:change-cell-to-markdown',
    'notebook:clear-all-cell-outputs',
    'notebook:run-all-cells'
  ]) {
    await carol.execute(command);
  }
  await expect(hers.cells).toHaveCount(2);
  expect((await commons.call('getContent', { id })).body).toEqual(before);
});

/** What somebody may ends at once, whatever else goes wrong: rules A4, A6. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { TestCompanion } from '../http/test-companion.ts';
import { auditOf, companionOfFour, listOf } from './four-people.ts';

describe('the end of sharing', () => {
  let commons: TestCompanion;

  beforeEach(async () => {
    commons = await companionOfFour();
  });
  afterEach(() => commons.stop());

  it('A4 a change of the role reaches an open socket, and its end closes it', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'view' }
    );
    const page = await commons.sync('bob', id);
    const events = await commons.events('bob');
    await page.frame('role', ({ role }) => role === 'view');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    await page.frame('role', ({ role }) => role === 'edit');
    await commons.call('ada', 'deleteUserShare', { id, name: 'bob' });
    assert.equal(await page.closed(), 'SHARE_ENDED');
    await events.event(
      'removed',
      message => message.id === id && message.reason === 'SHARE_ENDED'
    );
    assert.equal(
      (await commons.call('bob', 'getDocument', { id })).code,
      'NOT_FOUND'
    );
  });

  it('A4 a share that expires ends on the open socket at that moment', async () => {
    const id = await commons.share('ada');
    const expiresAt = new Date(commons.clock.now() + 10_000).toISOString();
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit', expiresAt }
    );
    await commons.call('ada', 'putLinkShare', { id }, { role: 'view' });
    const page = await commons.sync('bob', id);
    commons.clock.advance(9_999);
    assert.equal(
      (await commons.call('bob', 'getDocument', { id })).body.role,
      'edit'
    );
    commons.clock.advance(1);
    await page.frame('role', ({ role }) => role === 'view');
    await commons.call('ada', 'deleteLinkShare', { id });
    assert.equal(await page.closed(), 'SHARE_ENDED');
    assert.ok((await auditOf(commons, id)).includes('expire user bob'));
  });

  it('A4 a right ends even while the store cannot write', async () => {
    const id = await commons.share('ada');
    const expiresAt = new Date(commons.clock.now() + 10_000).toISOString();
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit', expiresAt }
    );
    const page = await commons.sync('bob', id);
    commons.store.expireShares = () => Promise.reject(new Error('disk full'));
    commons.clock.advance(10_000);
    assert.equal(await page.closed(), 'SHARE_ENDED');
  });

  it('A4 a right ends even where the audit log cannot be written', async () => {
    const id = await commons.share('ada');
    const bob = { id, name: 'bob' };
    const rights = { role: 'edit' };
    await commons.call('ada', 'putUserShare', bob, rights);
    const editing = await commons.sync('bob', id);
    const shown = await commons.sync('ada', id);
    commons.store.audit = () => Promise.reject(new Error('damaged'));
    const view = { role: 'view' };
    await commons.call('ada', 'putUserShare', bob, view);
    await editing.frame('role', ({ role }) => role === 'view');
    await commons.call('ada', 'deleteUserShare', bob);
    assert.equal(await editing.closed(), 'SHARE_ENDED');
    await commons.call('ada', 'closeDocument', { id });
    assert.equal(await shown.closed(), 'DOCUMENT_CLOSED');
  });

  it('an end in the past is refused', async () => {
    const id = await commons.share('ada');
    for (const end of [commons.clock.now(), 0]) {
      const expiresAt = new Date(end).toISOString();
      const answer = await commons.call(
        'ada',
        'putUserShare',
        { id, name: 'bob' },
        { role: 'edit', expiresAt }
      );
      assert.equal(answer.code, 'BAD_REQUEST');
    }
  });

  it('A6 who has left is not shown it until invited anew or following the link', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const page = await commons.sync('bob', id);
    const events = await commons.events('bob');
    assert.equal(
      (await commons.call('bob', 'leaveDocument', { id }, {})).status,
      204
    );
    assert.equal(await page.closed(), 'SHARE_ENDED');
    await events.event('removed');
    assert.deepEqual(await listOf(commons, 'bob'), []);
    await commons.call('ada', 'putLinkShare', { id }, { role: 'view' });
    assert.ok(!events.told.some(({ type }) => type === 'invited'));
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'view' }
    );
    await events.event('invited');
    assert.deepEqual(await listOf(commons, 'bob'), [id]);
    await commons.call('bob', 'leaveDocument', { id }, {});
    await commons.call('bob', 'getDocument', { id });
    assert.deepEqual(
      await listOf(commons, 'bob'),
      [id],
      'following the link brings it back'
    );
  });

  it('stopping ends it for everybody, the owner too, and says so only to who had a role', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const page = await commons.sync('bob', id);
    const events = await commons.events('bob');
    assert.equal(
      (await commons.call('ada', 'closeDocument', { id })).status,
      204
    );
    assert.equal(await page.closed(), 'DOCUMENT_CLOSED');
    await events.event('removed', ({ reason }) => reason === 'DOCUMENT_CLOSED');
    assert.equal(
      (await commons.call('bob', 'documentTicket', { id }, {})).code,
      'DOCUMENT_CLOSED'
    );
    assert.equal(
      (await commons.call('ada', 'getDocument', { id })).code,
      'DOCUMENT_CLOSED'
    );
    assert.equal(
      (await commons.call('dora', 'getDocument', { id })).code,
      'NOT_FOUND'
    );
    assert.deepEqual(await listOf(commons, 'ada'), []);
  });
});

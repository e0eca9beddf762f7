/** What others hear of a document that is shared, and what its owner sees: rules A5, D, E. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  documentInfo,
  pathOf,
  SUBPROTOCOL
} from '@jupyterlab-commons/protocol';
import { TestCompanion } from '../http/test-companion.ts';
import { auditOf, companionOfFour, listOf } from './four-people.ts';

describe('sharing', () => {
  let commons: TestCompanion;

  beforeEach(async () => {
    commons = await companionOfFour();
  });
  afterEach(() => commons.stop());

  it('an invitation arrives at once, and shows what its reader may see', async () => {
    const id = await commons.share('ada');
    const bob = await commons.events('bob');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const { document, by } = await bob.event('invited');
    assert.deepEqual(by, { user: 'ada', displayName: 'Ada L.' });
    assert.equal(document?.role, 'edit');
    assert.equal(
      document?.shareCount,
      0,
      'only the owner sees how many others there are'
    );
    assert.deepEqual(await listOf(commons, 'bob'), [id]);
    const own = documentInfo(
      (await commons.call('ada', 'getDocument', { id })).body
    );
    assert.equal(own.shareCount, 1);
  });

  it('E2 nobody else hears of it', async () => {
    const id = await commons.share('ada');
    const dora = await commons.events('dora');
    const bob = await commons.events('bob');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    await bob.event('invited');
    await commons.call('ada', 'renameDocument', { id }, { name: 'new.ipynb' });
    await bob.event(
      'changed',
      ({ document }) => document?.name === 'new.ipynb'
    );
    assert.deepEqual(
      dora.told.map(({ type }) => type),
      ['hello']
    );
  });

  it('whoever follows the link is in the list from then on, and out when it is switched off', async () => {
    const id = await commons.share('ada');
    const dora = await commons.events('dora');
    await commons.call('ada', 'putLinkShare', { id }, { role: 'edit' });
    assert.deepEqual(await listOf(commons, 'dora'), []);
    assert.equal(
      (await commons.call('dora', 'getDocument', { id })).body.role,
      'edit'
    );
    assert.deepEqual(await listOf(commons, 'dora'), [id]);
    await commons.call('ada', 'renameDocument', { id }, { name: 'x' });
    await dora.event('changed');
    await commons.call('ada', 'deleteLinkShare', { id });
    await dora.event('removed');
    assert.deepEqual(await listOf(commons, 'dora'), []);
    assert.ok((await auditOf(commons, id)).includes('dora join by the link'));
  });

  it('a damaged document can be closed like any other', async () => {
    const id = await commons.share('ada');
    commons.store.load = () => Promise.reject(new Error('damaged'));
    assert.equal(
      (await commons.call('ada', 'closeDocument', { id })).status,
      204
    );
  });

  it('D4 a document that cannot be loaded refuses, before the socket is open', async () => {
    const id = await commons.share('ada');
    commons.store.load = () => Promise.reject(new Error('damaged'));
    const socket = commons.dial(pathOf('sync', { id }), [
      SUBPROTOCOL,
      await commons.ticket('ada', id)
    ]);
    assert.equal((await socket.refused()).status, 500);
    assert.equal(
      (await commons.call('ada', 'getContent', { id })).code,
      'INTERNAL'
    );
  });

  it('D3 a copy of another epoch gets no ticket', async () => {
    const id = await commons.share('ada');
    const other = await commons.call(
      'ada',
      'documentTicket',
      { id },
      { epoch: 'another' }
    );
    assert.equal(other.code, 'EPOCH_CHANGED');
    const { body } = await commons.call('ada', 'getDocument', { id });
    assert.equal(
      (
        await commons.call(
          'ada',
          'documentTicket',
          { id },
          { epoch: body.epoch }
        )
      ).status,
      201
    );
  });

  it('A5 everything that gives or takes is in the audit log, which only the owner reads', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    await commons.call(
      'ada',
      'putGroupShare',
      { id, name: 'lab' },
      { role: 'view' }
    );
    await commons.call('ada', 'renameDocument', { id }, { name: 'b.ipynb' });
    await commons.call('bob', 'leaveDocument', { id }, {});
    await commons.call('ada', 'deleteGroupShare', { id, name: 'lab' });
    await commons.call('ada', 'deleteGroupShare', { id, name: 'lab' });
    assert.deepEqual(await auditOf(commons, id), [
      'ada create a.ipynb',
      'ada grant user bob: edit',
      'ada grant group lab: view',
      'ada rename a.ipynb to b.ipynb',
      'bob leave',
      'ada revoke group lab'
    ]);
    assert.equal(
      (await commons.call('bob', 'listAudit', { id })).code,
      'ROLE_TOO_LOW'
    );
  });

  it('names are one line and something', async () => {
    const id = await commons.share('ada');
    assert.equal(
      (await commons.call('ada', 'renameDocument', { id }, { name: ' \n ' }))
        .code,
      'BAD_REQUEST'
    );
    const renamed = await commons.call(
      'ada',
      'renameDocument',
      { id },
      { name: 'a\nb\u0000' }
    );
    assert.equal(renamed.body.name, 'a b');
  });

  it('presence is told to those who know the document', async () => {
    const id = await commons.share('ada');
    const events = await commons.events('ada');
    await commons.sync('ada', id);
    commons.clock.advance(500);
    const { present } = await events.event(
      'presence',
      message => message.id === id
    );
    assert.deepEqual(present, [
      { user: 'ada', displayName: 'Ada L.', role: 'owner', pages: 1 }
    ]);
  });

  it('a document that nobody may have more of', async () => {
    const small = await new TestCompanion().start({
      people: { ada: {}, bob: {}, carol: {} },
      env: {
        COMMONS_DOCUMENTS_PER_PERSON: '1',
        COMMONS_SHARES_PER_DOCUMENT: '1',
        COMMONS_SOCKETS_PER_DOCUMENT: '1',
        COMMONS_SOCKETS_PER_PERSON: '2'
      }
    });
    try {
      const id = await small.share('ada');
      const second = await small.call(
        'ada',
        'createDocument',
        {},
        { name: 'b', type: 'text', content: '' }
      );
      assert.equal(second.code, 'TOO_MANY');
      assert.equal(
        (
          await small.call(
            'ada',
            'putUserShare',
            { id, name: 'bob' },
            { role: 'edit' }
          )
        ).status,
        200
      );
      assert.equal(
        (
          await small.call(
            'ada',
            'putUserShare',
            { id, name: 'bob' },
            { role: 'view' }
          )
        ).status,
        200
      );
      assert.equal(
        (
          await small.call(
            'ada',
            'putUserShare',
            { id, name: 'carol' },
            { role: 'edit' }
          )
        ).code,
        'TOO_MANY'
      );
      const first = await small.sync('ada', id);
      const again = small.dial(pathOf('sync', { id }), [
        SUBPROTOCOL,
        await small.ticket('ada', id)
      ]);
      assert.equal((await again.refused()).code, 'TOO_MANY');
      await small.events('ada');
      const third = small.dial(pathOf('events'), [
        SUBPROTOCOL,
        await small.ticket('ada', null)
      ]);
      assert.equal((await third.refused()).code, 'TOO_MANY');
      first.socket.close();
      await first.closed();
      await small.sync('ada', id);
    } finally {
      await small.stop();
    }
  });
});

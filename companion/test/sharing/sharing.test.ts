/** Who may do what, and what others hear of it: rules A, D5, E. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  documentInfo,
  pathOf,
  peopleList,
  SUBPROTOCOL,
  type Role
} from '@jupyterlab-commons/protocol';
import { rightIn } from '../../src/sharing/authorise.ts';
import type { StoredShare } from '../../src/storage/store.ts';
import { TestCompanion } from '../http/test-companion.ts';

describe('A2 the role of a person', () => {
  const share = (
    kind: StoredShare['kind'],
    name: string,
    role: StoredShare['role'],
    expiresAt: number | null = null
  ): StoredShare => ({
    document: 'd',
    kind,
    name,
    displayName: name,
    role,
    expiresAt,
    grantedAt: 0,
    grantedBy: 'ada'
  });
  const bob = { user: 'bob', groups: ['lab'], readOnly: false };
  const table: [
    what: string,
    shares: StoredShare[],
    role: Role | null,
    until: number | null,
    byLink: boolean
  ][] = [
    ['no share', [], null, null, false],
    [
      'a share to somebody else',
      [share('users', 'eve', 'edit')],
      null,
      null,
      false
    ],
    ['a share to them', [share('users', 'bob', 'view')], 'view', null, false],
    [
      'a group of theirs',
      [share('groups', 'lab', 'edit')],
      'edit',
      null,
      false
    ],
    [
      'a group that has the name of the user',
      [share('groups', 'bob', 'edit')],
      null,
      null,
      false
    ],
    [
      'a user that has the name of the group',
      [share('users', 'lab', 'edit')],
      null,
      null,
      false
    ],
    ['the link', [share('link', '', 'view')], 'view', null, true],
    [
      'the highest of all',
      [
        share('users', 'bob', 'view'),
        share('groups', 'lab', 'edit'),
        share('link', '', 'view')
      ],
      'edit',
      null,
      false
    ],
    [
      'one that has ended',
      [share('users', 'bob', 'edit', 100)],
      null,
      null,
      false
    ],
    ['one that ends', [share('users', 'bob', 'edit', 101)], 'edit', 101, false],
    [
      'edit that ends and view that does not',
      [share('users', 'bob', 'edit', 101), share('link', '', 'view')],
      'edit',
      101,
      false
    ],
    [
      'two ends',
      [share('users', 'bob', 'edit', 101), share('groups', 'lab', 'edit', 200)],
      'edit',
      200,
      false
    ]
  ];
  for (const [what, shares, role, until, byLink] of table) {
    it(`${what}: ${role ?? 'none'}`, () => {
      const right = rightIn({ owner: 'ada' }, shares, bob, 100);
      assert.deepEqual(right, role && { role, until, byLink });
    });
  }

  it('I5 is no more than view while the hub has been away for long, for the owner too', () => {
    assert.equal(
      rightIn({ owner: 'bob' }, [], { ...bob, readOnly: true }, 100)?.role,
      'view'
    );
    assert.equal(
      rightIn({ owner: 'ada' }, [], { ...bob, readOnly: true }, 100),
      null
    );
  });
});

describe('sharing', () => {
  let commons: TestCompanion;

  beforeEach(async () => {
    commons = await new TestCompanion().start({
      people: {
        ada: { displayName: 'Ada L.', groups: ['lab'] },
        bob: { displayName: 'Bob' },
        carol: { groups: ['lab'] },
        dora: {}
      }
    });
  });
  afterEach(() => commons.stop());

  const list = async (user: string): Promise<string[]> =>
    (await commons.call(user, 'listDocuments')).body.documents.map(
      (each: { id: string }) => each.id
    );
  const audit = async (id: string): Promise<string[]> =>
    (await commons.call('ada', 'listAudit', { id })).body.entries
      .map((each: Record<string, string>) =>
        `${each.actor} ${each.action} ${each.detail}`.trim()
      )
      .reverse();

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
    assert.deepEqual(await list('bob'), [id]);
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
    assert.ok((await audit(id)).includes('expire user bob'));
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

  it('only people who exist, own groups, and not the owner', async () => {
    const id = await commons.share('ada');
    const put = async (route: 'putUserShare' | 'putGroupShare', name: string) =>
      (await commons.call('ada', route, { id, name }, { role: 'view' })).code;
    assert.equal(await put('putUserShare', 'nobody'), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', '<img src=x>'), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', 'x'.repeat(300)), 'USER_UNKNOWN');
    assert.equal(await put('putUserShare', 'ada'), 'BAD_REQUEST');
    assert.equal(await put('putGroupShare', 'admins'), 'GROUP_UNKNOWN');
    assert.equal(await put('putGroupShare', 'lab'), null);
    assert.deepEqual(await list('carol'), [id]);
    assert.deepEqual(await list('dora'), []);
  });

  it('whoever follows the link is in the list from then on, and out when it is switched off', async () => {
    const id = await commons.share('ada');
    const dora = await commons.events('dora');
    await commons.call('ada', 'putLinkShare', { id }, { role: 'edit' });
    assert.deepEqual(await list('dora'), []);
    assert.equal(
      (await commons.call('dora', 'getDocument', { id })).body.role,
      'edit'
    );
    assert.deepEqual(await list('dora'), [id]);
    await commons.call('ada', 'renameDocument', { id }, { name: 'x' });
    await dora.event('changed');
    await commons.call('ada', 'deleteLinkShare', { id });
    await dora.event('removed');
    assert.deepEqual(await list('dora'), []);
    assert.ok((await audit(id)).includes('dora join by the link'));
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
    assert.deepEqual(await list('bob'), []);
    await commons.call('ada', 'putLinkShare', { id }, { role: 'view' });
    assert.ok(!events.told.some(({ type }) => type === 'invited'));
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'view' }
    );
    await events.event('invited');
    assert.deepEqual(await list('bob'), [id]);
    await commons.call('bob', 'leaveDocument', { id }, {});
    await commons.call('bob', 'getDocument', { id });
    assert.deepEqual(
      await list('bob'),
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
    assert.deepEqual(await list('ada'), []);
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
    assert.deepEqual(await audit(id), [
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

  it('people: whom one shares with and own groups, not the directory', async () => {
    const id = await commons.share('ada');
    const find = async (user: string, q: string) =>
      peopleList(
        (
          await (await commons.signIn(user),
          commons.send('people', {}, { as: user, query: `?q=${q}` }))
        ).body
      );
    assert.deepEqual(await find('ada', 'bo'), { people: [], groups: [] });
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    assert.deepEqual((await find('ada', 'BO')).people, [
      { user: 'bob', displayName: 'Bob' }
    ]);
    assert.deepEqual((await find('ada', 'la')).groups, [{ name: 'lab' }]);
    assert.deepEqual((await find('bob', '')).people, [
      { user: 'ada', displayName: 'Ada L.' }
    ]);
    assert.deepEqual(await find('dora', 'a'), { people: [], groups: [] });
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

describe('the directory, where the admin has opened it', () => {
  it('answers to two typed letters', async () => {
    const commons = await new TestCompanion().start({
      people: { ada: {}, bob: {}, bobby: {} },
      env: { COMMONS_DIRECTORY: '1' }
    });
    try {
      await commons.signIn('ada');
      const find = async (q: string) =>
        (await commons.send('people', {}, { as: 'ada', query: `?q=${q}` })).body
          .people;
      assert.deepEqual(await find('b'), []);
      assert.deepEqual(
        (await find('bob')).map((each: { user: string }) => each.user),
        ['bob', 'bobby']
      );
    } finally {
      await commons.stop();
    }
  });
});

/** Open sockets and what the hub says meanwhile: rules I3 to I8. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  pathOf,
  session as sessionBody,
  SUBPROTOCOL
} from '@jupyterlab-commons/protocol';
import { StubHub } from '../hub/stub-hub.ts';
import { TestCompanion } from '../http/test-companion.ts';

const MINUTE = 60_000;

describe('with a hub', () => {
  let hub: StubHub;
  let commons: TestCompanion;
  const tokens: Record<string, string> = {};
  const env = () => ({
    JUPYTERHUB_API_URL: hub.url,
    JUPYTERHUB_API_TOKEN: hub.serviceToken,
    JUPYTERHUB_BASE_URL: '/jhub/'
  });

  beforeEach(async () => {
    hub = await new StubHub().start();
    tokens.ada = hub.add('ada', { groups: ['lab'] });
    tokens.bob = hub.add('bob', { groups: ['lab'] });
    commons = await new TestCompanion().start({ env: env() });
    await commons.signIn('ada', tokens.ada);
    await commons.signIn('bob', tokens.bob);
  });
  afterEach(async () => {
    await commons.stop();
    await hub.stop();
  });

  const renew = (user: string, token = tokens[user]!) =>
    commons.send(
      'session',
      {},
      {
        body: { session: commons.session(user) },
        headers: { authorization: `token ${token}` }
      }
    );
  const pass = (ms: number) => commons.pass(ms);
  /** The hub is asked by the real clock's network; this waits for one look to end. */
  const look = () => commons.watch.checkHub();

  it('I4 a renewal keeps the session, for who it is and not for another', async () => {
    const first = JSON.parse(
      Buffer.from(commons.session('ada').split('.')[1]!, 'base64url').toString()
    );
    await pass(5 * MINUTE);
    const { body } = await renew('ada');
    const second = JSON.parse(
      Buffer.from(
        sessionBody(body).session.split('.')[1]!,
        'base64url'
      ).toString()
    );
    assert.equal(second.id, first.id);
    assert.equal(second.expiresAt, first.expiresAt + 5 * MINUTE);
    const { body: other } = await commons.send(
      'session',
      {},
      {
        body: { session: commons.session('ada') },
        headers: { authorization: `token ${tokens.bob}` }
      }
    );
    const third = JSON.parse(
      Buffer.from(other.session.split('.')[1]!, 'base64url').toString()
    );
    assert.equal(third.user, 'bob');
    assert.notEqual(third.id, first.id);
  });

  it('I3 a guest on the server of somebody else is shown the way to their own', async () => {
    hub.tokens.set('guest', {
      user: 'bob',
      scopes: ['access:servers!server=ada/']
    });
    const answer = await renew('bob', 'guest');
    assert.equal(answer.code, 'GUEST_SERVER');
    assert.equal(answer.body.error.link, '/jhub/hub/user-redirect/lab');
    const link = await commons
      .dial('link', [], { authorization: 'token guest' })
      .refused();
    assert.equal(link.code, 'GUEST_SERVER');
  });

  it('I7 a connection whose session is renewed stays, the other is closed', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const stays = await commons.sync('ada', id);
    const goes = await commons.sync('bob', id);
    const events = await commons.events('bob');
    await pass(6 * MINUTE);
    await renew('ada');
    await pass(4 * MINUTE);
    commons.watch.checkSessions();
    assert.equal(await goes.closed(), 'SESSION_STALE');
    assert.equal(await events.closed(), 'SESSION_STALE');
    assert.equal(stays.socket.readyState, 1);
    assert.equal(
      (await commons.call('bob', 'listDocuments')).code,
      'SESSION_STALE'
    );
  });

  it('somebody whom the hub no longer knows is closed at the next look', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const page = await commons.sync('bob', id);
    await look();
    hub.users.delete('bob');
    await look();
    assert.equal(await page.closed(), 'SIGNED_OUT');
    assert.equal(
      (await commons.call('bob', 'listDocuments')).code,
      'SIGNED_OUT'
    );
  });

  it('somebody who leaves a group loses what it gave, and gains with a new one', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putGroupShare',
      { id, name: 'lab' },
      { role: 'edit' }
    );
    const page = await commons.sync('bob', id);
    const events = await commons.events('bob');
    hub.users.set('bob', { groups: [] });
    await look();
    assert.equal(await page.closed(), 'SHARE_ENDED');
    await events.event('removed');
    assert.equal(
      (await commons.call('bob', 'getDocument', { id })).code,
      'NOT_FOUND',
      'the session still names the group'
    );
    hub.users.set('bob', { groups: ['lab'] });
    await look();
    await events.event('changed', ({ document }) => document?.id === id);
  });

  it('I5 with the hub away, known people go on, nobody new is let in, and nothing is gained', async () => {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const page = await commons.sync('bob', id);
    hub.mood = 'refusing';
    await look();
    await pass(11 * MINUTE);
    commons.watch.checkSessions();
    const renewed = await renew('bob');
    assert.equal(
      renewed.status,
      200,
      'a session that was good when the hub went is prolonged'
    );
    assert.equal(
      renewed.body.session,
      commons.session('bob'),
      'and is not a new one'
    );
    assert.equal(
      (
        await commons.send(
          'session',
          {},
          { body: {}, headers: { authorization: `token ${tokens.bob}` } }
        )
      ).code,
      'HUB_ABSENT'
    );
    assert.equal(
      (
        await commons.call(
          'ada',
          'putUserShare',
          { id, name: 'carol' },
          { role: 'edit' }
        )
      ).code,
      'HUB_ABSENT'
    );
    assert.equal(page.socket.readyState, 1);

    await pass(50 * MINUTE);
    commons.watch.checkSessions();
    await page.frame('role', ({ role }) => role === 'view');
    assert.equal(
      (await commons.call('bob', 'getDocument', { id })).body.role,
      'view'
    );
    assert.equal(
      (await commons.call('ada', 'renameDocument', { id }, { name: 'x' })).code,
      'ROLE_TOO_LOW'
    );
    assert.equal(
      (
        await commons.call(
          'ada',
          'createDocument',
          {},
          { name: 'x', type: 'text', content: '' }
        )
      ).code,
      'HUB_ABSENT'
    );

    hub.mood = 'well';
    await look();
    const { body } = await renew('bob');
    assert.notEqual(body.session, commons.session('bob'));
    const roles = page.frames.length;
    commons.watch.checkSessions();
    await page.until(() =>
      page.frames
        .slice(roles)
        .some(each => each.type === 'role' && each.role === 'edit')
    );
  });

  it('I4 a restart signs nobody out', async () => {
    const id = await commons.share('ada');
    const session = commons.session('ada');
    await commons.stop();
    // Polls, which tell what runs, go on.
    const asked = () => hub.asked.filter(path => !path.startsWith('users?'));
    const before = asked().length;
    commons = await new TestCompanion(commons.store).start({ env: env() });
    const answer = await commons.send(
      'getDocument',
      { id },
      { headers: { authorization: `Bearer ${session}` } }
    );
    assert.equal(answer.status, 200);
    assert.equal(asked().length, before, 'the hub was not asked');
  });

  it('I6 a ticket is for one user, one document, one role', async () => {
    const id = await commons.share('ada');
    const other = await commons.share('ada', {
      name: 'b',
      type: 'text',
      content: ''
    });
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    const open = (document: string, ticket: string) =>
      commons
        .dial(pathOf('sync', { id: document }), [SUBPROTOCOL, ticket])
        .refused();
    assert.equal(
      (await open(other, await commons.ticket('ada', id))).code,
      'TICKET_INVALID'
    );
    assert.equal(
      (await open(id, await commons.ticket('ada', null))).code,
      'TICKET_INVALID'
    );
    const edit = await commons.ticket('bob', id);
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'view' }
    );
    assert.equal((await open(id, edit)).code, 'TICKET_INVALID');
    const taken = await commons.ticket('bob', id);
    await commons.call('ada', 'deleteUserShare', { id, name: 'bob' });
    assert.equal((await open(id, taken)).code, 'NOT_FOUND');
    const late = await commons.ticket('ada', id);
    commons.clock.advance(30_000);
    assert.equal((await open(id, late)).code, 'TICKET_INVALID');
  });

  it('I6 only the name of the protocol is echoed', async () => {
    const id = await commons.share('ada');
    const page = await commons.sync('ada', id);
    assert.equal(page.socket.protocol, SUBPROTOCOL);
  });

  it('I8 a program without Origin may present its session or its token, a browser may not', async () => {
    const id = await commons.share('ada');
    const dial = (headers: Record<string, string>) =>
      commons.dial(pathOf('sync', { id }), [SUBPROTOCOL], headers).outcome();
    assert.equal(
      await dial({ authorization: `Bearer ${commons.session('ada')}` }),
      'open'
    );
    assert.equal(await dial({ authorization: `token ${tokens.ada}` }), 'open');
    assert.equal(
      await dial({ authorization: `Bearer ${commons.session('bob')}` }),
      'NOT_FOUND'
    );
    assert.equal(await dial({}), 'SIGNED_OUT');
    const origin = new URL(commons.base).origin;
    assert.equal(
      await dial({ authorization: `token ${tokens.ada}`, origin }),
      'SIGNED_OUT'
    );
    const link = await commons
      .dial('link', [], { authorization: `token ${tokens.ada}`, origin })
      .refused();
    assert.equal(link.code, 'ORIGIN_REFUSED');
  });

  it('a handshake that is none is answered, and leaves no place taken', async () => {
    const id = await commons.share('ada');
    for (let count = 0; count < 12; count++) {
      const ticket = await commons.ticket('ada', id);
      const headers = {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-protocol': `${SUBPROTOCOL}, ${ticket}`
      };
      const answer = await commons.send('sync', { id }, { headers });
      assert.equal(answer.code, 'BAD_REQUEST');
    }
    await commons.sync('ada', id);
  });

  it('a page that never reads what it must not send is left in peace, and too much closes it', async () => {
    const events = await commons.events('ada');
    events.socket.send('whatever');
    await commons.share('ada');
    await events.event('changed');
    events.socket.send('x'.repeat(5000));
    assert.equal(await events.closed(), 1009);
  });
});

/** Q7: the calls of the hub's hook, and the secret that opens them and nothing else. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  routes,
  type Route,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { secretCheck } from '../../src/hub/secret.ts';
import { TestCompanion } from '../http/test-companion.ts';

const SECRET = 'a-secret-of-the-hook-0123456789abcdef';
/** Whatever a path names. */
const anyPart = new Proxy<Record<string, string>>({}, { get: () => 'x' });
const question = { user: 'ada', server: '', groups: [] };

describe("the hook's secret", () => {
  let commons: TestCompanion;

  before(async () => {
    commons = await new TestCompanion().start({
      people: { ada: { admin: true } },
      env: { COMMONS_HOOK_TOKEN: SECRET, COMMONS_SIGN_INS_PER_MINUTE: '600' }
    });
  });
  after(() => commons.stop());

  const ask = (name: RouteName, token: string, body?: unknown) =>
    commons.send(name, anyPart, {
      body,
      headers: { authorization: `token ${token}` }
    });

  it('opens its own calls', async () => {
    const answer = await ask('spawn', SECRET, question);
    assert.deepEqual(
      [answer.status, answer.body],
      [200, { allowed: true, message: '' }]
    );
    assert.equal((await ask('idle', SECRET)).status, 200);
    const told = await ask('spawnUnasked', SECRET, { starts: [] });
    assert.equal(told.status, 204);
  });

  it('opens nothing else', async () => {
    for (const [name, route] of Object.entries(routes) as [
      RouteName,
      Route
    ][]) {
      if (!['hook', 'none'].includes(route.proof) && route.method !== 'WS') {
        const { code } = await ask(name, SECRET, {});
        assert.equal(code, 'SIGNED_OUT', name);
      }
    }
  });

  it('is not any other proof, however near', async () => {
    const near = [
      SECRET.slice(0, -1),
      `${SECRET}x`,
      SECRET.toUpperCase(),
      'token-of-ada',
      await commons.signIn('ada')
    ];
    for (const token of near) {
      for (const name of ['spawn', 'spawnUnasked', 'idle'] as const) {
        assert.equal((await ask(name, token, question)).code, 'SIGNED_OUT');
      }
    }
  });

  it('an empty secret lets nobody in', () => {
    assert.equal(secretCheck('')(''), false);
    assert.equal(secretCheck('')('x'), false);
  });

  it('guessing is slowed down, and the hub never is', async () => {
    const codes = new Set<string | null>();
    for (let guess = 0; guess < 250; guess++) {
      codes.add((await ask('spawn', `guess-${guess}`, question)).code);
    }
    assert.ok(codes.has('TOO_FAST'));
    assert.equal((await ask('spawn', SECRET, question)).status, 200);
  });

  it('a question that cannot be read is refused with what to correct', async () => {
    const { code, body } = await ask('spawn', SECRET, { user: 'ada' });
    assert.equal(code, 'BAD_REQUEST');
    assert.match(body.error.detail, /server/);
  });

  it('stands in no line of the log', () => {
    assert.ok(!commons.lines.join('').includes(SECRET));
  });
});

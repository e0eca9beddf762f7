/** Q5: every route of admins with everybody who could ask. A new route without an answer here fails. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  routes,
  type Route,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { BEGIN, companionWithPeople } from '../quota/hub-people.ts';
import type { Answer, TestCompanion } from './test-companion.ts';

const callers = {
  /** Looks after alice's group. */
  carol: 'inside',
  /** Looks after another group, as one of the leads. */
  lena: 'outside',
  root: 'admin',
  dora: 'nobody',
  /** About herself, and no admin of anything. */
  alice: 'nobody'
} as const;

/** What a call about alice is answered, by who asks; null is success. */
type Row = {
  inside: string | null;
  outside: string | null;
  parts?: Record<string, string>;
  body?: unknown;
};

const about = (user: string) => ({ user, server: '' });
const override = (kind: string, name: string) => ({
  policy: 'gpu-week',
  scope: { kind, name },
  extra: 1,
  until: null,
  reason: 'a deadline'
});
const correction = (user: string) => ({
  user,
  resource: 'gpu-hours',
  amount: 1,
  at: BEGIN,
  reason: 'a crash of ours'
});
const stop = (user: string) => ({
  ...about(user),
  graceSeconds: 600,
  message: 'maintenance'
});
const UNKNOWN = 'USER_UNKNOWN';

const rows: Partial<Record<RouteName, Row>> = {
  adminOverview: { inside: null, outside: null },
  adminUsers: { inside: null, outside: null },
  adminUser: { inside: null, outside: UNKNOWN, parts: { name: 'alice' } },
  adminPolicies: { inside: null, outside: null },
  tryPolicies: {
    inside: 'ADMIN_ONLY',
    outside: 'ADMIN_ONLY',
    body: { text: 'policies: []' }
  },
  adminLive: { inside: null, outside: null },
  adminOverrides: { inside: null, outside: null },
  addOverride: {
    inside: null,
    outside: UNKNOWN,
    body: override('user', 'alice')
  },
  endOverride: { inside: null, outside: 'NOTHING_THERE' },
  addCorrection: { inside: null, outside: UNKNOWN, body: correction('alice') },
  answerRequest: { inside: null, outside: UNKNOWN, parts: { user: 'alice' } },
  declineRequest: { inside: null, outside: UNKNOWN, parts: { user: 'alice' } },
  planStop: { inside: null, outside: UNKNOWN, body: stop('alice') },
  cancelStop: {
    inside: 'NOTHING_THERE',
    outside: UNKNOWN,
    parts: { user: 'alice', server: 'none' }
  },
  // It was planned by an admin of the hub.
  cancelDefaultStop: {
    inside: 'ADMIN_ONLY',
    outside: UNKNOWN,
    parts: { user: 'alice' }
  },
  adminAudit: { inside: null, outside: null },
  usageCsv: { inside: null, outside: null }
};

function wantedOf(
  name: RouteName,
  row: Row,
  kind: (typeof callers)[keyof typeof callers]
): string | null {
  switch (kind) {
    case 'nobody':
      return 'ADMIN_ONLY';
    case 'admin':
      return name === 'cancelStop' ? 'NOTHING_THERE' : null;
    default:
      return row[kind];
  }
}

describe('Q5 every route of admins with everybody', () => {
  let commons: TestCompanion;
  let stopAll: () => Promise<void>;

  before(async () => {
    ({ commons, stop: stopAll } = await companionWithPeople());
    for (const user of [...Object.keys(callers), 'bert']) {
      await commons.signIn(user);
    }
  });
  after(() => stopAll());

  /** What the call needs to be there. */
  async function prepare(name: RouteName): Promise<Record<string, string>> {
    if (name === 'answerRequest' || name === 'declineRequest') {
      commons.clock.advance(120_000);
      await commons.signIn('alice');
      await commons.call(
        'alice',
        'askQuota',
        {},
        { policy: 'gpu-week', message: 'please' }
      );
    }
    if (name === 'cancelDefaultStop') {
      await commons.signIn('root');
      await commons.call('root', 'planStop', {}, stop('alice'));
    }
    if (name === 'endOverride') {
      const { body } = await commons.call(
        'root',
        'addOverride',
        {},
        override('user', 'alice')
      );
      return { id: body.id };
    }
    return {};
  }

  for (const [name, { method, path }] of Object.entries(routes) as [
    RouteName,
    Route
  ][]) {
    if (!path.startsWith('api/admin/')) {
      continue;
    }
    it(`${method} ${path}`, async () => {
      const row = rows[name];
      assert.ok(row, `${name} has no row here`);
      for (const [user, kind] of Object.entries(callers)) {
        const parts = { ...row.parts, ...(await prepare(name)) };
        await commons.signIn(user);
        const answer = await commons.send(name, parts, {
          as: user,
          body: row.body
        });
        const wanted = wantedOf(name, row, kind);
        assert.equal(
          answer.code,
          wanted,
          `${user}: ${JSON.stringify(answer.body)}`
        );
      }
      await commons.signIn('dora');
      const unread = await commons.send(
        name,
        { ...row.parts, id: 'x' },
        { as: 'dora', body: {} }
      );
      assert.equal(unread.code, 'ADMIN_ONLY', 'before anything is read');
      const anonymous = await commons.send(
        name,
        { ...row.parts, id: 'x' },
        { body: row.body }
      );
      assert.equal(anonymous.code, 'SIGNED_OUT');
    });
  }

  it('to a group admin a person outside and one that does not exist are the same', async () => {
    await commons.signIn('lena');
    const ask = (
      name: RouteName,
      parts: Record<string, string>,
      body?: unknown
    ) => commons.send(name, parts, { as: 'lena', body });
    const both: [Answer, Answer][] = [];
    const pair = async (call: (user: string) => Promise<Answer>) =>
      both.push([await call('alice'), await call('nobody-here')]);
    await pair(user => ask('adminUser', { name: user }));
    await pair(user => ask('addOverride', {}, override('user', user)));
    await pair(user => ask('addCorrection', {}, correction(user)));
    await pair(user => ask('planStop', {}, stop(user)));
    await pair(user => ask('cancelDefaultStop', { user }));
    await pair(user => ask('answerRequest', { user }));
    await pair(user =>
      ask(
        'addOverride',
        {},
        override('group', user === 'alice' ? 'research' : 'no-group')
      )
    );
    for (const [outside, unknown] of both) {
      assert.deepEqual(
        [outside.status, outside.body],
        [unknown.status, unknown.body]
      );
      assert.ok(outside.status >= 400);
    }
  });

  it('a group admin is told of nobody else, of no other group and of no other change', async () => {
    await commons.signIn('root');
    await commons.call('root', 'addOverride', {}, override('user', 'alice'));
    await commons.call(
      'root',
      'addOverride',
      {},
      override('group', 'research')
    );
    await commons.signIn('lena');
    const told: unknown[] = [];
    for (const name of [
      'adminOverview',
      'adminUsers',
      'adminPolicies',
      'adminLive',
      'adminOverrides',
      'adminAudit',
      'usageCsv'
    ] as const) {
      const { status, body } = await commons.call('lena', name);
      assert.equal(status, 200, name);
      told.push(body);
    }
    const text = JSON.stringify(told);
    for (const secret of ['alice', 'research', 'physics', 'carol', 'dora']) {
      assert.ok(!text.includes(secret), `${secret} in ${text}`);
    }
    assert.ok(text.includes('bert'), 'but of their own');
    await commons.signIn('carol');
    const { body } = await commons.call('carol', 'adminUsers');
    assert.deepEqual(
      body.users[0].groups,
      ['research'],
      'other groups of a member stay hidden'
    );
  });
});

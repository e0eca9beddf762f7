/** Quota over HTTP: what people are told and ask, what admins change, and that it works at once. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  adminAudit,
  adminOverview,
  adminPolicies,
  adminUsers,
  override,
  overrideList,
  policyTried,
  quotaReport,
  type Allowance,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { BEGIN, companionWithPeople, policyText } from '../quota/hub-people.ts';
import type { Answer, TestCompanion } from './test-companion.ts';

const HOUR = 3_600_000;

describe('quota over HTTP', () => {
  let commons: TestCompanion;
  let file: string;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    ({ commons, file, stop } = await companionWithPeople());
  });
  afterEach(() => stop());

  async function ask(
    user: string,
    route: RouteName,
    options: {
      parts?: Record<string, string>;
      body?: unknown;
      query?: string;
    } = {}
  ): Promise<Answer> {
    await commons.signIn(user);
    return commons.send(route, options.parts ?? {}, {
      as: user,
      body: options.body,
      query: options.query
    });
  }

  async function report(user: string) {
    return quotaReport((await ask(user, 'quota')).body);
  }
  const named = (allowances: readonly Allowance[], policy: string) =>
    allowances.find(each => each.policy === policy)!;

  const grant = (change: object, scope = { kind: 'user', name: 'alice' }) => ({
    policy: 'gpu-week',
    scope,
    until: null,
    reason: 'a deadline',
    ...change
  });

  it('a person is told use, limits, servers and whom to ask', async () => {
    const told = await report('alice');
    assert.equal(told.policies, 3);
    assert.equal(told.contact, 'Ask help@example.org for more.');
    assert.deepEqual(
      told.allowances.map(({ policy }) => policy),
      ['gpu-week', 'research-pool']
    );
    const gpu = named(told.allowances, 'gpu-week');
    assert.ok(Math.abs(gpu.used - 6) < 1e-9);
    // Ten hours are allowed, six are used, and one GPU runs.
    assert.equal(gpu.endsAt, BEGIN + 4 * HOUR);
    assert.deepEqual(
      told.running.map(({ profile, gpus, gpuModel }) => [
        profile,
        gpus,
        gpuModel
      ]),
      [['gpu', 1, 'A100']]
    );
    assert.equal(told.days.length, 31);
    assert.ok(told.problems.includes('not-reported'));
  });

  it('who has used nothing is told so', async () => {
    const { allowances, running, stops, asked } = await report('dora');
    assert.deepEqual(
      [allowances.map(({ used }) => used), running, stops, asked],
      [[0], [], [], null]
    );
  });

  it('an override works at once, is told with who and why, and ends at once', async () => {
    const made = await ask('carol', 'addOverride', {
      body: grant({ extra: 5 })
    });
    assert.equal(made.status, 201);
    const { id } = override(made.body);
    const gpu = named((await report('alice')).allowances, 'gpu-week');
    assert.equal(gpu.limit, 15);
    assert.deepEqual(gpu.override, {
      by: 'carol',
      until: null,
      reason: 'a deadline'
    });
    const users = adminUsers(
      (await ask('root', 'adminUsers', { query: '?query=ALICE' })).body
    );
    assert.equal(users.users[0]?.nearest?.limit, 15, 'the table knows it, too');
    assert.deepEqual(
      overrideList((await ask('root', 'adminOverrides')).body).overrides.map(
        each => each.id
      ),
      [id]
    );
    assert.equal(
      (await ask('carol', 'endOverride', { parts: { id } })).status,
      204
    );
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
    assert.equal(
      (await ask('carol', 'endOverride', { parts: { id } })).code,
      'NOTHING_THERE'
    );
  });

  it('an override ends by itself when its time has come, and the log says so', async () => {
    await ask('root', 'addOverride', {
      body: grant({ limit: 50, until: BEGIN + HOUR })
    });
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      50
    );
    commons.clock.advance(HOUR + 60_000);
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
    assert.deepEqual(
      overrideList((await ask('root', 'adminOverrides')).body).overrides,
      []
    );
    const { entries } = adminAudit((await ask('root', 'adminAudit')).body);
    assert.deepEqual(
      [entries[0]?.action, entries[0]?.actor, entries[0]?.user],
      ['override-end', 'policy', 'alice']
    );
  });

  it('an override of a group holds for its members alone', async () => {
    await ask('root', 'addOverride', {
      body: grant({ extra: 1 }, { kind: 'group', name: 'research' })
    });
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      11
    );
    assert.equal(
      named((await report('bert')).allowances, 'gpu-week').limit,
      10
    );
  });

  const wrong: [what: string, body: object, code: string][] = [
    ['nothing granted', grant({}), 'BAD_REQUEST'],
    ['two things at once', grant({ extra: 1, limit: 2 }), 'BAD_REQUEST'],
    ['exempt: false', grant({ exempt: false }), 'BAD_REQUEST'],
    ['less than nothing', grant({ extra: -1 }), 'BAD_REQUEST'],
    ['more than there is', grant({ extra: 1e300 }), 'BAD_REQUEST'],
    [
      'an end in the past',
      grant({ extra: 1, until: BEGIN - 1 }),
      'BAD_REQUEST'
    ],
    ['no reason', grant({ extra: 1, reason: '  ' }), 'BAD_REQUEST'],
    [
      'a policy that is not there',
      grant({ extra: 1, policy: 'gpu' }),
      'POLICY_UNKNOWN'
    ],
    [
      'a group that is not there',
      grant({ extra: 1 }, { kind: 'group', name: 'reserch' }),
      'GROUP_UNKNOWN'
    ],
    [
      'somebody who is not there',
      grant({ extra: 1 }, { kind: 'user', name: 'alise' }),
      'USER_UNKNOWN'
    ]
  ];
  for (const [what, body, code] of wrong) {
    it(`an override with ${what} is refused, and nothing has changed`, async () => {
      assert.equal((await ask('root', 'addOverride', { body })).code, code);
      assert.deepEqual(
        (await ask('root', 'adminOverrides')).body.overrides,
        []
      );
    });
  }

  it('a correction counts at once, and a sum is never below zero', async () => {
    const correction = {
      user: 'alice',
      resource: 'gpu-hours',
      amount: -2,
      at: BEGIN - HOUR,
      reason: 'a crash of ours'
    };
    assert.equal(
      (await ask('carol', 'addCorrection', { body: correction })).status,
      204
    );
    assert.ok(
      Math.abs(named((await report('alice')).allowances, 'gpu-week').used - 4) <
        1e-9
    );
    await ask('carol', 'addCorrection', {
      body: { ...correction, amount: -100 }
    });
    assert.equal(named((await report('alice')).allowances, 'gpu-week').used, 0);
    for (const bad of [
      { amount: 0 },
      { at: BEGIN + HOUR },
      { resource: 'storage-gib' },
      { reason: '' },
      { gpu: 'A100', resource: 'credits' },
      { amount: 1e12 }
    ]) {
      assert.equal(
        (
          await ask('carol', 'addCorrection', {
            body: { ...correction, ...bad }
          })
        ).code,
        'BAD_REQUEST',
        JSON.stringify(bad)
      );
    }
  });

  it('a wish for more is one a person, not many a minute, and is answered once', async () => {
    const body = { policy: 'gpu-week', message: 'I need\nmore' };
    assert.equal((await ask('alice', 'askQuota', { body })).status, 204);
    assert.equal((await ask('alice', 'askQuota', { body })).code, 'TOO_FAST');
    commons.clock.advance(60_000);
    assert.equal(
      (await ask('alice', 'askQuota', { body: { ...body, message: 'please' } }))
        .status,
      204
    );
    assert.deepEqual((await report('alice')).asked, {
      at: commons.clock.now(),
      policy: 'gpu-week',
      message: 'please'
    });
    const asked = adminUsers(
      (await ask('carol', 'adminUsers', { query: '?only=asked' })).body
    );
    assert.deepEqual([asked.total, asked.users[0]?.asked], [1, true]);
    assert.equal(
      (await ask('carol', 'answerRequest', { parts: { user: 'alice' } }))
        .status,
      204
    );
    assert.equal((await report('alice')).asked, null);
    assert.equal(
      (await ask('carol', 'declineRequest', { parts: { user: 'alice' } })).code,
      'NOTHING_THERE'
    );
    assert.equal(
      (
        await ask('alice', 'askQuota', {
          body: { ...body, policy: 'lab-month' }
        })
      ).code,
      'POLICY_UNKNOWN',
      'no limit of theirs'
    );
  });

  it('every change is in the log with who, whom and what, in one line each', async () => {
    commons.clock.advance(60_000);
    await ask('alice', 'askQuota', {
      body: { policy: 'gpu-week', message: 'a\r\n{"level":"error"}' }
    });
    await ask('carol', 'addOverride', {
      body: grant({ extra: 5, reason: 'line\nbreak\u202e' })
    });
    await ask('carol', 'planStop', {
      body: { user: 'alice', server: '', graceSeconds: 600, message: 'soon' }
    });
    await ask('carol', 'cancelDefaultStop', { parts: { user: 'alice' } });
    await ask('root', 'usageCsv');
    const { entries } = adminAudit((await ask('root', 'adminAudit')).body);
    assert.deepEqual(
      entries.map(({ actor, action, user }) => [actor, action, user]),
      [
        ['root', 'export', ''],
        ['carol', 'stop-cancelled', 'alice'],
        ['carol', 'stop-planned', 'alice'],
        ['carol', 'override', 'alice'],
        ['alice', 'asked', 'alice'],
        ['policy', 'policies-loaded', '']
      ]
    );
    for (const { detail } of entries) {
      assert.doesNotMatch(detail, /[\u0000-\u001f\u202e]/, detail);
    }
    for (const line of commons.lines) {
      assert.equal(line.trimEnd().split('\n').length, 1);
    }
  });

  it('the log comes in pages, newest first', async () => {
    for (let index = 0; index < 120; index++) {
      await commons.ledgerStore.audit({
        at: BEGIN,
        actor: 'root',
        action: 'export',
        user: '',
        detail: String(index)
      });
    }
    const first = adminAudit((await ask('root', 'adminAudit')).body);
    assert.deepEqual(
      [first.entries.length, first.entries[0]?.detail, first.more],
      [100, '119', true]
    );
    const rest = adminAudit(
      (
        await ask('root', 'adminAudit', {
          query: `?before=${first.entries.at(-1)!.id}`
        })
      ).body
    );
    assert.deepEqual(
      [rest.entries.length, rest.entries[0]?.detail, rest.more],
      [21, '19', false]
    );
  });

  it('the overview adds up those whom one may see', async () => {
    const all = adminOverview((await ask('root', 'adminOverview')).body);
    assert.deepEqual(
      [all.people, all.running, all.silent, all.gpusHeld, all.sees.all],
      [6, 1, 1, 1, true]
    );
    const lab = adminOverview((await ask('lena', 'adminOverview')).body);
    assert.deepEqual(
      [lab.people, lab.running, lab.sees],
      [1, 0, { all: false, groups: ['lab'] }]
    );
    assert.equal(
      lab.days.reduce((sum, { gpuHours }) => sum + gpuHours, 0),
      0
    );
    const policies = adminPolicies(
      (await ask('root', 'adminPolicies')).body
    ).policies;
    assert.deepEqual(
      policies.map(({ policy, people }) => [policy, people]),
      [
        ['gpu-week', 6],
        ['lab-month', 1],
        ['research-pool', 1]
      ]
    );
  });

  it('a broken file is told to admins by line and to everybody, and the one before holds', async () => {
    await writeFile(file, policyText.replace('limit: 10\n', 'limit: ten\n'));
    commons.clock.advance(3_000);
    // The file is read by another thread.
    const until = async <T>(look: () => Promise<T | false>) => {
      for (let tries = 0; tries < 1000; tries++) {
        const found = await look();
        if (found !== false) {
          return found;
        }
      }
      throw new Error('it is not told');
    };
    const told = await until(async () => {
      const { policyFile } = adminOverview(
        (await ask('root', 'adminOverview')).body
      );
      return policyFile.kind === 'broken' && policyFile;
    });
    assert.deepEqual(
      told.problems.map(({ line }) => line),
      [11]
    );
    const mine = await report('alice');
    assert.ok(mine.problems.includes('policy-file-broken'));
    assert.equal(named(mine.allowances, 'gpu-week').limit, 10);
  });

  it('a file is tried without being put in force', async () => {
    const text = policyText.replace('limit: 10\n', 'limit: 5\n');
    const tried = policyTried(
      (await ask('root', 'tryPolicies', { body: { text } })).body
    );
    assert.deepEqual(
      [tried.problems, tried.moreOver, tried.noLongerOver],
      [[], 0, []]
    );
    assert.deepEqual(
      tried.newlyOver.map(({ user, policy, limit }) => [user, policy, limit]),
      [['alice', 'gpu-week', 5]]
    );
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
    const bad = policyTried(
      (await ask('root', 'tryPolicies', { body: { text: 'policies: [' } })).body
    );
    assert.equal(bad.problems[0]?.line, 1);
  });

  it('a stop is planned for a server that runs, with words for its person', async () => {
    const body = {
      user: 'alice',
      server: '',
      graceSeconds: 600,
      message: 'maintenance'
    };
    const planned = await ask('carol', 'planStop', { body });
    assert.equal(planned.status, 201);
    assert.deepEqual(
      (await report('alice')).stops.map(({ by, message, because }) => [
        by,
        message,
        because
      ]),
      [['carol', 'maintenance', 'admin']]
    );
    assert.equal(
      (await ask('root', 'adminUsers', { query: '?query=alice' })).body.users[0]
        .stopAt,
      BEGIN + 600_000
    );
    assert.equal(
      (await ask('carol', 'planStop', { body: { ...body, server: 'none' } }))
        .code,
      'NOTHING_THERE'
    );
  });

  it('live documents are listed without what is in them, and without people outside', async () => {
    const id = await commons.share('alice');
    await commons.call(
      'alice',
      'putUserShare',
      { id, name: 'bert' },
      { role: 'edit' }
    );
    await commons.sync('alice', id);
    await commons.sync('bert', id);
    const [all] = (await ask('root', 'adminLive')).body.documents;
    assert.deepEqual(
      [all.owner, all.people.sort(), all.pages],
      ['alice', ['alice', 'bert'], 2]
    );
    const [inside] = (await ask('carol', 'adminLive')).body.documents;
    assert.deepEqual(inside.people, ['alice']);
    assert.deepEqual(
      (await ask('lena', 'adminLive')).body.documents,
      [],
      'owned by somebody outside'
    );
  });

  it('a full disk refuses a change instead of forgetting it later', async () => {
    commons.ledgerStore.healthy = () => false;
    assert.equal(
      (await ask('root', 'addOverride', { body: grant({ extra: 1 }) })).code,
      'STORE_BUSY'
    );
    assert.equal(
      named((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
  });
});

/** Quota over HTTP: what people are told and ask, what they are granted, and that it works at once. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  adminAudit,
  adminUsers,
  override,
  overrideList,
  quotaNews,
  type EventMessage
} from '@jupyterlab-commons/protocol';
import {
  allowanceOf,
  BEGIN,
  companionWithPeople,
  grantOf,
  reportOf,
  type HubPeople
} from '../quota/hub-people.ts';
import { TestCompanion } from './test-companion.ts';

const HOUR = 3_600_000;

const newsOf = ({ quota }: EventMessage) =>
  quota === undefined ? null : quotaNews(quota);

describe('quota over HTTP', () => {
  let commons: TestCompanion;
  let file: string;
  let ask: HubPeople['ask'];
  let report: HubPeople['report'];
  let stop: HubPeople['stop'];

  beforeEach(async () => {
    ({ commons, file, ask, report, stop } = await companionWithPeople());
  });
  afterEach(() => stop());

  it('a person is told use, limits, servers and whom to ask', async () => {
    const told = await report('alice');
    assert.equal(told.policies, 3);
    assert.equal(told.contact, 'Ask help@example.org for more.');
    assert.deepEqual(
      told.allowances.map(({ policy }) => policy),
      ['gpu-week', 'research-pool']
    );
    const gpu = allowanceOf(told.allowances, 'gpu-week');
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
      body: grantOf({ extra: 5 })
    });
    assert.equal(made.status, 201);
    const { id } = override(made.body);
    const gpu = allowanceOf((await report('alice')).allowances, 'gpu-week');
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
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
    assert.equal(
      (await ask('carol', 'endOverride', { parts: { id } })).code,
      'NOTHING_THERE'
    );
  });

  it('an override ends by itself when its time has come, and the log says so', async () => {
    await ask('root', 'addOverride', {
      body: grantOf({ limit: 50, until: BEGIN + HOUR })
    });
    assert.equal(
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
      50
    );
    commons.clock.advance(HOUR + 60_000);
    assert.equal(
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
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
      body: grantOf({ extra: 1 }, { kind: 'group', name: 'research' })
    });
    assert.equal(
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
      11
    );
    assert.equal(
      allowanceOf((await report('bert')).allowances, 'gpu-week').limit,
      10
    );
  });

  const wrong: [what: string, body: object, code: string][] = [
    ['nothing granted', grantOf({}), 'BAD_REQUEST'],
    ['two things at once', grantOf({ extra: 1, limit: 2 }), 'BAD_REQUEST'],
    ['exempt: false', grantOf({ exempt: false }), 'BAD_REQUEST'],
    ['less than nothing', grantOf({ extra: -1 }), 'BAD_REQUEST'],
    ['more than there is', grantOf({ extra: 1e300 }), 'BAD_REQUEST'],
    [
      'an end in the past',
      grantOf({ extra: 1, until: BEGIN - 1 }),
      'BAD_REQUEST'
    ],
    ['no reason', grantOf({ extra: 1, reason: '  ' }), 'BAD_REQUEST'],
    [
      'a policy that is not there',
      grantOf({ extra: 1, policy: 'gpu' }),
      'POLICY_UNKNOWN'
    ],
    [
      'a group that is not there',
      grantOf({ extra: 1 }, { kind: 'group', name: 'reserch' }),
      'GROUP_UNKNOWN'
    ],
    [
      'somebody who is not there',
      grantOf({ extra: 1 }, { kind: 'user', name: 'alise' }),
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
      Math.abs(
        allowanceOf((await report('alice')).allowances, 'gpu-week').used - 4
      ) < 1e-9
    );
    await ask('carol', 'addCorrection', {
      body: { ...correction, amount: -100 }
    });
    assert.equal(
      allowanceOf((await report('alice')).allowances, 'gpu-week').used,
      0
    );
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

  it('a restart tells no notice anew, and keeps requests and overrides', async () => {
    await ask('root', 'addOverride', { body: grantOf({ limit: 7 }) });
    await ask('alice', 'askQuota', {
      body: { policy: 'gpu-week', message: 'please' }
    });
    const events = await commons.events('alice');
    const notice = await events.event(
      'quota',
      each => newsOf(each)?.kind === 'notice'
    );
    const told = await commons.ledgerStore.notices();
    assert.ok(told.length > 0);
    await commons.stop();
    const { store, ledgerStore } = commons;
    commons = new TestCompanion(store, ledgerStore);
    commons.clock.advance(60_000);
    await commons.start({
      people: { alice: { groups: ['research', 'physics'] } },
      env: { COMMONS_QUOTA_FILE: file }
    });
    const again = await commons.events('alice');
    const same = await again.event(
      'quota',
      each => newsOf(each)?.kind === 'notice'
    );
    assert.equal(newsOf(same)?.key, newsOf(notice)?.key);
    commons.clock.advance(10_000);
    assert.deepEqual(await ledgerStore.notices(), told);
    const mine = await reportOf(commons, 'alice');
    assert.deepEqual(
      [mine.asked?.message, allowanceOf(mine.allowances, 'gpu-week').limit],
      ['please', 7]
    );
    await commons.stop();
  });

  it('a full disk refuses a change instead of forgetting it later', async () => {
    commons.ledgerStore.healthy = () => false;
    assert.equal(
      (await ask('root', 'addOverride', { body: grantOf({ extra: 1 }) })).code,
      'STORE_BUSY'
    );
    assert.equal(
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
      10
    );
  });
});

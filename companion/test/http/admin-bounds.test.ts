/** Q5: what an admin of a group may not change, of others outside, of themselves, and of what the hub's admins planned. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { QuotaReport } from '@jupyterlab-commons/protocol';
import {
  BEGIN,
  companionWithPeople,
  grantOf,
  policyText,
  reportOf,
  type HubPeople
} from '../quota/hub-people.ts';
import type { TestCompanion } from './test-companion.ts';

const text = `${policyText}
  - {name: all-pool, resource: server-hours, limit: 500, window: {calendar: month}, pool: shared}
  - {name: physics-pool, resource: server-hours, limit: 90, window: {calendar: month}, pool: shared, for: {group: physics}}
  - {name: alice-pool, resource: server-hours, limit: 50, window: {calendar: month}, pool: shared, for: {user: alice}}
`;
/** Alice is a member of the group that she looks after, with carol. */
const env = {
  COMMONS_GROUP_ADMINS: '{"research": ["carol", "alice"], "lab": ["@leads"]}'
};
const correction = (user: string) => ({
  ...{ user, resource: 'gpu-hours', amount: -5, at: BEGIN },
  reason: 'a crash of ours'
});
const stopOf = { user: 'alice', server: '', graceSeconds: 600, message: 'x' };

describe('Q5 an admin of a group', () => {
  let commons: TestCompanion;
  let ask: HubPeople['ask'];
  let stop: HubPeople['stop'];

  beforeEach(async () => {
    ({ commons, ask, stop } = await companionWithPeople(text, env));
  });
  afterEach(() => stop());

  const grant = (user: string, policy: string, scope?: object) =>
    ask(user, 'addOverride', {
      body: {
        ...grantOf({ extra: 5 }),
        policy,
        ...(scope === undefined ? {} : { scope })
      }
    });
  const stopsOf = async (user: string): Promise<QuotaReport['stops']> =>
    (await reportOf(commons, user)).stops;

  it('changes no pool that is shared with people outside', async () => {
    for (const policy of ['all-pool', 'physics-pool']) {
      const refused = await grant('carol', policy);
      assert.equal(refused.code, 'ADMIN_ONLY', policy);
      assert.match(refused.body.error.detail, /ask an admin of the hub/);
      assert.equal((await grant('root', policy)).code, null, policy);
    }
    for (const policy of ['gpu-week', 'research-pool', 'alice-pool']) {
      assert.equal((await grant('carol', policy)).code, null, policy);
    }
  });

  it('takes back no override of such a pool either', async () => {
    const { body } = await grant('root', 'all-pool');
    const parts = { id: body.id };
    assert.equal(
      (await ask('carol', 'endOverride', { parts })).code,
      'ADMIN_ONLY'
    );
    assert.equal((await ask('root', 'endOverride', { parts })).code, null);
  });

  it('changes nothing of their own, neither by name nor by group', async () => {
    const group = { kind: 'group', name: 'research' };
    const own = await grant('root', 'gpu-week');
    for (const refused of [
      await grant('alice', 'gpu-week'),
      await grant('alice', 'gpu-week', group),
      await ask('alice', 'endOverride', { parts: { id: own.body.id } }),
      await ask('alice', 'addCorrection', { body: correction('alice') })
    ]) {
      assert.equal(refused.code, 'ADMIN_ONLY');
      assert.match(refused.body.error.detail, /ask another admin/);
    }
    assert.equal((await grant('carol', 'gpu-week', group)).code, null);
    assert.equal(
      (await ask('carol', 'addCorrection', { body: correction('alice') })).code,
      null
    );
  });

  it('while an admin of the hub may change their own', async () => {
    const scope = { kind: 'user', name: 'root' };
    assert.equal((await grant('root', 'gpu-week', scope)).code, null);
    assert.equal(
      (await ask('root', 'addCorrection', { body: correction('root') })).code,
      null
    );
  });

  it('corrects no use that counts in a pool of their own, whoever used it', async () => {
    await stop();
    // Bert shares the pool of research with alice, who looks after it.
    ({ commons, ask, stop } = await companionWithPeople(
      `${policyText}
  - {name: a100-pool, resource: gpu-hours, gpu: A100, limit: 500, window: {calendar: month}, pool: shared}
`,
      env,
      { bert: ['lab', 'research'] }
    ));
    const correct = async (by: string, change: object) => {
      const body = { ...correction('bert'), ...change };
      return (await ask(by, 'addCorrection', { body })).code;
    };
    const inPool = { resource: 'server-hours' };
    assert.equal(await correct('alice', inPool), 'ADMIN_ONLY');
    assert.equal(
      await correct('alice', { ...inPool, amount: 5 }),
      'ADMIN_ONLY'
    );
    assert.equal(await correct('carol', inPool), null, 'is not in it');
    assert.equal(await correct('root', inPool), null);
    assert.equal(await correct('alice', { resource: 'cpu-hours' }), null);
    // A pool of everybody is that of whoever corrects.
    for (const by of ['alice', 'carol', 'lena']) {
      assert.equal(await correct(by, {}), null, 'no model, not in the pool');
      assert.equal(await correct(by, { gpu: 'A100' }), 'ADMIN_ONLY', by);
      assert.equal(await correct(by, { gpu: 'H100' }), null, by);
    }
    assert.equal(await correct('root', { gpu: 'A100' }), null);
  });

  it('takes back only the stops that they planned', async () => {
    const parts = { user: 'alice' };
    await ask('root', 'planStop', { body: stopOf });
    for (const user of ['carol', 'alice']) {
      const refused = await ask(user, 'cancelDefaultStop', { parts });
      assert.equal(refused.code, 'ADMIN_ONLY');
      assert.match(refused.body.error.detail, /root has planned it/);
    }
    assert.equal(
      (await ask('root', 'cancelDefaultStop', { parts })).code,
      null
    );
    await ask('carol', 'planStop', { body: stopOf });
    assert.equal(
      (await ask('alice', 'cancelDefaultStop', { parts })).code,
      'ADMIN_ONLY'
    );
    assert.equal(
      (await ask('carol', 'cancelDefaultStop', { parts })).code,
      null
    );
    assert.deepEqual(await stopsOf('alice'), []);
  });

  it('makes the stop of an admin of the hub their own by no plan', async () => {
    await ask('root', 'planStop', { body: stopOf });
    const planned = await ask('carol', 'planStop', {
      body: { ...stopOf, graceSeconds: 300, message: 'mine' }
    });
    assert.deepEqual(
      [planned.body.by, planned.body.message, planned.body.stopAt],
      ['root', 'x', BEGIN + 300_000]
    );
    assert.equal(
      (await ask('carol', 'cancelDefaultStop', { parts: { user: 'alice' } }))
        .code,
      'ADMIN_ONLY'
    );
  });
});

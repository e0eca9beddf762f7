/** What admins see and do over HTTP: the log, sums, policies, stops, live documents. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  adminAudit,
  adminOverview,
  adminPolicies,
  policyTried
} from '@jupyterlab-commons/protocol';
import {
  allowanceOf,
  BEGIN,
  companionWithPeople,
  grantOf,
  policyText,
  type HubPeople
} from '../quota/hub-people.ts';
import type { TestCompanion } from './test-companion.ts';

/** The file is read by another thread. */
const until = async <T>(look: () => Promise<T | false>) => {
  for (let tries = 0; tries < 1000; tries++) {
    const found = await look();
    if (found !== false) {
      return found;
    }
  }
  throw new Error('it is not told');
};

describe('admins over HTTP', () => {
  let commons: TestCompanion;
  let file: string;
  let ask: HubPeople['ask'];
  let report: HubPeople['report'];
  let stop: HubPeople['stop'];

  beforeEach(async () => {
    ({ commons, file, ask, report, stop } = await companionWithPeople());
  });
  afterEach(() => stop());

  it('every change is in the log with who, whom and what, in one line each', async () => {
    commons.clock.advance(60_000);
    await ask('alice', 'askQuota', {
      body: { policy: 'gpu-week', message: 'a\r\n{"level":"error"}' }
    });
    await ask('carol', 'addOverride', {
      body: grantOf({ extra: 5, reason: 'line\nbreak\u202e' })
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
    assert.equal(allowanceOf(mine.allowances, 'gpu-week').limit, 10);
  });

  it('a policy for a group or a user that nobody is in is told, with the name that was meant', async () => {
    await writeFile(
      file,
      policyText
        .replace('for: {group: lab}', 'for: {group: lap}')
        .replace('for: {group: research}', 'for: {user: alise}')
    );
    commons.clock.advance(3_000);
    const told = await until(async () => {
      const { body } = await ask('root', 'adminOverview');
      const { policyFile } = adminOverview(body);
      return policyFile.problems.length > 0 && policyFile;
    });
    assert.equal(told.kind, 'ok');
    assert.deepEqual(
      told.problems.map(({ line, message }) => [line, message]),
      [
        [
          13,
          'the policy `research-pool` holds for nobody: the hub knows no user `alise`; did you mean `alice`?'
        ],
        [
          19,
          'the policy `lab-month` holds for nobody: the hub knows nobody in the group `lap`; did you mean `lab`?'
        ]
      ]
    );
    const { body } = await ask('lena', 'adminOverview');
    assert.deepEqual(
      body.policyFile.problems,
      [],
      'only those who can mend it'
    );
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
      allowanceOf((await report('alice')).allowances, 'gpu-week').limit,
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
});

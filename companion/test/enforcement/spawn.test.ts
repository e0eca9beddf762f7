/** Q7: who may start a server, and what others are told. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spawnAnswer } from '@jupyterlab-commons/protocol';
import { DAY, HOUR, NONE, profiles, TestQuota } from './test-quota.ts';

const ada = { user: 'ada', server: '', groups: [] };
const onGpu = { ...ada, options: { profile: 'a100' } };

describe('before a server starts', () => {
  it('who is below every limit may start', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 9.9);
    assert.deepEqual(quota.spawn.decide(ada), { allowed: true, message: '' });
    assert.equal(quota.spawn.counts.allowed, 1);
  });

  it('without policies everybody may start', () => {
    const quota = new TestQuota(NONE);
    quota.run('ada', 1000);
    assert.equal(quota.spawn.decide(ada).allowed, true);
  });

  it('a refusal says what is used up, how much, when it is free in the zone of the policies, and whom to ask', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 10);
    const answer = spawnAnswer(quota.spawn.decide(ada));
    assert.equal(answer.allowed, false);
    assert.equal(answer.policy, 'hours');
    // The clock stands at midnight UTC of 1 January, which is 01:00 in Vienna; what was used first leaves the day first.
    assert.equal(
      answer.message,
      'No server is started, because your quota is used up.' +
        ' Server hours of a day: 10 of 10 server hours are used up.' +
        ' You can start a server again from Thursday, 1 January 2026 at 15:01 (Europe/Vienna), if nothing more is used until then.' +
        ' If you need more, ask gpu@example.org.'
    );
    assert.ok(answer.freeAt! >= quota.clock.now() + 14 * HOUR);
  });

  it('GPU hours that are used up refuse a server with a GPU, and no other', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 4, { gpus: 1 });
    const refused = quota.spawn.decide(onGpu);
    assert.equal(refused.policy, 'gpu');
    assert.match(refused.message, /4 of 4 GPU hours are used up/);
    assert.equal(quota.spawn.decide(ada).allowed, true);
    assert.equal(
      quota.spawn.decide({ ...ada, profile: 'a100' }).allowed,
      false
    );
  });

  it('a limit that stops servers lets none start, though it does not say so', () => {
    const quota = new TestQuota(
      `${profiles}policies: [{name: hours, resource: server-hours, limit: 1, window: {rolling: 1d}, at: {100: stop}}]`
    );
    quota.run('ada', 2);
    assert.equal(quota.spawn.decide(ada).allowed, false);
  });

  it('groups are those that the hub names in the question', () => {
    const quota = new TestQuota(
      `${profiles}policies: [{name: class, resource: server-hours, limit: 1, window: {rolling: 1d}, for: {group: class}}]`
    );
    quota.run('ada', 2);
    quota.ledger.addUser('ada', []);
    const inClass = { ...ada, groups: ['class'] };
    assert.equal(quota.spawn.decide(inClass).allowed, false);
    quota.ledger.addUser('ada', ['class']);
    assert.equal(quota.spawn.decide(ada).allowed, true);
  });

  it('a shared pool that others have used up refuses everybody in it, and says so', () => {
    const quota = new TestQuota(
      `${profiles}policies: [{name: pool, resource: server-hours, limit: 5, window: {rolling: 1d}, pool: shared, for: {group: lab}}]`
    );
    quota.ledger.addUser('ada', ['lab']);
    quota.ledger.addUser('bob', ['lab']);
    quota.run('bob', 6);
    const { message } = quota.spawn.decide({ ...ada, groups: ['lab'] });
    assert.match(
      message,
      /pool: 6 of 5 server hours, by all of lab together are used up/
    );
  });

  it('all that is used up is named, and it is free when the last of it is', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 10, { gpus: 1 });
    const { message, freeAt } = quota.spawn.decide(onGpu);
    assert.match(message, /10 of 4 GPU hours.*10 of 10 server hours/);
    const alone = quota.allowances('ada').map(({ freeAt: each }) => each ?? 0);
    assert.equal(freeAt, Math.max(...alone));
  });

  it('what never becomes free by itself says so', () => {
    const quota = new TestQuota(
      `${profiles}policies: [{name: none, resource: server-hours, limit: 0, window: {rolling: 1d}}]`
    );
    const { message, freeAt } = quota.spawn.decide(ada);
    assert.equal(freeAt, null);
    assert.match(message, /It does not become free by itself\./);
  });

  it('a contact in words of the admin stands as it is', () => {
    const words = 'Write to gpu@example.org, or come to room 3!';
    const quota = new TestQuota(
      DAY.replace('contact: gpu@example.org', `contact: "${words}"`)
    );
    quota.run('ada', 10);
    assert.ok(quota.spawn.decide(ada).message.endsWith(words));
  });

  it('an override works at once', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 10);
    quota.grant({ extra: 5 });
    assert.equal(quota.spawn.decide(ada).allowed, true);
  });

  it('text that means something to terminals and pages is plain and bounded', () => {
    const quota = new TestQuota(DAY);
    const [policy] = quota.set.policies;
    const title = `\u001b[31m<b>\u202e${'x'.repeat(180)}`;
    quota.set = { ...quota.set, policies: [{ ...policy!, title, limit: 1 }] };
    quota.run('ada', 2);
    const { message } = quota.spawn.decide({
      ...ada,
      server: '\u001b]0;x\u0007'.repeat(40)
    });
    assert.ok(message.length <= 2000);
    const all = [message, ...quota.audited].join('');
    assert.doesNotMatch(all, /[\u0000-\u001f\u202e]/);
    assert.ok(quota.audited[0]!.length < 600);
  });

  it('pressing the button again and again is counted each time and written down once', () => {
    const quota = new TestQuota(DAY);
    quota.run('ada', 10);
    for (let press = 0; press < 100; press++) {
      quota.spawn.decide(ada);
    }
    assert.equal(quota.spawn.counts.refused.get('hours'), 100);
    assert.deepEqual(quota.audited, [
      "refused ada by policy: hours: 10 of 10 server hours, server ''"
    ]);
    quota.clock.advance(10 * 60_000);
    quota.spawn.decide(ada);
    assert.equal(quota.audited.length, 2);
  });

  it('a start that nobody was asked about is counted and written down when it is told', () => {
    const quota = new TestQuota(DAY);
    const at = Date.UTC(2026, 0, 1);
    quota.spawn.tellUnasked({
      starts: [
        { user: 'ada', server: 'x', at, reason: 'no answer within 2 s' },
        { user: 'bob', server: '', at: Number.MAX_SAFE_INTEGER, reason: '' }
      ]
    });
    assert.equal(quota.spawn.counts.unasked, 2);
    assert.equal(
      quota.audited[0],
      "let-in-unasked ada by policy: server 'x' at 2026-01-01T00:00:00.000Z: no answer within 2 s"
    );
  });
});

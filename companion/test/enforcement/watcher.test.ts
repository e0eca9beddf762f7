/** Looking at everybody goes on, whatever one look meets. */
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { DAY, MINUTE, TestQuota } from './test-quota.ts';

describe('the watcher', () => {
  let quota: TestQuota;

  beforeEach(async () => {
    quota = await new TestQuota(DAY).start();
    quota.run('ada', 10);
  });

  it('stops servers although sums cannot be worked out beforehand, and says so', async () => {
    quota.refresh = () => Promise.reject(new Error('too many runs'));
    await quota.look();
    assert.equal(quota.stops.of('ada').length, 1);
    assert.match(quota.lines.join(''), /too many runs/);
  });

  it('a look that fails is told to the admin, and the next one comes by itself', async () => {
    const rejected: unknown[] = [];
    const note = (reason: unknown) => void rejected.push(reason);
    process.on('unhandledRejection', note);
    const { forgetOthers } = quota.notices;
    let failed = 0;
    quota.notices.forgetOthers = () => {
      failed++;
      throw new Error('a mistake of ours');
    };
    quota.watcher.start();
    quota.clock.advance(2_000);
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(failed, 1);
    assert.match(quota.lines.join(''), /a mistake of ours/);
    quota.notices.forgetOthers = forgetOthers;
    quota.pages.add('bob');
    quota.run('bob', 10);
    quota.clock.advance(MINUTE);
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(quota.stops.of('bob').length, 1);
    quota.watcher.stop();
    process.off('unhandledRejection', note);
    assert.deepEqual(rejected, []);
  });
});

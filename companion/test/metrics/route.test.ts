import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { metrics } from '../../src/metrics/table.ts';
import { TestCompanion } from '../http/test-companion.ts';

const SECRET = 'of-prometheus';

describe('GET metrics', () => {
  let commons: TestCompanion;
  const ask = (token: string | null, base = commons.base) =>
    fetch(new URL('metrics', base), {
      headers: token === null ? {} : { authorization: `Bearer ${token}` }
    });

  before(async () => {
    commons = await new TestCompanion().start({
      people: { ada: {} },
      env: { COMMONS_METRICS_TOKEN: SECRET, COMMONS_HOOK_TOKEN: 'of-the-hook' }
    });
    await commons.signIn('ada');
    await commons.share('ada');
  });
  after(() => commons.stop());

  it('tells the secret of Prometheus everything in the table and nothing else', async () => {
    const answer = await ask(SECRET);
    assert.equal(answer.status, 200);
    assert.match(
      answer.headers.get('content-type') ?? '',
      /^text\/plain; version=0\.0\.4/
    );
    const text = await answer.text();
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
    assert.deepEqual(
      told.filter(name => !(name in metrics)),
      []
    );
    assert.match(text, /^commons_build_info\{version="[\d.]+"\} 1$/m);
    assert.match(text, /^commons_store_healthy 1$/m);
    assert.match(text, /^commons_quota_stops_total\{outcome="failed"\} 0$/m);
    assert.match(
      text,
      /^commons_event_loop_delay_seconds\{stat="p99"\} \d\.?\d*/m
    );
    assert.doesNotMatch(text, /\bada\b/, 'a person is named');
  });

  it('tells nobody else: no token, another one, the secret of the hook, a session', async () => {
    for (const token of [
      null,
      'x',
      'of-the-hook',
      commons.session('ada'),
      'token-of-ada'
    ]) {
      assert.equal((await ask(token)).status, 401, String(token));
    }
  });

  it('tells nobody where no secret is set', async () => {
    const other = await new TestCompanion().start({ people: { ada: {} } });
    assert.equal((await ask('', other.base)).status, 401);
    assert.equal((await ask('x', other.base)).status, 401);
    await other.stop();
  });
});

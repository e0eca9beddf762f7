/** What HTTP takes and what it does not: rule I9. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { info, PROTOCOL_VERSION } from '@jupyterlab-commons/protocol';
import { notebook, TestCompanion } from './test-companion.ts';

describe('bodies and headers', () => {
  let commons: TestCompanion;
  before(async () => {
    commons = await new TestCompanion().start({
      people: { ada: {} },
      env: {
        COMMONS_BODY_BYTES: '4096',
        COMMONS_ORIGINS: 'https://hub.example'
      }
    });
    await commons.signIn('ada');
  });
  after(() => commons.stop());

  const create = (body: Buffer | unknown, headers = {}) => {
    const raw = Buffer.isBuffer(body) ? { raw: body } : { body };
    return commons.send('createDocument', {}, { as: 'ada', ...raw, headers });
  };

  it('a body of exactly the limit is taken, one byte more is not', async () => {
    const shell = { name: 'a', type: 'text', content: '' };
    const room = 4096 - JSON.stringify(shell).length;
    assert.equal(
      (await create({ ...shell, content: 'x'.repeat(room) })).status,
      201
    );
    assert.equal(
      (await create({ ...shell, content: 'x'.repeat(room + 1) })).code,
      'TOO_LARGE'
    );
  });

  it('a body that grows beyond the limit without saying so is cut off', async () => {
    const answer = await create(Buffer.alloc(5000, 0x20), {
      'transfer-encoding': 'chunked',
      'content-type': 'application/json'
    });
    assert.equal(answer.code, 'TOO_LARGE');
  });

  it('only JSON in UTF-8, said to be JSON', async () => {
    const json = Buffer.from('{"name":"a","type":"text","content":"x"}');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      ''
    ]) {
      assert.equal(
        (await create(json, { 'content-type': type })).code,
        'BAD_REQUEST'
      );
    }
    assert.equal(
      (
        await create(json, {
          'content-type': 'application/json; charset=utf-8'
        })
      ).status,
      201
    );
    assert.equal(
      (
        await create(Buffer.from('{"name":'), {
          'content-type': 'application/json'
        })
      ).code,
      'BAD_REQUEST'
    );
    assert.equal(
      (
        await create(Buffer.from([0x22, 0xff, 0x22]), {
          'content-type': 'application/json'
        })
      ).code,
      'BAD_REQUEST'
    );
    assert.equal((await create([1, 2])).code, 'BAD_REQUEST');
  });

  it('a chunk travels raw, and an upload becomes a document', async () => {
    const text = JSON.stringify(notebook).padEnd(5000, ' ');
    const { body } = await commons.call(
      'ada',
      'createUpload',
      {},
      { bytes: 5000 }
    );
    for (const [index, part] of [
      text.slice(0, 4096),
      text.slice(4096)
    ].entries()) {
      const parts = { upload: body.upload, index: String(index) };
      assert.equal(
        (
          await commons.send('putChunk', parts, {
            as: 'ada',
            raw: Buffer.from(part)
          })
        ).status,
        204
      );
    }
    const id = await commons.share('ada', {
      name: 'up.ipynb',
      type: 'notebook',
      upload: body.upload
    });
    const content = await commons.call('ada', 'getContent', { id });
    assert.equal(content.body.cells[0].source[0], 'print(1)');
  });

  it('exactly one of content, upload and path', async () => {
    assert.equal(
      (await create({ name: 'a', type: 'text' })).code,
      'BAD_REQUEST'
    );
    assert.equal(
      (await create({ name: 'a', type: 'text', content: 'x', path: 'y' })).code,
      'BAD_REQUEST'
    );
  });

  it('a listed origin may read, without credentials; its preflight names what it may do', async () => {
    const origin = 'https://hub.example';
    const read = await commons.send(
      'listDocuments',
      {},
      { as: 'ada', headers: { origin } }
    );
    assert.equal(read.headers['access-control-allow-origin'], origin);
    assert.equal(read.headers['access-control-allow-credentials'], undefined);
    assert.equal(read.headers.vary, 'Origin');
    const refusal = await commons.send(
      'listDocuments',
      {},
      { headers: { origin } }
    );
    assert.equal(
      refusal.headers['access-control-allow-origin'],
      origin,
      'or its page could not read why'
    );
    const preflight = await commons.send(
      'listDocuments',
      {},
      { method: 'OPTIONS', headers: { origin } }
    );
    assert.equal(preflight.status, 204);
    assert.equal(
      preflight.headers['access-control-allow-methods'],
      'POST, GET'
    );
    const other = await commons.send(
      'listDocuments',
      {},
      { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }
    );
    assert.equal(other.code, 'ORIGIN_REFUSED');
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  });

  it('info names the protocol and the limits, and nobody', async () => {
    const { body } = await commons.send('info', {});
    assert.equal(info(body).protocol, PROTOCOL_VERSION);
    assert.equal(info(body).limits.bodyBytes, 4096);
    assert.ok(!JSON.stringify(body).includes('ada'));
  });

  it('a page that speaks an older protocol than is served is told to reload', async () => {
    const options = {
      body: { protocol: 1 },
      headers: { authorization: 'token token-of-ada' }
    };
    assert.equal((await commons.send('session', {}, options)).status, 200);
    const { code: refused } = await commons.send(
      'session',
      {},
      { ...options, body: { protocol: 0 } }
    );
    assert.equal(refused, 'BAD_REQUEST');
  });

  it('two Authorization headers prove nothing', async () => {
    const both = [`Bearer ${commons.session('ada')}`, 'Bearer x'];
    const answer = await commons.send(
      'listDocuments',
      {},
      { headers: { authorization: both } }
    );
    assert.notEqual(answer.status, 200);
  });

  it('I9 no credential ever reaches the log', async () => {
    const ticket = await commons.ticket('ada', null);
    const log = commons.lines.join('');
    for (const secret of ['token-of-ada', commons.session('ada'), ticket]) {
      assert.ok(!log.includes(secret));
    }
    assert.ok(log.includes('"listening"'));
  });
});

describe('readiness', () => {
  it('is refused while the store cannot write; being alive is not', async () => {
    const commons = new TestCompanion();
    let healthy = true;
    commons.store.healthy = () => healthy;
    await commons.start({});
    try {
      assert.deepEqual((await commons.send('ready', {})).body, {
        status: 'ok'
      });
      healthy = false;
      const ready = await commons.send('ready', {});
      assert.equal(ready.status, 503);
      assert.deepEqual(ready.body, { status: 'failing' });
      assert.equal((await commons.send('health', {})).status, 200);
    } finally {
      await commons.stop();
    }
  });
});

/** What HTTP takes and what it does not: rules I8, I9, L. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import {
  CommonsError,
  info,
  PROTOCOL_VERSION
} from '@jupyterlab-commons/protocol';
import { addressOf } from '../../src/http/forwarded.ts';
import { Origins } from '../../src/http/origin.ts';
import { Rate } from '../../src/http/rate.ts';
import { Uploads } from '../../src/http/uploads.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { notebook, TestCompanion } from './test-companion.ts';

const code = (wanted: string) => (error: unknown) =>
  error instanceof CommonsError && error.code === wanted;

describe('I8 origins', () => {
  const origins = new Origins(['https://hub.example']);
  const asked = (headers: Record<string, string | string[]>) =>
    ({
      headersDistinct: Object.fromEntries(
        Object.entries(headers).map(([key, value]) => [key, [value].flat()])
      )
    }) as unknown as IncomingMessage;
  const table: [
    what: string,
    headers: Record<string, string | string[]>,
    taken: boolean
  ][] = [
    ['none at all', { host: 'a.example' }, true],
    [
      'its own',
      { host: 'a.example:8000', origin: 'http://a.example:8000' },
      true
    ],
    [
      'its own, behind TLS',
      {
        host: 'a.example',
        'x-forwarded-proto': 'https',
        origin: 'https://a.example'
      },
      true
    ],
    [
      'its own, behind two proxies',
      {
        host: 'a.example',
        'x-forwarded-proto': 'https,http',
        origin: 'https://a.example'
      },
      true
    ],
    [
      'its own, for a WebSocket',
      {
        host: 'a.example',
        'x-forwarded-proto': 'wss',
        origin: 'https://a.example'
      },
      true
    ],
    [
      'one that is listed',
      { host: 'a.example', origin: 'https://hub.example' },
      true
    ],
    ['null', { host: 'a.example', origin: 'null' }, false],
    ['empty', { host: 'a.example', origin: '' }, false],
    [
      'another scheme',
      { host: 'a.example', origin: 'https://a.example' },
      false
    ],
    [
      'another port',
      { host: 'a.example:8000', origin: 'http://a.example' },
      false
    ],
    [
      'a name that starts alike',
      { host: 'a.example', origin: 'http://a.example.evil.example' },
      false
    ],
    [
      'a listed name that ends alike',
      { host: 'a.example', origin: 'https://evil-hub.example' },
      false
    ],
    ['a sibling', { host: 'a.example', origin: 'http://b.example' }, false],
    [
      'two',
      { host: 'a.example', origin: ['http://a.example', 'http://a.example'] },
      false
    ],
    [
      'two in one',
      { host: 'a.example', origin: 'http://a.example, http://evil.example' },
      false
    ],
    [
      'a path behind it',
      { host: 'a.example', origin: 'http://a.example/' },
      false
    ],
    [
      'two hosts',
      { host: ['a.example', 'b.example'], origin: 'http://a.example' },
      false
    ],
    [
      'a host that is none',
      { host: 'x@a.example', origin: 'http://a.example' },
      false
    ]
  ];
  for (const [what, headers, taken] of table) {
    it(`${what}: ${taken ? 'taken' : 'refused'}`, () => {
      if (taken) {
        assert.equal(origins.check(asked(headers)), headers.origin ?? null);
      } else {
        assert.throws(
          () => origins.check(asked(headers)),
          code('ORIGIN_REFUSED')
        );
      }
    });
  }

  it('the forwarded address counts only when a known proxy says it', () => {
    const from = (remoteAddress: string, forwarded: string) =>
      addressOf(
        {
          ...asked({ 'x-forwarded-for': forwarded }),
          socket: { remoteAddress }
        } as IncomingMessage,
        new Set(['127.0.0.1'])
      );
    assert.equal(from('127.0.0.1', '10.0.0.1, 10.0.0.2'), '10.0.0.2');
    assert.equal(from('::ffff:127.0.0.1', '10.0.0.2, 127.0.0.1'), '10.0.0.2');
    assert.equal(from('10.9.9.9', '10.0.0.1'), '10.9.9.9');
  });
});

describe('L the pace of calls', () => {
  it('takes a third of a minute at once, then one after the other, and forgets who rests', () => {
    const rate = new Rate(60);
    for (let call = 0; call < 20; call++) {
      rate.take('ada', 0);
    }
    assert.throws(() => rate.take('ada', 0), code('TOO_FAST'));
    rate.take('bob', 0);
    assert.throws(() => rate.take('ada', 999), code('TOO_FAST'));
    rate.take('ada', 1000);
    rate.take('carol', 120_000);
    assert.equal(rate.size, 1);
  });
});

describe('L uploads', () => {
  const make = (clock = new TestClock()) => ({
    clock,
    uploads: new Uploads({
      clock,
      chunkBytes: 4,
      mostBytes: 100,
      totalBytes: 150
    })
  });

  it('come in chunks and are whole, or refused', () => {
    const { uploads } = make();
    const { upload, chunks } = uploads.create('ada', 6);
    assert.equal(chunks, 2);
    const put = (index: string, text: string, user = 'ada') =>
      uploads.put(user, upload, index, Buffer.from(text));
    assert.throws(() => put('1', 'ef'), code('BAD_REQUEST'));
    assert.throws(() => put('0', 'abc'), code('BAD_REQUEST'));
    assert.throws(() => put('0', 'abcd', 'eve'), code('BAD_REQUEST'));
    for (const index of ['-1', '0.5', 'x', '1e1', '99999999']) {
      assert.throws(() => put(index, 'abcd'), code('BAD_REQUEST'));
    }
    put('0', 'xxxx');
    put('0', 'abcd');
    assert.throws(() => uploads.take('ada', upload), code('BAD_REQUEST'));
    put('1', 'ef');
    assert.throws(() => put('2', ''), code('BAD_REQUEST'));
    assert.throws(() => uploads.take('eve', upload), code('BAD_REQUEST'));
    assert.equal(uploads.take('ada', upload), 'abcdef');
    assert.throws(
      () => uploads.take('ada', upload),
      code('BAD_REQUEST'),
      'it is gone'
    );
  });

  it('are bounded for each, for one person, for all, and in time', () => {
    const { uploads, clock } = make();
    assert.throws(() => uploads.create('ada', 101), code('TOO_LARGE'));
    uploads.create('ada', 100);
    assert.throws(() => uploads.create('bob', 51), code('TOO_MANY'));
    uploads.create('ada', 10);
    uploads.create('ada', 10);
    assert.throws(() => uploads.create('ada', 1), code('TOO_MANY'));
    clock.advance(10 * 60_000);
    uploads.create('ada', 100);
  });

  it('that are not UTF-8 are no document', () => {
    const { uploads } = make();
    const { upload } = uploads.create('ada', 1);
    uploads.put('ada', upload, '0', Buffer.from([0xff]));
    assert.throws(() => uploads.take('ada', upload), code('FILE_UNSHAREABLE'));
  });
});

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

describe('L a person who calls too fast', () => {
  it('is told to wait and when, and others are not', async () => {
    const commons = await new TestCompanion().start({
      people: { ada: {}, bob: {} },
      env: { COMMONS_REQUESTS_PER_MINUTE: '30' }
    });
    try {
      await commons.signIn('ada');
      const answers = [];
      for (let call = 0; call < 11; call++) {
        answers.push(await commons.call('ada', 'listDocuments'));
      }
      assert.deepEqual(
        answers.map(({ status }) => status),
        [...Array(10).fill(200), 429]
      );
      assert.equal(answers[10]?.headers['retry-after'], '2');
      assert.equal((await commons.call('bob', 'listDocuments')).status, 200);
      commons.clock.advance(2000);
      assert.equal((await commons.call('ada', 'listDocuments')).status, 200);
    } finally {
      await commons.stop();
    }
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

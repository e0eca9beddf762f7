/** Who calls, as the browser and the proxies say: rule I8. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { addressOf } from '../../src/http/forwarded.ts';
import { Origins } from '../../src/http/origin.ts';
import { refusedWith } from '../refused-with.ts';

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
          refusedWith('ORIGIN_REFUSED')
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

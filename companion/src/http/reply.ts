import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable, pipeline } from 'node:stream';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { reasonOf, type Log } from '../log.ts';

/** What a resource answers; 204 has nothing more. */
export type Reply =
  | { status: 200 | 201 | 503; json: unknown }
  | { status: 200; text: string; type: string }
  /** A file to keep, sent as it is made; what fails on the way cuts it off. */
  | { status: 200; parts: AsyncIterable<string>; type: string; file: string }
  | { status: 204 };

/** On every answer, whoever asks: nothing is kept, guessed or framed. */
export const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; sandbox",
  'referrer-policy': 'no-referrer'
} as const;

/** Any exception as one of our own; what we did not expect is logged and named INTERNAL. */
export function asRefusal(
  error: unknown,
  log: Log,
  route: string
): CommonsError {
  if (error instanceof CommonsError) {
    return error;
  }
  log.error('request failed', { route, reason: reasonOf(error) });
  return new CommonsError('INTERNAL');
}

/** Headers that go with a refusal. */
export function refusalHeaders(refusal: CommonsError): Record<string, string> {
  return {
    ...(refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(refusal.retry && refusal.status !== 401 ? { 'retry-after': '2' } : {})
  };
}

/** Lets the listed origin read the answer; never with credentials. */
export function corsHeaders(origin: string | null): Record<string, string> {
  return origin === null
    ? { vary: 'Origin' }
    : {
        vary: 'Origin',
        'access-control-allow-origin': origin,
        'access-control-expose-headers': 'Retry-After'
      };
}

export function sendReply(
  response: ServerResponse,
  reply: Reply,
  headers: Record<string, string>
): void {
  const all = { ...commonHeaders, ...headers };
  if (reply.status === 204) {
    response.writeHead(204, all).end();
    return;
  }
  if ('parts' in reply) {
    response.writeHead(200, {
      ...all,
      'content-type': reply.type,
      'content-disposition': `attachment; filename="${reply.file}"`
    });
    pipeline(Readable.from(reply.parts), response, () => undefined);
    return;
  }
  const [type, text] =
    'json' in reply
      ? ['application/json; charset=utf-8', JSON.stringify(reply.json)]
      : [reply.type, reply.text];
  const body = Buffer.from(text, 'utf8');
  response.writeHead(reply.status, {
    ...all,
    'content-type': type,
    'content-length': body.length
  });
  response.end(body);
}

export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: CommonsError,
  headers: Record<string, string>
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(refusal.toBody()), 'utf8');
  // A body that was not read to its end would be taken for the next request.
  const hasBody =
    request.headers['transfer-encoding'] !== undefined ||
    Number(request.headers['content-length'] ?? 0) > 0;
  const unread = hasBody && !request.complete;
  response.writeHead(refusal.status, {
    ...commonHeaders,
    ...refusalHeaders(refusal),
    ...headers,
    ...(unread ? { connection: 'close' } : {}),
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length
  });
  response.end(body);
}

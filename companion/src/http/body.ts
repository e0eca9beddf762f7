import type { IncomingMessage } from 'node:http';
import { CommonsError } from '@jupyterlab-commons/protocol';

/** The bytes of a body; throws TOO_LARGE before more than `most` are held. */
export async function readBytes(
  request: IncomingMessage,
  most: number
): Promise<Buffer> {
  const tooLarge = () =>
    new CommonsError(
      'TOO_LARGE',
      `a body of ${most} bytes (COMMONS_BODY_BYTES)`
    );
  if (Number(request.headers['content-length'] ?? 0) > most) {
    throw tooLarge();
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > most) {
      throw tooLarge();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The type of the body without its parameters, in small letters. */
function typeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
}

/**
 * The body as JSON; an empty one is an empty object. Only `application/json`:
 * every other type a foreign page could send without asking first.
 */
export async function readJson(
  request: IncomingMessage,
  most: number
): Promise<unknown> {
  const bytes = await readBytes(request, most);
  if (bytes.length === 0) {
    return {};
  }
  if (typeOf(request) !== 'application/json') {
    throw new CommonsError(
      'BAD_REQUEST',
      'Content-Type must be application/json'
    );
  }
  try {
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      dropPrototype
    );
  } catch {
    throw new CommonsError('BAD_REQUEST', 'body must be JSON in UTF-8');
  }
}

/** A key that some code could take for the prototype never gets in. */
function dropPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** The raw bytes of a chunk. */
export async function readChunk(
  request: IncomingMessage,
  most: number
): Promise<Buffer> {
  if (typeOf(request) !== 'application/octet-stream') {
    throw new CommonsError(
      'BAD_REQUEST',
      'Content-Type must be application/octet-stream'
    );
  }
  return readBytes(request, most);
}

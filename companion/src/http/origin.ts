import type { IncomingMessage } from 'node:http';
import { CommonsError } from '@jupyterlab-commons/protocol';

/**
 * I8: exact comparison with a list. What starts alike, `null`, and two Origins
 * in one request are refused.
 */
export class Origins {
  readonly #listed: ReadonlySet<string>;

  constructor(listed: string[]) {
    this.#listed = new Set(listed);
  }

  /** The origin of the request if it may call, null for a request without one; throws ORIGIN_REFUSED. */
  check(request: IncomingMessage): string | null {
    const given = request.headersDistinct.origin ?? [];
    if (given.length === 0) {
      return null;
    }
    const [origin] = given;
    if (given.length === 1 && origin !== undefined && origin !== 'null') {
      if (this.#listed.has(origin) || origin === ownOrigin(request)) {
        return origin;
      }
    }
    throw new CommonsError('ORIGIN_REFUSED');
  }
}

/** Where the browser thinks it is: `Host`, with the scheme that the outermost proxy saw. */
function ownOrigin(request: IncomingMessage): string | null {
  const hosts = request.headersDistinct.host ?? [];
  if (hosts.length !== 1 || !hosts[0]) {
    return null;
  }
  const forwarded = request.headersDistinct['x-forwarded-proto']?.[0]
    ?.split(',')[0]
    ?.trim();
  // On WebSockets configurable-http-proxy says ws and wss.
  const scheme =
    forwarded === 'https' || forwarded === 'wss' ? 'https' : 'http';
  const own = URL.parse(`${scheme}://${hosts[0]}`);
  return own === null || own.username !== '' || own.pathname !== '/'
    ? null
    : own.origin;
}

/**
 * Whom to count a call for that names nobody: the address that the last proxy
 * we know saw, or else the one that connects.
 */
export function addressOf(
  request: IncomingMessage,
  proxies: ReadonlySet<string>
): string {
  const plain = (address: string) => address.replace(/^::ffff:/, '');
  const direct = plain(request.socket.remoteAddress ?? '');
  if (!proxies.has(direct)) {
    return direct;
  }
  const hops = (request.headersDistinct['x-forwarded-for'] ?? [])
    .join(',')
    .split(',');
  const last = hops
    .map(hop => plain(hop.trim()))
    .filter(hop => hop !== '' && !proxies.has(hop))
    .at(-1);
  return (last ?? direct).slice(0, 64);
}

import type { IncomingMessage } from 'node:http';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { isEncrypted } from './forwarded.ts';

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
  const scheme = isEncrypted(request) ? 'https' : 'http';
  const own = URL.parse(`${scheme}://${hosts[0]}`);
  return own === null || own.username !== '' || own.pathname !== '/'
    ? null
    : own.origin;
}

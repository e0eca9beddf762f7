/** What the proxies in front of us say of a request. */
import type { IncomingMessage } from 'node:http';

/** Whether the browser's own connection is encrypted, as the outermost proxy saw it. */
export function isEncrypted(request: IncomingMessage): boolean {
  const scheme = request.headersDistinct['x-forwarded-proto']?.[0]
    ?.split(',')[0]
    ?.trim();
  // On WebSockets configurable-http-proxy says ws and wss.
  return scheme === 'https' || scheme === 'wss';
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

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { FrontDoor } from '../dashboard/front-door.ts';
import type { Log } from '../log.ts';
import type { Origins } from './origin.ts';
import {
  asRefusal,
  commonHeaders,
  corsHeaders,
  sendRefusal,
  sendReply
} from './reply.ts';
import type { Router } from './router.ts';

const MOST_URL_CHARACTERS = 8192;

export type HttpOptions = {
  /** Starts and ends with a slash. */
  prefix: string;
  origins: Origins;
  router: Router;
  /** The admin's page; null where nobody can sign in to it. */
  frontDoor: FrontDoor | null;
  log: Log;
};

/** The path below the prefix and the query; null for an address that is not ours. */
export function targetOf(
  request: IncomingMessage,
  prefix: string
): { path: string; query: URLSearchParams } | null {
  const url = request.url ?? '';
  if (url.length > MOST_URL_CHARACTERS || !url.startsWith(prefix)) {
    return null;
  }
  const [path = '', query = ''] = url.slice(prefix.length).split('?', 2);
  return { path, query: new URLSearchParams(query) };
}

/** The HTTP side: origin, route, proof, door, resource, in this order. */
export function createHttpServer(options: HttpOptions): Server {
  const { log } = options;
  const server = createServer(
    { maxHeaderSize: 16_384 },
    (request, response) => {
      request.on('error', () => {});
      response.on('error', () => {});
      handle(options, request, response).catch((error: unknown) => {
        asRefusal(error, log, 'answer');
        response.destroy();
      });
    }
  );
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 65_000;
  server.on('clientError', (_error, socket) => {
    if (socket.writable) {
      socket.end(
        'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'
      );
    }
  });
  return server;
}

async function handle(
  { prefix, origins, router, frontDoor, log }: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse
): Promise<void> {
  const method = request.method ?? '';
  let cors: Record<string, string> = corsHeaders(null);
  let route = 'none';
  let allow: string[] = [];
  try {
    const target = targetOf(request, prefix);
    cors = corsHeaders(origins.check(request));
    if (target === null) {
      throw new CommonsError('NO_ROUTE');
    }
    if (frontDoor?.takes(method, target.path)) {
      route = 'dashboard';
      await frontDoor.answer(request, response, target.path, target.query);
      return;
    }
    allow = router.methodsOf(target.path);
    if (
      method === 'OPTIONS' &&
      allow.length > 0 &&
      request.headers.origin !== undefined
    ) {
      preflight(response, cors, allow);
      return;
    }
    const found = router.find(method, target.path);
    route = found.name;
    sendReply(
      response,
      await router.answer(request, found, target.query),
      cors
    );
  } catch (error) {
    const refusal = asRefusal(error, log, route);
    log.debug('refused', { route, method, code: refusal.code });
    const extra: Record<string, string> =
      refusal.code === 'WRONG_METHOD' ? { allow: allow.join(', ') } : {};
    sendRefusal(request, response, refusal, { ...cors, ...extra });
  }
}

function preflight(
  response: ServerResponse,
  cors: Record<string, string>,
  allow: string[]
): void {
  response
    .writeHead(204, {
      ...commonHeaders,
      ...cors,
      'access-control-allow-methods': allow.join(', '),
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '600'
    })
    .end();
}

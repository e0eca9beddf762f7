import type { IncomingMessage } from 'node:http';
import {
  CommonsError,
  matchPath,
  routes,
  type Decoder,
  type Operation,
  type Route,
  type RouteName
} from '@jupyterlab-commons/protocol';
import type { Callers, Caller } from '../hub/callers.ts';
import type { Claims } from '../hub/sessions.ts';
import type { Clock } from '../rooms/types.ts';
import type { Access, Door } from '../sharing/authorise.ts';
import { readChunk, readJson } from './body.ts';
import { addressOf } from './forwarded.ts';
import { Rate } from './rate.ts';
import type { Reply } from './reply.ts';

type Table = typeof routes;
export type HttpRoute = {
  [N in RouteName]: Table[N]['method'] extends 'WS' ? never : N;
}[RouteName];

/** What every resource is handed. */
type Call = {
  parts: Record<string, string>;
  query: URLSearchParams;
  /** The body, decoded; throws BAD_REQUEST or TOO_LARGE. */
  body<T>(decode: Decoder<T>): Promise<T>;
  /** The raw bytes of a chunk. */
  chunk(): Promise<Buffer>;
};

/**
 * A resource is handed exactly what its row of the route table proves: without
 * a row there is no caller, and without an operation no document.
 */
export type CallOf<N extends HttpRoute> = Call &
  (Table[N]['proof'] extends 'session'
    ? { caller: Caller; claims: Claims }
    : unknown) &
  (Table[N]['proof'] extends 'hub' ? { token: string } : unknown) &
  (Table[N]['operation'] extends Operation ? { access: Access } : unknown);

export type Resources = {
  [N in HttpRoute]: (call: CallOf<N>) => Promise<Reply>;
};

const httpRoutes = Object.entries(routes).filter(
  (row): row is [HttpRoute, Table[HttpRoute]] => row[1].method !== 'WS'
);

/** A chunk is one of hundreds, so it counts for less than other calls. */
const costs: Partial<Record<RouteName, number>> = { putChunk: 0.1 };

export type RouterOptions = {
  resources: Resources;
  callers: Callers;
  /** Whether a token is the secret for routes with that proof. */
  secrets: Record<'hook' | 'metrics', (token: string) => boolean>;
  door: Door;
  clock: Clock;
  bodyBytes: number;
  requestsPerMinute: number;
  signIns: Rate;
  proxies: ReadonlySet<string>;
};

/** The value of `Authorization` after the scheme, or null. Two such headers prove nothing. */
export function credential(
  request: IncomingMessage,
  schemes: string[]
): string | null {
  const given = request.headersDistinct.authorization ?? [];
  const match =
    given.length === 1
      ? /^(\w+) +([\x21-\x7e]{1,8192})$/.exec(given[0]!)
      : null;
  return match && schemes.includes(match[1]!.toLowerCase()) ? match[2]! : null;
}

export class Router {
  readonly #options: RouterOptions;
  readonly #rate: Rate;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#rate = new Rate(options.requestsPerMinute);
  }

  /** The methods that `path` takes; empty where there is nothing. */
  methodsOf(path: string): string[] {
    const fitting = httpRoutes.filter(
      ([, route]) => matchPath(route.path, path) !== null
    );
    return [...new Set(fitting.map(([, route]) => route.method))];
  }

  /** The row for a call; throws NO_ROUTE or WRONG_METHOD. */
  find(
    method: string,
    path: string
  ): { name: HttpRoute; parts: Record<string, string> } {
    for (const [name, route] of httpRoutes) {
      const parts =
        route.method === method ? matchPath(route.path, path) : null;
      if (parts !== null) {
        return { name, parts };
      }
    }
    throw new CommonsError(
      this.methodsOf(path).length > 0 ? 'WRONG_METHOD' : 'NO_ROUTE'
    );
  }

  /** Proof, then pace, then the door, then the resource; each throws a CommonsError. */
  async answer(
    request: IncomingMessage,
    found: { name: HttpRoute; parts: Record<string, string> },
    query: URLSearchParams
  ): Promise<Reply> {
    const { resources, door, bodyBytes } = this.#options;
    const { name, parts } = found;
    const route: Route = routes[name];
    const proven = this.#prove(request, name);
    const access =
      route.operation === null || proven.caller === undefined
        ? undefined
        : await door.authorise(proven.caller, parts.id ?? '', route.operation);
    const call = {
      parts,
      query,
      body: async <T>(decode: Decoder<T>) =>
        decode(await readJson(request, bodyBytes)),
      chunk: () => readChunk(request, bodyBytes),
      ...proven,
      access
    };
    // The table above says which of these fields are there; TypeScript cannot follow it by name.
    const resource = resources[name] as (call: unknown) => Promise<Reply>;
    return resource(call);
  }

  #prove(
    request: IncomingMessage,
    name: HttpRoute
  ): { caller?: Caller; claims?: Claims; token?: string } {
    const { callers, clock, signIns, proxies, secrets } = this.#options;
    const { proof, operation, method } = routes[name];
    if (proof === 'session') {
      const session = credential(request, ['bearer']);
      if (session === null) {
        throw new CommonsError('SIGNED_OUT');
      }
      const { caller, claims } = callers.ofSession(session);
      this.#rate.take(caller.user, clock.now(), costs[name]);
      if (
        caller.readOnly &&
        operation === null &&
        method !== 'GET' &&
        name !== 'eventsTicket'
      ) {
        throw new CommonsError(
          'HUB_ABSENT',
          'until it is back, documents can be read only'
        );
      }
      return { caller, claims };
    }
    const token = credential(request, ['token', 'bearer']);
    const isSecret = proof === 'hook' || proof === 'metrics';
    if (isSecret && token !== null && secrets[proof](token)) {
      // The hub starts many servers at once; its secret is its pace.
      return {};
    }
    if (name !== 'health' && name !== 'ready') {
      signIns.take(addressOf(request, proxies), clock.now());
    }
    if (proof === 'none') {
      return {};
    }
    if (token === null || isSecret) {
      throw new CommonsError('SIGNED_OUT');
    }
    return { token };
  }
}

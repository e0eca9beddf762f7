import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** As the hub tells of a server; `started` is ISO 8601. */
export type StubServer = {
  started: string | null;
  user_options?: unknown;
  pending?: string | null;
  stopped?: boolean;
};
export type StubUser = {
  groups?: string[];
  admin?: boolean;
  displayName?: string;
  servers?: Record<string, StubServer>;
};
export type StubToken = { user: string; scopes: string[]; kind?: string };

/** The part of the hub API that the companion asks, over real HTTP. */
export class StubHub {
  readonly users = new Map<string, StubUser>();
  readonly tokens = new Map<string, StubToken>();
  readonly serviceToken = 'service-secret';
  /** What every call gets instead of an answer. */
  mood: 'well' | 'refusing' | 'lying' | 'redirecting' = 'well';
  readonly asked: string[] = [];
  /** Codes of the OAuth sign-in that were not redeemed yet: whose token each brings, and its challenge. */
  readonly codes = new Map<string, { token: string; challenge: string }>();
  url = '';
  readonly #server = createServer((request, response) =>
    this.#answer(request, response)
  );

  async start(port = 0): Promise<this> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hub/api`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  /** A user with the token of a page on their own server. */
  add(name: string, user: StubUser = {}): string {
    this.users.set(name, user);
    const token = `page-token-of-${name}`;
    this.tokens.set(token, {
      user: name,
      scopes: [`access:servers!server=${name}/`]
    });
    return token;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').replace(/^\/hub\/api\//, '');
    this.asked.push(path);
    const token = (request.headers.authorization ?? '').replace(/^token /, '');
    const send = (status: number, body: unknown) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify(body));
    if (path === 'oauth2/token' && this.mood === 'well') {
      void this.#redeem(request, send);
      return;
    }
    switch (this.mood) {
      case 'refusing':
        send(503, { message: 'starting' });
        return;
      case 'lying':
        response.writeHead(200).end('<html>');
        return;
      case 'redirecting':
        response.writeHead(302, { location: `${this.url}/user` }).end();
        return;
      case 'well':
        this.#well(path, token, send);
    }
  }

  /** A code is good once, for who holds the client secret and the verifier. */
  async #redeem(
    request: IncomingMessage,
    send: (status: number, body: unknown) => void
  ): Promise<void> {
    const form = new URLSearchParams(await text(request));
    const code = form.get('code') ?? '';
    const known = this.codes.get(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const fits =
      form.get('client_secret') === this.serviceToken &&
      known?.challenge === challenge;
    this.codes.delete(code);
    send(
      fits ? 200 : 400,
      fits ? { access_token: known?.token } : { error: 'invalid_grant' }
    );
  }

  #well(
    path: string,
    token: string,
    send: (status: number, body: unknown) => void
  ): void {
    if (path === 'user') {
      const known = this.tokens.get(token);
      const user = known && this.users.get(known.user);
      send(
        user ? 200 : 403,
        user && {
          kind: known.kind ?? 'user',
          name: known.user,
          scopes: known.scopes,
          admin: user.admin ?? false,
          groups: user.groups ?? []
        }
      );
    } else if (token !== this.serviceToken) {
      send(403, {});
    } else if (path === '') {
      send(200, { version: '6.1.1' });
    } else if (path.startsWith('users?')) {
      send(200, this.#page(new URLSearchParams(path.slice(6))));
    } else {
      const name = decodeURIComponent(path.replace(/^users\//, ''));
      const user = this.users.get(name);
      send(
        user ? 200 : 404,
        user && {
          ...{ kind: 'user', name, groups: user.groups ?? [] },
          servers: user.servers ?? {}
        }
      );
    }
  }

  /** As JupyterHub 6 answers it to a service with our scopes. */
  #page(query: URLSearchParams): unknown {
    const part = query.get('name_filter') ?? '';
    const offset = Number(query.get('offset') ?? 0);
    const limit = Math.min(200, Number(query.get('limit') ?? 50));
    const found = [...this.users].filter(
      ([name, { servers = {} }]) =>
        name.includes(part) &&
        (query.get('state') !== 'active' || Object.keys(servers).length > 0)
    );
    const next = offset + limit;
    return {
      items: found.slice(offset, next).map(([name, user]) => ({
        kind: 'user',
        name,
        admin: user.admin ?? false,
        groups: user.groups ?? [],
        user_info: { display_name: user.displayName ?? name },
        servers: Object.fromEntries(
          Object.entries(user.servers ?? {}).map(([server, each]) => [
            server,
            {
              name: server,
              ready: true,
              pending: null,
              stopped: false,
              user_options: {},
              ...each
            }
          ])
        )
      })),
      _pagination: {
        offset,
        limit,
        total: found.length,
        next: next < found.length ? { offset: next, limit } : null
      }
    };
  }
}

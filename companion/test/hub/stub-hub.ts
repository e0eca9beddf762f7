import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type StubUser = { groups?: string[]; admin?: boolean };
export type StubToken = { user: string; scopes: string[]; kind?: string };

/** The part of the hub API that the companion asks, over real HTTP. */
export class StubHub {
  readonly users = new Map<string, StubUser>();
  readonly tokens = new Map<string, StubToken>();
  readonly serviceToken = 'service-secret';
  /** What every call gets instead of an answer. */
  mood: 'well' | 'refusing' | 'lying' | 'redirecting' = 'well';
  readonly asked: string[] = [];
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
      const part = new URLSearchParams(path.slice(6)).get('name_filter') ?? '';
      const items = [...this.users.keys()]
        .filter(name => name.includes(part))
        .map(name => ({ kind: 'user', name }));
      send(200, { items, _pagination: { next: null } });
    } else {
      const name = decodeURIComponent(path.replace(/^users\//, ''));
      const user = this.users.get(name);
      send(
        user ? 200 : 404,
        user && { kind: 'user', name, groups: user.groups ?? [] }
      );
    }
  }
}

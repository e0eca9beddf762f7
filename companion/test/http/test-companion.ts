import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import {
  pathOf,
  routes,
  SUBPROTOCOL,
  type ErrorCode,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { WebSocket } from 'ws';
import { createCompanion, type Companion } from '../../src/companion.ts';
import { readConfig } from '../../src/config.ts';
import {
  StaticTokens,
  type StaticPerson
} from '../../src/hub/static-tokens.ts';
import { createLog } from '../../src/log.ts';
import { MemoryLedgerStore } from '../../src/storage/ledger-memory.ts';
import type { LedgerStore } from '../../src/storage/ledger-store.ts';
import { MemoryStore } from '../../src/storage/memory.ts';
import { TestClock } from '../rooms/test-clock.ts';
import { roundTrip, TestSocket } from './test-socket.ts';

export const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    {
      cell_type: 'code',
      id: 'one',
      source: 'print(1)',
      metadata: {},
      outputs: [],
      execution_count: null
    }
  ]
};

export type Answer = {
  status: number;
  code: ErrorCode | null;
  /** As it came; what is in it is what the tests are about. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
  headers: Record<string, unknown>;
};

export type CallOptions = {
  as?: string | null;
  body?: unknown;
  raw?: Buffer;
  headers?: Record<string, string | string[]>;
  query?: string;
  method?: string;
};

/** A companion with real sockets and time that the test moves. */
export class TestCompanion {
  readonly clock = new TestClock();
  readonly store: MemoryStore;
  readonly ledgerStore: LedgerStore;
  readonly lines: string[] = [];
  readonly #sessions = new Map<string, string>();
  readonly #sockets: WebSocket[] = [];
  readonly #agent = new Agent({ keepAlive: false });
  #companion: Companion | null = null;
  base = '';

  constructor(
    store = new MemoryStore(),
    ledgerStore: LedgerStore = new MemoryLedgerStore()
  ) {
    this.store = store;
    this.ledgerStore = ledgerStore;
  }

  async start(options: {
    people?: Record<string, Partial<StaticPerson>>;
    env?: Record<string, string>;
    key?: Buffer;
  }): Promise<this> {
    const { people = {}, env = {}, key = Buffer.alloc(32, 1) } = options;
    const config = readConfig(
      ['--port', '0', '--prefix', '/services/commons/'],
      {
        COMMONS_TOKENS_FILE: 'given below',
        COMMONS_LOG_LEVEL: 'debug',
        ...env
      }
    )!;
    const rows = Object.entries(people).map(([user, person]) => [
      `token-of-${user}`,
      { user, ...person }
    ]);
    this.#companion = createCompanion({
      config,
      store: this.store,
      ledgerStore: this.ledgerStore,
      key,
      tokens: new StaticTokens(Object.fromEntries(rows)),
      log: createLog({ level: 'debug', write: line => this.lines.push(line) }),
      clock: this.clock
    });
    this.base = (await this.#companion.listen()).url;
    return this;
  }

  get watch() {
    return this.#companion!.watch;
  }

  async stop(): Promise<void> {
    await this.#companion?.close();
    this.#sockets.forEach(socket => socket.terminate());
    this.#agent.destroy();
  }

  /**
   * Time passes while everybody lives: the companion's pings are answered on
   * the way, which a clock that jumps would not let happen.
   */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10_000) {
      this.clock.advance(Math.min(10_000, left));
      for (const socket of this.#sockets.filter(
        each => each.readyState === WebSocket.OPEN
      )) {
        // The second answer comes after the companion has read our answer to its own ping.
        await roundTrip(socket);
        await roundTrip(socket);
      }
    }
  }

  /** Lets seconds pass, one by one with what each brings, until `done` holds. */
  async passUntil(done: () => boolean, seconds = 300): Promise<void> {
    for (let left = seconds; !done(); left--) {
      if (left === 0) {
        throw new Error(`it does not come within ${seconds} s`);
      }
      this.clock.advance(1000);
      // What other threads do takes real time.
      await new Promise(resolve => setImmediate(resolve));
      for (const socket of this.#sockets) {
        if (socket.readyState === WebSocket.OPEN) {
          await roundTrip(socket);
          await roundTrip(socket);
        }
      }
    }
  }

  /** A session for that person, by their static token unless another token is given. */
  async signIn(user: string, token = `token-of-${user}`): Promise<string> {
    const { body, code } = await this.send(
      'session',
      {},
      { as: null, body: {}, headers: { authorization: `token ${token}` } }
    );
    if (code !== null) {
      throw new Error(`${user} cannot sign in: ${code}`);
    }
    this.#sessions.set(user, body.session);
    return body.session;
  }

  session(user: string): string {
    return this.#sessions.get(user)!;
  }

  async call(
    user: string,
    route: RouteName,
    parts: Record<string, string> = {},
    body?: unknown
  ): Promise<Answer> {
    if (!this.#sessions.has(user)) {
      await this.signIn(user);
    }
    return this.send(route, parts, { as: user, body });
  }

  /** One HTTP call exactly as told: fetch would not let a test say Origin or Cookie. */
  async send(
    route: RouteName,
    parts: Record<string, string>,
    options: CallOptions = {}
  ): Promise<Answer> {
    const { as = null, body, raw, headers = {}, query = '' } = options;
    const method = options.method ?? routes[route].method;
    const data =
      raw ?? (body === undefined ? null : Buffer.from(JSON.stringify(body)));
    const request = httpRequest(`${this.base}${pathOf(route, parts)}${query}`, {
      method: method === 'WS' ? 'GET' : method,
      agent: this.#agent,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${this.session(as)}` }),
        ...(data === null
          ? {}
          : {
              'content-type': raw
                ? 'application/octet-stream'
                : 'application/json'
            }),
        ...(data === null || 'transfer-encoding' in headers
          ? {}
          : { 'content-length': data.length }),
        ...headers
      }
    });
    request.end(data ?? undefined);
    const [response] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const json =
      String(response.headers['content-type']).startsWith('application/json') &&
      text !== ''
        ? JSON.parse(text)
        : text;
    return {
      status: response.statusCode,
      code: json?.error?.code ?? null,
      body: json,
      headers: response.headers
    };
  }

  async share(
    owner: string,
    what: object = { name: 'a.ipynb', type: 'notebook', content: notebook }
  ): Promise<string> {
    const { body, status } = await this.call(owner, 'createDocument', {}, what);
    if (status >= 300) {
      throw new Error(JSON.stringify(body));
    }
    return body.id;
  }

  async ticket(user: string, id: string | null): Promise<string> {
    const { body } =
      id === null
        ? await this.call(user, 'eventsTicket', {}, {})
        : await this.call(user, 'documentTicket', { id }, {});
    return body.ticket;
  }

  /** A socket exactly as told; see `TestSocket.outcome`. */
  dial(
    path: string,
    protocols: string[],
    headers: Record<string, string> = {}
  ): TestSocket {
    const socket = new WebSocket(
      `${this.base.replace('http', 'ws')}${path}`,
      protocols,
      { headers }
    );
    this.#sockets.push(socket);
    return new TestSocket(socket);
  }

  async sync(user: string, id: string): Promise<TestSocket> {
    const socket = this.dial(pathOf('sync', { id }), [
      SUBPROTOCOL,
      await this.ticket(user, id)
    ]);
    await socket.opened();
    return socket;
  }

  async events(user: string): Promise<TestSocket> {
    const socket = this.dial(pathOf('events'), [
      SUBPROTOCOL,
      await this.ticket(user, null)
    ]);
    await socket.event('hello');
    return socket;
  }
}

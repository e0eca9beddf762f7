/**
 * Every route with every kind of caller, from the route table (rules A1, A3,
 * I2, I6, I8). A new route without an answer here fails.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  may,
  operations,
  pathOf,
  routes,
  SUBPROTOCOL,
  type Role,
  type Route,
  type RouteName
} from '@jupyterlab-commons/protocol';
import { TestCompanion } from './test-companion.ts';

const identities = [
  'owner',
  'editor',
  'viewer',
  'outsider',
  'anonymous',
  'cookie',
  'forged',
  'origin',
  'used'
] as const;
type Identity = (typeof identities)[number];

const people: Partial<Record<Identity, { user: string; role: Role | null }>> = {
  owner: { user: 'ada', role: 'owner' },
  editor: { user: 'bob', role: 'edit' },
  viewer: { user: 'carol', role: 'view' },
  outsider: { user: 'dora', role: null }
};

const bodies: Partial<Record<RouteName, unknown>> = {
  createUpload: { bytes: 10 },
  createDocument: { name: 'b.txt', type: 'text', content: 'b' },
  renameDocument: { name: 'c' },
  chooseFile: { choice: 'keep-live' },
  putUserShare: { role: 'view' },
  putGroupShare: { role: 'view' },
  putLinkShare: { role: 'view' },
  documentTicket: {},
  eventsTicket: {},
  session: {},
  askQuota: { policy: 'none', message: 'more' }
};

/** What somebody who is let in may be told that is not a success, with these bodies. */
const wellMeant: Partial<Record<RouteName, string[]>> = {
  putChunk: ['BAD_REQUEST'],
  chooseFile: ['BAD_REQUEST'],
  askQuota: ['POLICY_UNKNOWN']
};

describe('every route with every identity', () => {
  let commons: TestCompanion;

  before(async () => {
    commons = await new TestCompanion().start({
      people: { ada: { groups: ['lab'] }, bob: {}, carol: {}, dora: {} },
      env: {
        COMMONS_DOCUMENTS_PER_PERSON: '100000',
        COMMONS_REQUESTS_PER_MINUTE: '1000000'
      }
    });
    for (const user of ['ada', 'bob', 'carol', 'dora']) {
      await commons.signIn(user);
    }
  });
  after(() => commons.stop());

  async function freshDocument(): Promise<string> {
    const id = await commons.share('ada');
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'bob' },
      { role: 'edit' }
    );
    await commons.call(
      'ada',
      'putUserShare',
      { id, name: 'carol' },
      { role: 'view' }
    );
    return id;
  }

  function partsFor(name: RouteName, id: string): Record<string, string> {
    const share = name.includes('Group') ? 'lab' : 'dora';
    const other = { user: 'dora', server: 'none' };
    return {
      id,
      name: share,
      upload: 'none',
      index: '0',
      merge: 'none',
      ...other
    };
  }

  /** What must come of it; null for success. */
  function expected(
    name: RouteName,
    route: Route,
    who: Identity
  ): string | null {
    const person = people[who];
    if (who === 'origin') {
      return 'ORIGIN_REFUSED';
    }
    if (route.proof === 'none') {
      return null;
    }
    if (route.proof === 'hook' || route.proof === 'metrics') {
      // Whoever they are: what proves a person is not the secret of the hub's hook or of Prometheus.
      return 'SIGNED_OUT';
    }
    if (route.proof === 'ticket' && who === 'used') {
      return 'TICKET_INVALID';
    }
    if (!person) {
      // A ticket that is no ticket was offered, but it proves nothing.
      return route.proof === 'ticket' && who === 'forged'
        ? 'TICKET_INVALID'
        : 'SIGNED_OUT';
    }
    if (route.path.startsWith('api/admin/')) {
      // Nobody here looks after anybody; admins have a matrix of their own.
      return 'ADMIN_ONLY';
    }
    if (route.operation === null || may(person.role, route.operation)) {
      return name === 'leaveDocument' && person.role === 'owner'
        ? 'BAD_REQUEST'
        : null;
    }
    return person.role === null ? 'NOT_FOUND' : 'ROLE_TOO_LOW';
  }

  function headersFor(route: Route, who: Identity): Record<string, string> {
    const user =
      people[who]?.user ?? (who === 'origin' || who === 'used' ? 'ada' : null);
    const headers: Record<string, string> = {};
    if (who === 'used') {
      headers.authorization = 'Bearer cs1.used.before';
    } else if (who === 'forged') {
      const [version, payload, mac] = commons.session('ada').split('.');
      headers.authorization = `Bearer ${version}.${payload}.${mac!.split('').reverse().join('')}`;
    } else if (user !== null && route.proof === 'session') {
      headers.authorization = `Bearer ${commons.session(user)}`;
    } else if (
      user !== null &&
      ['hub', 'hook', 'metrics'].includes(route.proof)
    ) {
      headers.authorization = `token token-of-${user}`;
    }
    if (who === 'cookie') {
      headers.cookie = `session=${commons.session('ada')}; jupyterhub-session-id=token-of-ada; _xsrf=1`;
    }
    if (who === 'origin') {
      headers.origin = 'https://evil.example';
    }
    return headers;
  }

  async function overHttp(
    name: RouteName,
    who: Identity,
    id: string
  ): Promise<string | null> {
    const options = {
      body: bodies[name],
      headers: headersFor(routes[name], who)
    };
    const raw =
      name === 'putChunk' ? { raw: Buffer.alloc(1), body: undefined } : {};
    const answer = await commons.send(name, partsFor(name, id), {
      ...options,
      ...raw
    });
    assert.ok(
      answer.status < 300 || answer.code !== null,
      `${name} answered ${answer.status} without a code`
    );
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['cache-control'], 'no-store');
    return answer.code;
  }

  async function overSocket(
    name: RouteName,
    who: Identity,
    id: string
  ): Promise<string | null> {
    const route: Route = routes[name];
    const headers = headersFor(route, who);
    delete headers.authorization;
    const protocols: string[] = [];
    if (route.proof === 'ticket') {
      protocols.push(SUBPROTOCOL);
      const document = name === 'sync' ? id : null;
      const user =
        people[who]?.user ??
        (who === 'origin' || who === 'used' ? 'ada' : null);
      const ticket = user && (await commons.ticket(user, document));
      if (who === 'used') {
        await commons
          .dial(pathOf(name, { id }), [SUBPROTOCOL, ticket!])
          .opened();
      }
      if (who === 'forged') {
        protocols.push('A'.repeat(43));
      } else if (ticket) {
        protocols.push(ticket);
      }
    } else {
      Object.assign(headers, headersFor(route, who));
    }
    const socket = commons.dial(pathOf(name, { id }), protocols, headers);
    const outcome = await socket.outcome();
    socket.socket.terminate();
    return outcome === 'open' ? null : outcome;
  }

  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    it(`${route.method} ${route.path}`, async () => {
      for (const who of identities) {
        const id = await freshDocument();
        const socket = route.method === 'WS';
        const outcome = socket
          ? await overSocket(name, who, id)
          : await overHttp(name, who, id);
        let wanted = expected(name, route, who);
        if (socket && name === 'sync' && who === 'outsider') {
          // An outsider gets no ticket in the first place, and has nothing to show.
          wanted = 'SIGNED_OUT';
        }
        const allowed =
          wanted === null && outcome !== null ? (wellMeant[name] ?? []) : [];
        assert.ok(
          outcome === wanted || allowed.includes(outcome ?? ''),
          `${who}: ${outcome} instead of ${wanted}`
        );
      }
    });
  }

  it('A3 to an outsider every document route says the same of what is and what is not there', async () => {
    const id = await freshDocument();
    for (const [name, { operation, method }] of Object.entries(routes) as [
      RouteName,
      Route
    ][]) {
      if (operation === null || method === 'WS') {
        continue;
      }
      const answers = [];
      for (const other of [
        id,
        'z'.repeat(26),
        'short',
        'Z'.repeat(26),
        `${id}x`
      ]) {
        const { status, body } = await commons.send(
          name,
          partsFor(name, other),
          { as: 'dora', body: bodies[name] }
        );
        answers.push({ status, body });
      }
      for (const answer of answers) {
        assert.deepEqual(
          answer,
          answers[0],
          `${name} with ${operations[operation]}`
        );
      }
      assert.equal(answers[0]?.status, 404);
    }
  });

  it('what is not in the table is NO_ROUTE, another method is WRONG_METHOD with Allow', async () => {
    const wrong = await commons.send(
      'listShares',
      { id: 'x' },
      { method: 'PATCH' }
    );
    assert.equal(wrong.code, 'WRONG_METHOD');
    assert.equal(wrong.headers.allow, 'GET');
    const socketPath = await commons.send('sync', { id: 'x' }, { as: 'ada' });
    assert.equal(socketPath.code, 'NO_ROUTE');
    const documents = await commons
      .dial('api/documents', [SUBPROTOCOL, 'x'])
      .refused();
    assert.equal(documents.code, 'NO_ROUTE');
  });
});

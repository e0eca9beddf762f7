/** Who somebody is: rules I3, I4, I5. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ownServer } from '../../src/hub/identity.ts';
import { sessionKey } from '../../src/hub/session-key.ts';
import {
  PROLONG_MS,
  Sessions,
  SESSION_MS,
  standingOf
} from '../../src/hub/sessions.ts';
import { readStaticTokens, StaticTokens } from '../../src/hub/static-tokens.ts';
import { Tickets, TICKET_MS } from '../../src/hub/tickets.ts';
import { refusedWith } from '../refused-with.ts';

describe('I3 the own-server rule', () => {
  const identify = ['read:users:name!user=bob', 'read:users:groups!user=bob'];
  const table: [
    what: string,
    user: Parameters<typeof ownServer>[0],
    server: string | null
  ][] = [
    [
      'the page of their own server',
      {
        kind: 'user',
        name: 'bob',
        scopes: [...identify, 'access:servers!server=bob/']
      },
      ''
    ],
    [
      'a named server of their own',
      { kind: 'user', name: 'bob', scopes: ['access:servers!server=bob/gpu'] },
      'gpu'
    ],
    [
      'the server itself',
      {
        kind: 'user',
        name: 'bob',
        scopes: ['users:activity!user=bob', 'access:servers!server=bob/']
      },
      ''
    ],
    [
      'a token of their own for all their servers',
      {
        kind: 'user',
        name: 'bob',
        scopes: ['access:servers!user=bob', 'access:servers!server=alice/']
      },
      ''
    ],
    [
      'an admin with every server',
      { kind: 'user', name: 'root', admin: true, scopes: ['access:servers'] },
      ''
    ],
    [
      'two of their own servers at once',
      {
        kind: 'user',
        name: 'bob',
        scopes: ['access:servers!server=bob/a', 'access:servers!server=bob/b']
      },
      ''
    ],
    [
      'a guest on the server of alice',
      {
        kind: 'user',
        name: 'bob',
        scopes: [...identify, 'access:servers!server=alice/']
      },
      null
    ],
    [
      'an admin as guest',
      {
        kind: 'user',
        name: 'root',
        admin: true,
        scopes: ['access:servers!server=alice/']
      },
      null
    ],
    [
      'a name that only starts alike',
      { kind: 'user', name: 'bob', scopes: ['access:servers!server=bobby/'] },
      null
    ],
    [
      'another user whose scope looks alike',
      { kind: 'user', name: 'bob', scopes: ['access:servers!user=bobby'] },
      null
    ],
    [
      'a server without its slash',
      { kind: 'user', name: 'bob', scopes: ['access:servers!server=bob'] },
      null
    ],
    [
      'a group of servers',
      { kind: 'user', name: 'bob', scopes: ['access:servers!group=physics'] },
      null
    ],
    ['identify alone', { kind: 'user', name: 'bob', scopes: identify }, null],
    ['no scopes', { kind: 'user', name: 'bob' }, null],
    [
      'a service',
      { kind: 'service', name: 'bob', scopes: ['access:servers'] },
      null
    ],
    [
      'nothing said about the kind',
      { name: 'bob', scopes: ['access:servers'] },
      null
    ],
    [
      'a name with a slash',
      { kind: 'user', name: 'bob/x', scopes: ['access:servers!server=bob/x/'] },
      null
    ]
  ];
  for (const [what, user, server] of table) {
    it(`${what}: ${server === null ? 'refused' : `server "${server}"`}`, () => {
      assert.equal(ownServer(user), server);
    });
  }
});

describe('I4 sessions', () => {
  const proven = {
    user: 'bob',
    displayName: 'Bob',
    groups: ['physics'],
    admin: false,
    server: ''
  };
  const sessions = new Sessions(Buffer.alloc(32, 7));

  it('says who it was made for, and keeps its id for the same user only', () => {
    const { session, claims } = sessions.issue(proven, 1000, null);
    assert.deepEqual(sessions.read(session), claims);
    assert.equal(claims.expiresAt, 1000 + SESSION_MS);
    assert.equal(sessions.issue(proven, 2000, claims).claims.id, claims.id);
    assert.notEqual(
      sessions.issue({ ...proven, user: 'eve' }, 2000, claims).claims.id,
      claims.id
    );
    assert.notEqual(
      sessions.issue({ ...proven, server: 'gpu' }, 2000, claims).claims.id,
      claims.id
    );
  });

  it('is refused when any character of it is another', () => {
    const { session } = sessions.issue(proven, 1000, null);
    for (let at = 0; at < session.length; at++) {
      const letter = session[at] === 'A' ? 'B' : 'A';
      const forged = session.slice(0, at) + letter + session.slice(at + 1);
      // The last character of base64url may carry bits that say nothing; the text must still differ.
      assert.throws(
        () => sessions.read(forged),
        refusedWith('SIGNED_OUT'),
        `character ${at}`
      );
    }
    for (const other of [
      '',
      'cs1',
      'cs1..',
      `${session}.`,
      `x${session}`,
      'a'.repeat(5000)
    ]) {
      assert.throws(() => sessions.read(other), refusedWith('SIGNED_OUT'));
    }
    assert.throws(
      () => new Sessions(Buffer.alloc(32, 8)).read(session),
      refusedWith('SIGNED_OUT')
    );
  });

  it('fits into 4096 characters however many groups somebody is in', () => {
    const groups = Array.from(
      { length: 5000 },
      (_, index) => `group-${index}-ü"\\`
    );
    const long = {
      ...proven,
      user: 'ß'.repeat(255),
      displayName: '"'.repeat(255),
      groups
    };
    const { session, claims } = sessions.issue(long, 1000, null);
    assert.ok(session.length <= 4096, `${session.length}`);
    assert.deepEqual(sessions.read(session), claims);
    assert.ok(claims.groups.length > 10);
  });

  it('I5 outlives the hub by an hour, then reads only, and ends ten minutes after its return', () => {
    const end = 100;
    const minute = 60_000;
    assert.equal(standingOf(end, 99, null), 'full');
    assert.equal(standingOf(end, 100, null), 'ended');
    const away = { from: 50, until: null };
    assert.equal(standingOf(end, 100, away), 'full');
    assert.equal(standingOf(end, 49 + PROLONG_MS, away), 'full');
    assert.equal(standingOf(end, 50 + PROLONG_MS, away), 'read');
    assert.equal(
      standingOf(49, 100, away),
      'ended',
      'it had ended before the hub went'
    );
    const back = { from: 50, until: 50 + 30 * minute };
    assert.equal(standingOf(end, 50 + 39 * minute, back), 'full');
    assert.equal(standingOf(end, 50 + 40 * minute, back), 'ended');
    const late = { from: 50, until: 50 + PROLONG_MS };
    assert.equal(
      standingOf(end, late.until + minute, late),
      'read',
      'a return alone gives nothing back'
    );
  });
});

describe('the key of the sessions', () => {
  it('is made once, for its owner alone, and refused when others can read it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'commons-key-'));
    try {
      const data = join(folder, 'data');
      const key = await sessionKey(data);
      assert.equal(key.length, 32);
      assert.deepEqual(await sessionKey(data), key);
      const path = join(data, 'session.key');
      assert.equal((await stat(path)).mode & 0o777, 0o600);
      await chmod(path, 0o640);
      await assert.rejects(sessionKey(data), /can be read by others/);
      await chmod(path, 0o600);
      await writeFile(path, 'short');
      await assert.rejects(sessionKey(data), /is damaged/);
      await writeFile(join(data, 'session.key'), '');
      const anew = await sessionKey(data);
      assert.equal(
        anew.length,
        32,
        'a first start that was cut off is made up for'
      );
      assert.deepEqual(await sessionKey(data), anew);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('I6 tickets', () => {
  const claims = new Sessions(Buffer.alloc(32)).issue(
    { user: 'bob', displayName: 'Bob', groups: [], admin: false, server: '' },
    0,
    null
  ).claims;
  const document = { id: 'a'.repeat(26), role: 'edit', epoch: 'e' } as const;

  it('work once, for 30 seconds, for what they were given for', () => {
    const tickets = new Tickets();
    const { ticket, expiresAt } = tickets.issue({ claims, document }, 0);
    assert.equal(expiresAt, TICKET_MS);
    assert.equal(
      tickets.redeem(ticket, document.id, TICKET_MS - 1).document?.role,
      'edit'
    );
    assert.throws(
      () => tickets.redeem(ticket, document.id, 1),
      refusedWith('TICKET_INVALID')
    );

    const late = tickets.issue({ claims, document }, 0).ticket;
    assert.throws(
      () => tickets.redeem(late, document.id, TICKET_MS),
      refusedWith('TICKET_INVALID')
    );

    for (const wrong of [null, 'b'.repeat(26)]) {
      const { ticket: other } = tickets.issue({ claims, document }, 0);
      assert.throws(
        () => tickets.redeem(other, wrong, 1),
        refusedWith('TICKET_INVALID')
      );
      assert.throws(
        () => tickets.redeem(other, document.id, 1),
        refusedWith('TICKET_INVALID'),
        'it is used up'
      );
    }
  });

  it('that nobody uses are bounded, and make room when they are old', () => {
    const tickets = new Tickets({ mostPerUser: 3 });
    for (let count = 0; count < 3; count++) {
      tickets.issue({ claims, document: null }, 0);
    }
    assert.throws(
      () => tickets.issue({ claims, document: null }, 1),
      refusedWith('TOO_FAST')
    );
    tickets.issue({ claims, document: null }, TICKET_MS);
    assert.equal(tickets.size, 1);
  });
});

describe('static tokens', () => {
  it('name people, and nobody for another token', () => {
    const tokens = new StaticTokens({
      secret: { user: 'ada', groups: ['a'] },
      other: { user: 'ada', groups: ['b'] }
    });
    assert.equal(tokens.find('secret')?.user, 'ada');
    assert.equal(tokens.find('secre'), null);
    assert.equal(tokens.find(''), null);
    assert.deepEqual(tokens.user('ada')?.groups, ['a', 'b']);
    assert.equal(tokens.user('eve'), null);
  });

  it('of a bad file are refused in a sentence that quotes nothing of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'commons-tokens-'));
    try {
      for (const [bad, why] of [
        ['{"secret', 'it is not JSON'],
        ['[]', 'one object'],
        ['{"secret": 1}', 'entry 0 must be an object'],
        ['{"secret": {"user": 5}}', 'entry 0.user must be a text']
      ] as const) {
        const path = join(folder, 'tokens.json');
        await writeFile(path, bad);
        await assert.rejects(readStaticTokens(path), (error: Error) => {
          assert.match(error.message, /^COMMONS_TOKENS_FILE cannot be used/);
          assert.ok(!error.message.includes('secret'), error.message);
          assert.ok(error.message.includes(why), error.message);
          return true;
        });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

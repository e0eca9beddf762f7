/** The one place where a role is worked out: rules A2, I5. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Role } from '@jupyterlab-commons/protocol';
import { rightIn } from '../../src/sharing/authorise.ts';
import type { StoredShare } from '../../src/storage/store.ts';

describe('A2 the role of a person', () => {
  const share = (
    kind: StoredShare['kind'],
    name: string,
    role: StoredShare['role'],
    expiresAt: number | null = null
  ): StoredShare => ({
    document: 'd',
    kind,
    name,
    displayName: name,
    role,
    expiresAt,
    grantedAt: 0,
    grantedBy: 'ada'
  });
  const bob = { user: 'bob', groups: ['lab'], readOnly: false };
  const table: [
    what: string,
    shares: StoredShare[],
    role: Role | null,
    until: number | null,
    byLink: boolean
  ][] = [
    ['no share', [], null, null, false],
    [
      'a share to somebody else',
      [share('users', 'eve', 'edit')],
      null,
      null,
      false
    ],
    ['a share to them', [share('users', 'bob', 'view')], 'view', null, false],
    [
      'a group of theirs',
      [share('groups', 'lab', 'edit')],
      'edit',
      null,
      false
    ],
    [
      'a group that has the name of the user',
      [share('groups', 'bob', 'edit')],
      null,
      null,
      false
    ],
    [
      'a user that has the name of the group',
      [share('users', 'lab', 'edit')],
      null,
      null,
      false
    ],
    ['the link', [share('link', '', 'view')], 'view', null, true],
    [
      'the highest of all',
      [
        share('users', 'bob', 'view'),
        share('groups', 'lab', 'edit'),
        share('link', '', 'view')
      ],
      'edit',
      null,
      false
    ],
    [
      'one that has ended',
      [share('users', 'bob', 'edit', 100)],
      null,
      null,
      false
    ],
    ['one that ends', [share('users', 'bob', 'edit', 101)], 'edit', 101, false],
    [
      'edit that ends and view that does not',
      [share('users', 'bob', 'edit', 101), share('link', '', 'view')],
      'edit',
      101,
      false
    ],
    [
      'two ends',
      [share('users', 'bob', 'edit', 101), share('groups', 'lab', 'edit', 200)],
      'edit',
      200,
      false
    ]
  ];
  for (const [what, shares, role, until, byLink] of table) {
    it(`${what}: ${role ?? 'none'}`, () => {
      const right = rightIn({ owner: 'ada' }, shares, bob, 100);
      assert.deepEqual(right, role && { role, until, byLink });
    });
  }

  it('I5 is no more than view while the hub has been away for long, for the owner too', () => {
    assert.equal(
      rightIn({ owner: 'bob' }, [], { ...bob, readOnly: true }, 100)?.role,
      'view'
    );
    assert.equal(
      rightIn({ owner: 'ada' }, [], { ...bob, readOnly: true }, 100),
      null
    );
  });
});

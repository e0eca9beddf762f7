/** What every store must keep. Run on each implementation by a test file of its own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  DocumentStore,
  JournalRow,
  StoredDocument,
  StoredShare
} from '../../src/storage/store.ts';
import { storedDocument } from '../rooms/test-room.ts';
import { contributionStories } from './contributions-contract.ts';

export function idOf(letter: string): string {
  return letter.repeat(26);
}

export function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

export function row(
  seq: number,
  user = 'ada',
  update = bytes(seq % 256, 7)
): JournalRow {
  return { seq, user, at: 1000 + seq, update };
}

export function documentOf(
  letter: string,
  change: Partial<StoredDocument> = {}
): StoredDocument {
  return { ...storedDocument('notebook', idOf(letter)), ...change };
}

function shareOf(letter: string, change: Partial<StoredShare>): StoredShare {
  return {
    document: idOf(letter),
    kind: 'users',
    name: 'bob',
    displayName: 'Bob',
    role: 'edit',
    expiresAt: null,
    grantedAt: 5,
    grantedBy: 'ada',
    ...change
  };
}

/** Tells a story with a store of its own. */
export type Story = (
  title: string,
  tell: (store: DocumentStore) => Promise<void>
) => void;

export function storeContract(
  name: string,
  open: () => Promise<DocumentStore>
): void {
  const story: Story = (title, tell) =>
    void test(`${name}: ${title}`, async () => {
      const store = await open();
      try {
        await tell(store);
      } finally {
        await store.close();
      }
    });

  story('D4 an unknown document is refused, never empty', async store => {
    await assert.rejects(store.load(idOf('x')), { code: 'NOT_FOUND' });
    await assert.rejects(store.append(idOf('x'), [row(1)], []), {
      code: 'NOT_FOUND'
    });
    await assert.rejects(store.compact(idOf('x'), 1, bytes(1)), {
      code: 'NOT_FOUND'
    });
    await assert.rejects(store.shares(idOf('x')), { code: 'NOT_FOUND' });
    assert.equal(await store.document(idOf('x')), null);
  });

  story(
    'J1 rows come back in order with user and time, and the owners of client ids',
    async store => {
      await store.createDocument(documentOf('a'), row(1, ''));
      await store.append(
        idOf('a'),
        [row(2), row(3, 'bob')],
        [
          [7, 'ada'],
          [4_000_000_000, 'bob']
        ]
      );
      await store.append(idOf('a'), [row(4)], [[7, 'mallory']]);
      const { snapshot, rows, owners } = await store.load(idOf('a'));
      assert.equal(snapshot, null);
      assert.deepEqual(rows, [row(1, ''), row(2), row(3, 'bob'), row(4)]);
      assert.deepEqual(
        owners,
        new Map([
          [7, 'ada'],
          [4_000_000_000, 'bob']
        ]),
        'an owner never changes'
      );
    }
  );

  story(
    'a row that is not the next one is refused, and nothing of its group is written',
    async store => {
      await store.createDocument(documentOf('a'), row(1));
      for (const rows of [[row(3)], [row(1)], [row(2), row(4)]]) {
        await assert.rejects(store.append(idOf('a'), rows, [[9, 'ada']]), {
          code: 'INTERNAL'
        });
      }
      const { rows, owners } = await store.load(idOf('a'));
      assert.equal(rows.length, 1);
      assert.equal(owners.size, 0);
      await store.append(idOf('a'), [row(2)], []);
    }
  );

  story(
    'calls that were made together are carried out in their order',
    async store => {
      const calls: Promise<unknown>[] = [
        store.createDocument(documentOf('a'), row(1))
      ];
      for (let seq = 2; seq <= 50; seq++) {
        calls.push(store.append(idOf('a'), [row(seq)], []));
      }
      calls.push(store.append(idOf('a'), [row(99)], []).catch(() => 'refused'));
      const [loaded] = await Promise.all([store.load(idOf('a')), ...calls]);
      assert.equal(loaded.rows.length, 50);
    }
  );

  story(
    'J3 a snapshot stands for the rows before it; the one before it stays',
    async store => {
      await store.createDocument(documentOf('a'), row(1));
      await store.append(idOf('a'), [row(2), row(3)], []);
      await store.compact(idOf('a'), 2, bytes(2, 2));
      let content = await store.load(idOf('a'));
      assert.deepEqual(content.snapshot, { seq: 2, state: bytes(2, 2) });
      assert.deepEqual(content.rows, [row(3)]);
      await store.append(idOf('a'), [row(4)], []);
      await store.compact(idOf('a'), 4, bytes(4, 4));
      content = await store.load(idOf('a'));
      assert.deepEqual(content, {
        snapshot: { seq: 4, state: bytes(4, 4) },
        rows: [],
        owners: new Map()
      });
      await assert.rejects(store.compact(idOf('a'), 4, bytes(1)), {
        code: 'INTERNAL'
      });
      await assert.rejects(store.compact(idOf('a'), 9, bytes(1)), {
        code: 'INTERNAL'
      });
      await store.append(idOf('a'), [row(5)], []);
    }
  );

  story(
    'D5 one open document for one file; a closed one makes way',
    async store => {
      const file = { path: 'work/a.ipynb', server: '' };
      await store.createDocument(documentOf('a', file), row(1));
      await assert.rejects(store.createDocument(documentOf('b', file), row(1)));
      await assert.rejects(store.createDocument(documentOf('a'), row(1)));
      assert.equal(await store.document(idOf('b')), null);
      assert.equal(
        (await store.documentOfFile('ada', '', 'work/a.ipynb'))?.id,
        idOf('a')
      );
      await store.createDocument(
        documentOf('b', { ...file, server: 'gpu' }),
        row(1)
      );
      const whole = { ...documentOf('a').file, seq: 1 };
      await store.updateDocument(idOf('a'), { closedAt: 77, file: whole });
      assert.equal(await store.documentOfFile('ada', '', 'work/a.ipynb'), null);
      await store.createDocument(documentOf('c', file), row(1));
      assert.deepEqual(
        (await store.documentsOfServer('ada', '')).map(({ id }) => id),
        [idOf('c')]
      );
      assert.deepEqual(
        (await store.documentsOfServer('ada', 'gpu')).map(({ id }) => id),
        [idOf('b')]
      );
    }
  );

  story(
    'F3 a closed document is named to its server until the file has all of it, or only the owner can help',
    async store => {
      const file = { path: 'work/a.ipynb', server: '' };
      const saved = documentOf('a', file).file;
      await store.createDocument(documentOf('a', file), row(1));
      await store.append(idOf('a'), [row(2)], []);
      await store.updateDocument(idOf('a'), {
        closedAt: 77,
        file: { ...saved, state: 'failed', seq: 1 }
      });
      const named = async () =>
        (await store.documentsOfServer('ada', '')).map(({ id, head }) => [
          id,
          head
        ]);
      assert.deepEqual(await named(), [[idOf('a'), 2]]);
      for (const state of ['changed-outside', 'missing'] as const) {
        await store.updateDocument(idOf('a'), {
          file: { ...saved, state, seq: 1 }
        });
        assert.deepEqual(await named(), [], state);
      }
      await store.updateDocument(idOf('a'), {
        file: { ...saved, state: 'saved', seq: 2 }
      });
      assert.deepEqual(await named(), []);
    }
  );

  story('a document comes back as it was put and changed', async store => {
    const document = documentOf('a', {
      name: 'Zoë "1"\n\u202e.ipynb',
      path: 'a/b',
      server: 'gpu',
      type: 'text'
    });
    await store.createDocument(document, row(1));
    assert.deepEqual(await store.document(idOf('a')), document);
    const change = {
      name: 'new',
      changedAt: 12,
      file: {
        state: 'failed' as const,
        detail: 'no space',
        hash: 'ff',
        seq: 3,
        sent: 'ee'
      }
    };
    await store.updateDocument(idOf('a'), change);
    assert.deepEqual(await store.document(idOf('a')), {
      ...document,
      ...change
    });
    await store.updateDocument(idOf('a'), { changedAt: 13 });
    assert.deepEqual(await store.document(idOf('a')), {
      ...document,
      ...change,
      changedAt: 13
    });
    await assert.rejects(store.updateDocument(idOf('x'), { name: 'x' }), {
      code: 'NOT_FOUND'
    });
  });

  story('J1 a row says when nobody typed it, and only then', async store => {
    await store.createDocument(documentOf('a'), row(1, ''));
    const rows = [row(2), { ...row(3), mark: 'outside' as const }];
    await store.append(idOf('a'), rows, []);
    assert.deepEqual((await store.load(idOf('a'))).rows, [row(1, ''), ...rows]);
  });

  contributionStories(story);

  story(
    'what is kept beside a document is put, replaced and taken away by name',
    async store => {
      await store.createDocument(documentOf('a'), row(1));
      await store.createDocument(documentOf('b'), row(1));
      await store.putAside(idOf('a'), { y: bytes(1), x: bytes(2) });
      await store.putAside(idOf('a'), { y: bytes(3), z: bytes(), none: null });
      await store.putAside(idOf('b'), { x: bytes(9) });
      assert.deepEqual(await store.asides(idOf('a')), ['x', 'y', 'z']);
      assert.deepEqual(await store.aside(idOf('a'), 'y'), bytes(3));
      await store.putAside(idOf('a'), { x: null });
      assert.equal(await store.aside(idOf('a'), 'x'), null);
      assert.deepEqual(await store.aside(idOf('b'), 'x'), bytes(9));
      assert.deepEqual(await store.asides(idOf('x')), []);
      await assert.rejects(store.putAside(idOf('x'), { x: bytes(1) }), {
        code: 'NOT_FOUND'
      });
    }
  );

  story(
    'E2 a person sees what they own, and what shares, groups and followed links open',
    async store => {
      const seen = async (user: string, groups: string[] = [], now = 100) =>
        (await store.documentsFor(user, groups, now))
          .map(({ id }) => id[0])
          .join('');
      await store.createDocument(documentOf('a', { createdAt: 1 }), row(1));
      await store.createDocument(documentOf('b', { createdAt: 2 }), row(1));
      await store.createDocument(documentOf('c', { createdAt: 3 }), row(1));
      await store.putShare(shareOf('a', {}));
      await store.putShare(shareOf('b', { kind: 'groups', name: 'lab' }));
      await store.putShare(
        shareOf('c', { kind: 'link', name: '', role: 'view' })
      );
      assert.equal(await seen('ada'), 'cba');
      assert.equal(await seen('bob'), 'a');
      assert.equal(await seen('bob', ['lab', 'x']), 'ba');
      assert.equal(await seen('eve', ["lab'", '%']), '');
      await store.joinByLink(idOf('c'), 'bob', 9);
      assert.equal(await seen('bob'), 'ca');
      await store.setLeft(idOf('a'), 'bob', true);
      assert.equal(await seen('bob'), 'c', 'A6');
      assert.equal(await store.hasLeft(idOf('a'), 'bob'), true);
      await store.setLeft(idOf('a'), 'bob', false);
      await store.setLeft(idOf('c'), 'bob', true);
      await store.joinByLink(idOf('c'), 'bob', 10);
      assert.equal(await store.hasLeft(idOf('c'), 'bob'), false);
      assert.equal(await seen('bob'), 'ca');
      await store.putShare(shareOf('a', { expiresAt: 100 }));
      assert.equal(await seen('bob', [], 99), 'ca');
      assert.equal(await seen('bob', [], 100), 'c');
      await store.updateDocument(idOf('c'), { closedAt: 5 });
      assert.equal(await seen('bob', [], 99), 'a');
    }
  );

  story('shares are put, changed, ended and expired', async store => {
    await store.createDocument(documentOf('a'), row(1));
    const share = shareOf('a', { expiresAt: 50 });
    const group = shareOf('a', {
      kind: 'groups',
      name: 'bob',
      role: 'view',
      grantedAt: 6
    });
    await store.putShare(shareOf('a', {}));
    await store.putShare(share);
    await store.putShare(group);
    assert.deepEqual(await store.shares(idOf('a')), [share, group]);
    assert.deepEqual(await store.expireShares(49), []);
    assert.deepEqual(await store.expireShares(50), [share]);
    assert.deepEqual(await store.expireShares(50), []);
    await store.deleteShare(idOf('a'), 'groups', 'bob');
    assert.deepEqual(await store.shares(idOf('a')), []);
  });

  story('A5 the audit log is kept, newest first', async store => {
    await store.createDocument(documentOf('a'), row(1));
    const entry = {
      document: idOf('a'),
      at: 4,
      actor: 'ada',
      action: 'grant' as const,
      detail: 'bob'
    };
    await store.audit(entry);
    await store.audit({ ...entry, action: 'leave', at: 3 });
    assert.deepEqual(
      (await store.auditOf(idOf('a'), 2)).map(({ action }) => action),
      ['leave', 'grant']
    );
    const all = await store.auditOf(idOf('a'), 10);
    assert.equal(all.at(-1)?.action, 'create');
    assert.equal(store.healthy(), true);
  });
}

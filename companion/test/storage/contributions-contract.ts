/** What every store must keep of who has edited. */
import assert from 'node:assert/strict';
import { bytes, documentOf, idOf, row, type Story } from './contract.ts';

export function contributionStories(story: Story): void {
  story(
    'J4 who has edited is counted, and stays when a snapshot stands for the rows',
    async store => {
      const hour = 3_600_000;
      const at = (seq: number, user: string, moment: number, more = {}) => ({
        ...row(seq, user),
        at: moment,
        ...more
      });
      const since = async (moment: number, limit = 9) =>
        (await store.contributions(idOf('a'), moment, limit)).map(
          ({ user, changes, at: last }) => [user, changes, last]
        );
      await store.createDocument(documentOf('a'), row(1, ''));
      await store.createDocument(documentOf('b'), row(1, ''));
      assert.deepEqual(await since(0), []);
      const rows = [
        at(2, 'ada', 5),
        at(3, 'bob', 7),
        at(4, 'bob', 2 * hour + 3),
        at(5, 'bob', 2 * hour + 1),
        at(6, '', 9),
        at(7, 'carol', 9, { mark: 'outside' }),
        at(8, 'carol', 9, { mark: 'undo' }),
        at(9, 'dora', 9, { mark: 'unseen' })
      ];
      await store.append(idOf('a'), rows.slice(0, 3), []);
      await store.append(idOf('a'), rows.slice(3), []);
      await store.append(idOf('b'), [at(2, 'eve', 8)], []);
      const all = [
        ['bob', 3, 2 * hour + 3],
        ['ada', 1, 5]
      ];
      assert.deepEqual(await since(0), all);
      await store.compact(idOf('a'), 8, bytes(8));
      await store.compact(idOf('a'), 9, bytes(9));
      assert.deepEqual((await store.load(idOf('a'))).rows, []);
      assert.deepEqual(await since(5), all);
      assert.deepEqual(await since(6), [['bob', 3, 2 * hour + 3]]);
      assert.deepEqual(await since(8), [['bob', 2, 2 * hour + 3]]);
      assert.deepEqual(await since(2 * hour + 3), [['bob', 2, 2 * hour + 3]]);
      assert.deepEqual(await since(2 * hour + 4), []);
      assert.deepEqual(await since(0, 1), all.slice(0, 1));
      await assert.rejects(store.append(idOf('a'), [at(99, 'eve', 1)], []));
      assert.deepEqual(await since(0), all, 'of a refused row nothing stays');
      await assert.rejects(store.contributions(idOf('x'), 0, 9), {
        code: 'NOT_FOUND'
      });
    }
  );
}

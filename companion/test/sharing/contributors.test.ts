/** Who has really edited a live document: rule J4. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { contributors } from '@jupyterlab-commons/protocol';
import type * as Y from 'yjs';
import { LivePage } from '../files/live-page.ts';
import { TestServer } from '../files/test-server.ts';
import { TestCompanion } from '../http/test-companion.ts';
import { code, fileOf } from '../merging/live-notebook.ts';

const people = {
  ada: { displayName: 'Ada L.' },
  bob: { displayName: 'Bob B.' },
  carol: {},
  dora: {}
};
const PATH = 'a.ipynb';
const cells = [code('a = 1', 'a'), code('b = 1', 'b')];

describe('who has edited a live notebook', () => {
  let commons: TestCompanion;
  let server: TestServer;
  let id: string;

  beforeEach(async () => {
    commons = await new TestCompanion().start({ people });
    server = await TestServer.dial(commons, 'ada');
    server.files.set(PATH, fileOf(cells));
    id = await commons.share('ada', {
      name: 'a.ipynb',
      type: 'notebook',
      path: PATH
    });
    for (const [name, role] of [
      ['bob', 'edit'],
      ['carol', 'view']
    ]) {
      await commons.call('ada', 'putUserShare', { id, name: name! }, { role });
    }
  });
  afterEach(() => commons.stop());

  const open = (user: string) => LivePage.open(commons, user, id);
  const asked = async (query = '', as = 'carol') => {
    await commons.signIn(as);
    const { body } = await commons.send('contributors', { id }, { as, query });
    return body;
  };
  const named = async (query = '') =>
    contributors(await asked(query)).contributors.map(
      ({ user, changes }) => `${user} ${changes}`
    );

  it('names people by how much they changed, with the moment of the last change', async () => {
    assert.deepEqual(await named(), [], 'the seed is nobody’s work');
    const [ada, bob] = [await open('ada'), await open('bob')];
    await ada.type(0, '1');
    const first = commons.clock.now();
    await commons.pass(60_000);
    await bob.type(1, '2');
    await bob.type(1, '3');
    const last = commons.clock.now();
    assert.deepEqual(await asked(), {
      contributors: [
        {
          user: 'bob',
          displayName: 'Bob B.',
          changes: 2,
          at: new Date(last).toISOString()
        },
        {
          user: 'ada',
          displayName: 'Ada L.',
          changes: 1,
          at: new Date(first).toISOString()
        }
      ]
    });
    assert.deepEqual(await named(`?since=${first + 1}`), ['bob 2']);
    assert.deepEqual(await named(`?since=${last + 1}`), []);
  });

  it('what pages write by themselves is nobody’s contribution', async () => {
    const bob = await open('bob');
    const meta = bob.doc.getMap('meta').get('metadata') as Y.Map<unknown>;
    bob.doc.getMap('state').set('dirty', true);
    meta.set('language_info', { name: 'python' });
    (bob.cells.get(0).get('metadata') as Y.Map<unknown>).set('trusted', true);
    await bob.saved();
    assert.deepEqual(await named(), []);
    meta.set('title', 'Ours');
    await bob.saved();
    assert.deepEqual(await named(), ['bob 1']);
  });

  it('deleting counts, and an output too', async () => {
    const bob = await open('bob');
    (bob.cells.get(0).get('source') as Y.Text).delete(0, 2);
    await bob.saved();
    bob.cells.get(0).set('execution_count', 7);
    await bob.saved();
    bob.cells.delete(1);
    await bob.saved();
    assert.deepEqual(await named(), ['bob 3']);
  });

  it('a change of the file is no contribution, nor its undoing', async () => {
    const bob = await open('bob');
    server.change(id, PATH, fileOf([code('a = 2', 'a'), cells[1]!]));
    const merged = bob.socket.frame('merged');
    await commons.passUntil(() => bob.sources[0] === 'a = 2');
    const parts = { id, merge: (await merged).id };
    await commons.call('bob', 'undoMerge', parts, {});
    await bob.reads(['a = 1', 'b = 1']);
    assert.deepEqual(await named(), []);
  });

  it('an edit that was refused is no contribution', async () => {
    const carol = await open('carol');
    (carol.cells.get(0).get('source') as Y.Text).insert(0, 'x');
    await carol.socket.frame('refusal');
    assert.deepEqual(await named(), []);
  });

  it('is told to nobody who may not read, and only for a moment that is one', async () => {
    assert.equal((await asked('', 'dora')).error.code, 'NOT_FOUND');
    for (const since of ['x', '-1', '1e3', '9'.repeat(17), '1.5']) {
      const { error } = await asked(`?since=${since}`);
      assert.equal(error.code, 'BAD_REQUEST', since);
    }
    assert.deepEqual(await named('?since='), []);
  });
});

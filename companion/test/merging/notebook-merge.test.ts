/** A changed file becomes part of a live notebook: rule F6, in a room with a page in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Y from 'yjs';
import { ID } from '../rooms/test-room.ts';
import {
  code,
  Live,
  markdown,
  stream,
  type FileCell
} from './live-notebook.ts';

const abc = [code('a = 1', 'a'), code('b = 1', 'b'), code('c = 1', 'c')];
const [a, b, c] = abc as [FileCell, FileCell, FileCell];

function story(
  title: string,
  tell: (live: Live) => Promise<void>,
  content: FileCell[] | string = abc,
  metadata = {}
): void {
  test(title, async () => {
    const live = await Live.open(content, metadata);
    try {
      await tell(live);
      await live.room.deliver();
      assert.equal(live.page.closedWith(), null);
      if (typeof content !== 'string') {
        assert.deepEqual(live.page.sources(), await live.sources());
        const ids = live.page.ids();
        assert.equal(new Set(ids).size, ids.length, 'no id twice');
      }
    } finally {
      await live.close();
    }
  });
}

const none = { changed: 0, added: 0, deleted: 0, moved: 0, conflicts: 0 };

story(
  'what only the file changed comes, what only people changed stays',
  async live => {
    live.page.type(2, '\nlive()');
    const { counts, same } = await live.outside([a, code('b = 2', 'b'), c]);
    assert.deepEqual(counts, { ...none, changed: 1 });
    assert.equal(same, false, 'the file lacks what was typed');
    assert.deepEqual(await live.sources(), ['a = 1', 'b = 2', 'c = 1\nlive()']);
  }
);

story(
  'people who type in the very cell keep what they type, and their caret',
  async live => {
    const text = live.text(1);
    text.insert(5, '\nmore()');
    const caret = Y.createRelativePositionFromTypeIndex(text, text.length);
    await live.outside([a, code('b = 22', 'b'), c]);
    assert.equal(String(text), 'b = 22\nmore()');
    const at = Y.createAbsolutePositionFromRelativePosition(
      caret,
      live.page.doc
    );
    assert.equal(at?.index, text.length);
  }
);

story('cells that nobody changed are not touched', async live => {
  const before = live.page.cells.toArray();
  const undo = new Y.UndoManager(live.text(0));
  live.text(0).insert(5, ' + 1');
  await live.outside([a, c, code('new', 'n')]);
  const after = live.page.cells.toArray();
  assert.equal(after[0], before[0]);
  assert.equal(after[1], before[2]);
  undo.undo();
  assert.equal(String(live.text(0)), 'a = 1', 'undo of the page goes on');
});

story('added where it was added, deleted where nobody edited', async live => {
  const { counts, same } = await live.outside([
    markdown('# Title', 't'),
    a,
    code('between', 'x'),
    c
  ]);
  assert.deepEqual(counts, { ...none, added: 2, deleted: 1 });
  assert.equal(same, true);
  assert.deepEqual(await live.sources(), [
    '# Title',
    'a = 1',
    'between',
    'c = 1'
  ]);
  assert.deepEqual(live.page.ids(), ['t', 'a', 'x', 'c']);
});

story(
  'deleted outside and edited live: it stays, and is in conflict',
  async live => {
    live.page.type(1, '0');
    const { counts, names } = await live.outside([a, c]);
    assert.deepEqual(counts, { ...none, conflicts: 1 });
    assert.deepEqual(names, ['b = 10']);
    assert.deepEqual(await live.sources(), ['a = 1', 'b = 10', 'c = 1']);
  }
);

story(
  'deleted live and edited outside: it stays deleted, and is in conflict',
  async live => {
    live.page.cells.delete(1, 1);
    const { counts, names } = await live.outside([a, code('b = 2', 'b'), c]);
    assert.deepEqual(counts, { ...none, conflicts: 1 });
    assert.deepEqual(names, ['b = 2']);
    assert.deepEqual(await live.sources(), ['a = 1', 'c = 1']);
  }
);

story(
  'changed on both sides in one word: the live word stays, and it is in conflict',
  async live => {
    live.text(1).delete(4, 1);
    live.text(1).insert(4, '5');
    const { counts, same } = await live.outside([a, code('b = 9', 'b'), c]);
    assert.deepEqual(counts, { ...none, conflicts: 1 });
    assert.equal(same, false);
    assert.deepEqual(await live.sources(), ['a = 1', 'b = 5', 'c = 1']);
  }
);

story('the same content once more changes nothing', async live => {
  live.page.type(0, '\nlive()');
  const file = [markdown('# New'), c, code('b = 7', 'b'), a];
  await live.outside(file);
  const before = await live.cells();
  const again = await live.outside(file);
  assert.deepEqual(again.counts, none);
  assert.equal(again.changes, false);
  assert.deepEqual(await live.cells(), before);
});

story(
  'after a crash in the middle the same change is found done',
  async live => {
    const { base } = live;
    const file = [a, code('b = 2', 'b'), markdown('new'), c];
    await live.outside(file);
    const before = await live.cells();
    live.base = base;
    const again = await live.outside(file);
    assert.equal(again.changes, false);
    assert.deepEqual(await live.cells(), before);
  }
);

story(
  'moved outside: moved here, but not where people have moved cells',
  async live => {
    const first = await live.outside([c, a, b]);
    assert.deepEqual(first.counts, { ...none, moved: 1 });
    assert.deepEqual(live.page.ids(), ['c', 'a', 'b']);
    const [moved] = live.page.cells.toArray().slice(2);
    live.page.doc.transact(() => {
      const copy = moved!.clone();
      live.page.cells.delete(2, 1);
      live.page.cells.insert(0, [copy]);
    });
    const second = await live.outside([a, c, b]);
    assert.deepEqual(second.counts, none);
    assert.deepEqual(live.page.ids(), ['b', 'c', 'a']);
  }
);

story(
  'a cell that was added live keeps its neighbour when the file moves cells',
  async live => {
    live.page.insertCell('mine', { id: 'mine', index: 1 });
    await live.outside([b, c, a]);
    assert.deepEqual(live.page.ids(), ['b', 'c', 'a', 'mine']);
  }
);

const ran = (text: string, count: number) => ({
  outputs: [stream(text)],
  execution_count: count
});

story(
  'outputs of the file win where nobody has run the cell since, and are in conflict where somebody has',
  async live => {
    const one = await live.outside([
      code('a', 'a', ran('2\n', 2)),
      code('b', 'b', ran('1\n', 1))
    ]);
    assert.deepEqual(one.counts, { ...none, changed: 1 });
    assert.equal(one.same, true);
    const outputs = live.page.cells.get(1).get('outputs') as Y.Array<
      Y.Map<unknown>
    >;
    (outputs.get(0).get('text') as Y.Text).insert(0, 'live ');
    const two = await live.outside([
      code('a', 'a', ran('2\n', 2)),
      code('b', 'b', ran('3\n', 3))
    ]);
    assert.deepEqual(two.counts, { ...none, conflicts: 1 });
    const [first, second] = await live.cells();
    assert.deepEqual(first?.outputs, [{ ...stream(''), text: ['2\n'] }]);
    assert.equal(first?.execution_count, 2);
    assert.deepEqual(second?.outputs, [{ ...stream(''), text: ['live 1\n'] }]);
  },
  [code('a', 'a', ran('1\n', 1)), code('b', 'b', ran('1\n', 1))]
);

story(
  'metadata by key, of cells and of the notebook; trust does not travel',
  async live => {
    const metadata = live.page.cells.get(0).get('metadata') as Y.Map<unknown>;
    metadata.set('live', 1);
    const { same } = await live.outside(
      [
        code('a', 'a', {
          metadata: { tags: ['x'], trusted: true, constructor: 3 }
        })
      ],
      { kernelspec: { name: 'other' }, trusted: true }
    );
    assert.equal(same, false);
    const [cell] = await live.cells();
    assert.deepEqual(cell?.metadata, { live: 1, tags: ['x'], constructor: 3 });
    assert.ok(!(await live.room.content()).includes('trusted'));
    assert.ok((await live.room.content()).includes('"other"'));
    const conflict = live.page.cells.get(0).get('metadata') as Y.Map<unknown>;
    conflict.set('tags', ['live']);
    const two = await live.outside(
      [code('a', 'a', { metadata: { tags: ['out'] } })],
      { kernelspec: { name: 'other' } }
    );
    assert.equal(two.counts.conflicts, 1);
    assert.deepEqual((await live.cells())[0]?.metadata, {
      live: 1,
      tags: ['live']
    });
  },
  [code('a', 'a', { metadata: { gone: 1 } })],
  { kernelspec: { name: 'python3' } }
);

story(
  'files without ids: cells are known by what they say, and keep their ids here',
  async live => {
    const ids = live.page.ids();
    live.page.type(0, '\nlive()');
    const { counts } = await live.outside([
      markdown('# New'),
      code('import os\nimport sys'),
      code('load(path, sep=2)'),
      code('show(data)')
    ]);
    assert.deepEqual(counts, { ...none, changed: 1, added: 1 });
    assert.deepEqual(live.page.ids().slice(1), ids);
    assert.deepEqual(live.page.sources(), [
      '# New',
      'import os\nimport sys\nlive()',
      'load(path, sep=2)',
      'show(data)'
    ]);
  },
  [code('import os\nimport sys'), code('load(path, sep=1)'), code('show(data)')]
);

story('another type of cell: taken over where nobody edited it', async live => {
  const { counts } = await live.outside([a, markdown('b = 1', 'b'), c]);
  assert.deepEqual(counts, { ...none, changed: 1 });
  assert.deepEqual(
    (await live.cells()).map(({ cell_type }) => cell_type),
    ['code', 'markdown', 'code']
  );
  assert.deepEqual(live.page.ids(), ['a', 'b', 'c']);
  live.page.type(0, ' # live');
  const kept = await live.outside([
    markdown('a = 1', 'a'),
    markdown('b = 1', 'b'),
    c
  ]);
  assert.equal(kept.counts.conflicts, 1);
});

story('a notebook without cells leaves one empty cell', async live => {
  const { counts, same } = await live.outside([]);
  assert.deepEqual(counts, { ...none, deleted: 3 });
  assert.equal(same, false);
  assert.deepEqual(await live.sources(), ['']);
});

story(
  'a file that says no more than that it is trusted changes nothing',
  async live => {
    const trusted = [a, b, c].map(cell => ({
      ...cell,
      metadata: { trusted: true }
    }));
    const { changes, same } = await live.outside(trusted, { trusted: true });
    assert.deepEqual([changes, same], [false, true]);
  }
);

story(
  'the edit is of the owner, marked, under a client id that was never used',
  async live => {
    await live.outside([a, code('b = 2', 'b'), c]);
    const { rows, owners } = await live.room.store.load(ID);
    const last = rows.at(-1)!;
    assert.equal(last.user, 'ada');
    assert.equal(last.mark, 'outside');
    const { structs } = Y.decodeUpdate(last.update);
    const clients = new Set(structs.map(({ id }) => id.client));
    assert.equal(clients.size, 1);
    const [client] = clients;
    assert.equal(owners.get(client!), 'ada');
    assert.ok(client! > 1, 'not that of the seed');
  }
);

story(
  'a merge is taken back where nobody has gone on, and only there',
  async live => {
    live.page.type(0, '\nlive()');
    const before = await live.cells();
    const merged = await live.outside([
      c,
      code('a = 2', 'a'),
      code('x', 'x'),
      code('y', 'y')
    ]);
    assert.deepEqual(await live.sources(), [
      'c = 1',
      'a = 2\nlive()',
      'x',
      'y'
    ]);
    const undone = await live.undo(merged);
    assert.deepEqual(await live.cells(), before);
    assert.deepEqual(undone.counts, {
      ...none,
      changed: 1,
      added: 1,
      deleted: 2,
      moved: 1
    });
    await live.undo(undone);
    assert.deepEqual(await live.sources(), [
      'c = 1',
      'a = 2\nlive()',
      'x',
      'y'
    ]);
    live.page.type(2, ' = live');
    const third = await live.undo(merged);
    assert.deepEqual(third.names, ['x = live']);
    assert.deepEqual(await live.sources(), [
      'a = 1\nlive()',
      'x = live',
      'b = 1',
      'c = 1'
    ]);
  }
);

story('undoing twice does it once', async live => {
  const merged = await live.outside([a, code('b = 2', 'b'), c]);
  assert.equal((await live.undo(merged)).changes, true);
  const again = await live.undo(merged);
  assert.equal(again.changes, false);
  assert.equal(again.counts.conflicts, 0);
});

story(
  'a text file is merged by lines and words, and taken back alike',
  async live => {
    live.source.insert(live.source.length, 'live\n');
    const merged = await live.outside('ONE\ntwo\nthree\n');
    assert.equal(String(live.source), 'ONE\ntwo\nthree\nlive\n');
    assert.deepEqual(merged.counts, { ...none, changed: 1 });
    await live.undo(merged);
    assert.equal(String(live.source), 'one\ntwo\nthree\nlive\n');
    live.source.delete(0, 3);
    live.source.insert(0, 'mine');
    live.base = { type: 'text', text: 'one\ntwo\nthree\n' };
    const conflict = await live.outside('yours\ntwo\nthree\n');
    assert.equal(String(live.source), 'mine\ntwo\nthree\nlive\n');
    assert.equal(conflict.counts.conflicts, 1);
    assert.deepEqual(conflict.names, ['mine']);
  },
  'one\ntwo\nthree\n'
);

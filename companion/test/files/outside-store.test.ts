/** A change of the file is merged while the store is not what it should be. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CommonsError } from '@jupyterlab-commons/protocol';
import { TestCompanion } from '../http/test-companion.ts';
import { code, type FileCell } from '../merging/live-notebook.ts';
import { LivePage } from './live-page.ts';
import { TestServer } from './test-server.ts';

const PATH = 'a.ipynb';

/** As older Jupyter writes it: no cell has an id. */
const fileOf = (...sources: string[]) =>
  JSON.stringify({
    cells: sources.map(source => code(source)),
    metadata: {},
    nbformat: 4,
    nbformat_minor: 4
  });

it('F9 a merge that the store did not remember is told, and its cells do not come twice', async () => {
  const commons = await new TestCompanion().start({ people: { ada: {} } });
  try {
    const server = await TestServer.dial(commons, 'ada');
    server.files.set(PATH, fileOf('a = 1', 'b = 1'));
    const id = await commons.share('ada', {
      name: PATH,
      type: 'notebook',
      path: PATH
    });
    const ada = await LivePage.open(commons, 'ada', id);
    const { store } = commons;
    const putAside = store.putAside.bind(store);
    store.putAside = () => {
      store.putAside = putAside;
      return Promise.reject(new CommonsError('STORE_BUSY'));
    };
    server.change(id, PATH, fileOf('a = 1', 'new = 1', 'b = 1'));
    await commons.passUntil(() => ada.sources.length === 3);
    await ada.type(1, ' + 2');
    await commons.passUntil(() => server.writes.length > 0);
    const all = ['a = 1', 'new = 1 + 2', 'b = 1'];
    assert.deepEqual(ada.sources, all);
    const written = JSON.parse(server.files.get(PATH)!).cells as FileCell[];
    assert.deepEqual(
      written.map(({ source }) => [source].flat().join('')),
      all
    );
    const told = await ada.socket.frame('merged');
    assert.deepEqual([told.added, told.undoable], [1, true]);
  } finally {
    await commons.stop();
  }
});

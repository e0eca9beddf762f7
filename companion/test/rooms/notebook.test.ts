/** D2: what is seeded, and that it comes out as it went in. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { YFile, YNotebook } from '@jupyter/ydoc';
import * as Y from 'yjs';
import { seedUpdate, toContent } from '../../src/rooms/content.ts';
import { defineRoots } from '../../src/rooms/schema.ts';
import { emptyNotebook, openTestRoom } from './test-room.ts';

/** The Yjs that @jupyter/ydoc brings, which is another one than the companion's. */
const pageRequire = createRequire(import.meta.resolve('@jupyter/ydoc'));
const PageYjs: typeof Y = await import(
  join(dirname(pageRequire.resolve('yjs')), 'yjs.mjs')
);

const folder = join(import.meta.dirname, 'notebooks');

function seeded(content: unknown): Y.Doc {
  const doc = new Y.Doc();
  defineRoots(doc, 'notebook');
  Y.applyUpdate(doc, seedUpdate('notebook', content).update);
  return doc;
}

function roundTrip(content: unknown): string {
  const doc = seeded(content);
  const text = toContent(doc, 'notebook');
  doc.destroy();
  return text;
}

function json(content: unknown): {
  cells: Record<string, unknown>[];
  metadata: Record<string, unknown>;
} & Record<string, unknown> {
  return JSON.parse(roundTrip(content));
}

for (const name of readdirSync(folder)) {
  test(`F1 ${name}, as Jupyter wrote it, comes out byte for byte`, () => {
    const text = readFileSync(join(folder, name), 'utf8');
    assert.equal(roundTrip(text), text);
    assert.equal(roundTrip(JSON.parse(text)), text);
  });

  test(`${name} is read by YNotebook as JupyterLab itself would read it`, t => {
    const content = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const notebook = new YNotebook();
    t.after(() => notebook.dispose());
    applyToYNotebook(notebook, seedUpdate('notebook', content).update);
    assert.equal(notebook.cells.length, content.cells.length);
    assert.deepEqual(
      notebook.cells.map(cell => cell.id),
      content.cells.map((cell: { id: string }) => cell.id)
    );
    assert.deepEqual(
      notebook.cells.map(cell => cell.getSource()),
      content.cells.map((cell: { source: string[] }) => cell.source.join(''))
    );
    assert.deepEqual(
      Object.keys(notebook.metadata).sort(),
      Object.keys(content.metadata).sort()
    );
  });
}

/** Through bytes alone: the notebook brings a Yjs of its own. */
function applyToYNotebook(
  notebook: { ydoc: unknown },
  update: Uint8Array
): void {
  PageYjs.applyUpdate(notebook.ydoc as never, update);
}

test('an edit made by YNotebook passes the guard and the schema, in both directions', async t => {
  const room = await openTestRoom({
    content: readFileSync(join(folder, 'everything.ipynb'), 'utf8')
  });
  const ada = await room.join('ada');
  const notebook = new YNotebook();
  t.after(() => notebook.dispose());
  applyToYNotebook(notebook, Y.encodeStateAsUpdate(ada.doc));
  const document = notebook.ydoc as unknown as Y.Doc;
  document.on('update', (update: Uint8Array) => Y.applyUpdate(ada.doc, update));
  notebook.insertCell(0, { cell_type: 'code', source: 'a = 1' });
  notebook.addCell({
    cell_type: 'markdown',
    source: '# b',
    metadata: { tags: ['x'] }
  });
  const code = notebook.cells[0]!;
  code.setSource('a = 2');
  if ('setOutputs' in code) {
    code.setOutputs([{ output_type: 'stream', name: 'stdout', text: 'x' }]);
    code.appendStreamOutput(0, 'y');
    code.execution_count = 4;
    code.executionState = 'running';
  }
  notebook.setMetadata('kernelspec', { name: 'julia' });
  notebook.moveCell(0, 2);
  notebook.deleteCell(1);
  notebook.undo();
  notebook.redo();
  await room.deliver();
  assert.equal(ada.closedWith(), null, ada.connection.closed?.detail);
  const saved = JSON.parse(await room.content());
  assert.deepEqual(
    saved.cells.map((cell: { source: string[] }) => cell.source.join('')),
    notebook.cells.map(cell => cell.getSource())
  );
  assert.deepEqual(
    saved.cells.find((cell: { source: string[] }) => cell.source[0] === 'a = 2')
      .outputs,
    [{ name: 'stdout', output_type: 'stream', text: ['xy'] }]
  );
  await room.close();
});

test('YFile reads a text document', t => {
  const file = new YFile();
  t.after(() => file.dispose());
  applyToYNotebook(file, seedUpdate('text', 'a\r\nü').update);
  assert.equal(file.getSource(), 'a\nü', 'as editors count line ends');
});

test('D2 an empty notebook gets a cell, and every cell an id of its own', () => {
  const empty = json(emptyNotebook);
  assert.equal(empty.cells.length, 1);
  assert.match(String(empty.cells[0]!.id), /^[0-9a-f]{8}$/);
  const cells = [
    {},
    { id: 'x' },
    { id: 'x' },
    { id: 7 },
    { id: 'not valid!' }
  ].map(cell => ({
    cell_type: 'code',
    source: [],
    metadata: {},
    outputs: [],
    execution_count: null,
    ...cell
  }));
  const ids = json({ cells, metadata: {}, nbformat: 4, nbformat_minor: 2 });
  assert.equal(new Set(ids.cells.map(cell => cell.id)).size, 5);
  assert.equal(ids.cells[1]!.id, 'x');
  assert.equal(ids.nbformat_minor, 5);
});

test('S9 trust does not travel with a file', () => {
  const cell = {
    cell_type: 'code',
    source: 'x',
    metadata: { trusted: true, a: 1 },
    outputs: [],
    execution_count: null
  };
  const { cells, metadata } = json({
    cells: [cell],
    metadata: { trusted: true, b: 2 },
    nbformat: 4,
    nbformat_minor: 4
  });
  assert.deepEqual(cells[0]!.metadata, { a: 1 });
  assert.deepEqual(metadata, { b: 2 });
});

test('hostile keys survive or are dropped, and change no prototype', () => {
  const text =
    '{"cells":[{"cell_type":"code","source":"","metadata":{"__proto__":{"polluted":1},"constructor":1,"a":{"constructor":{"prototype":{"polluted":1}},"__proto__":{"polluted":1}}},"outputs":[{"output_type":"display_data","data":{"constructor":"x","__proto__":"y","text/plain":["z"]},"metadata":{"hasOwnProperty":1}}],"execution_count":null}],"metadata":{"constructor":{"constructor":1},"toString":{"constructor":null}},"nbformat":4,"nbformat_minor":5}';
  const { cells, metadata } = json(text);
  assert.deepEqual(metadata, {
    constructor: { constructor: 1 },
    toString: { constructor: null }
  });
  assert.deepEqual(cells[0]!.metadata, {
    constructor: 1,
    a: { constructor: { prototype: { polluted: 1 } } }
  });
  assert.equal('polluted' in {}, false);
});

test('what is no notebook is refused in words', () => {
  const cell = (fields: object) => ({
    ...emptyNotebook,
    cells: [{ cell_type: 'code', source: '', ...fields }]
  });
  const bad: unknown[] = [
    '',
    '{',
    'null',
    '[]',
    '{}',
    7,
    null,
    undefined,
    [],
    { worksheets: [], nbformat: 3, nbformat_minor: 0 },
    { ...emptyNotebook, nbformat: 3 },
    { ...emptyNotebook, nbformat: 5 },
    { ...emptyNotebook, cells: [7] },
    { ...emptyNotebook, cells: {} },
    cell({ cell_type: 'heading' }),
    cell({ source: 7 }),
    cell({ source: [1, 2] }),
    cell({ outputs: [7] }),
    `{"cells":[],"nbformat":4,"metadata":{"a":${'['.repeat(200)}${']'.repeat(200)}}}`
  ];
  for (const content of bad) {
    assert.throws(
      () => seedUpdate('notebook', content),
      { code: 'FILE_UNSHAREABLE' },
      JSON.stringify(content)
    );
  }
  assert.throws(() => seedUpdate('text', { a: 1 }), {
    code: 'FILE_UNSHAREABLE'
  });
});

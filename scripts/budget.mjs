/**
 * The page stays small: every user downloads it, uncompressed on most servers.
 *
 *   node scripts/budget.mjs
 *
 * *Start* is what JupyterLab waits for: the remote entry and the chunks of the
 * modules that it asks for (`./extension`, `./style`). *Settled* is all that has
 * been fetched when the page has signed in and nobody has done anything; only a
 * browser knows that, so a browser test measures it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { at } from './common/paths.mjs';
import { assert, runChecks } from './common/results.mjs';
import { isMain } from './common/steps.mjs';

const KB = 1000;
export const BUDGET = {
  startRaw: 60 * KB,
  startGzip: 22 * KB,
  settledRaw: 105 * KB,
  settledGzip: 36 * KB,
  wholeRaw: 550 * KB,
  chunkRaw: 45 * KB
};
const STATIC = at('jupyterlab_commons/labextension/static');
/** Yjs warns about a second copy of itself in these words. */
const YJS = 'Yjs was already imported';

const scripts = () => readdirSync(STATIC).filter(name => name.endsWith('.js'));
const read = name => readFileSync(join(STATIC, name));
const sum = (names, size) =>
  names.reduce((total, name) => total + size(read(name)), 0);
const inKb = bytes => `${(bytes / KB).toFixed(1)} KB`;

/** The chunks that one module of the remote entry loads. */
function chunksOf(entry, exposed) {
  const begin = entry.indexOf(`"${exposed}":`);
  const body =
    begin < 0
      ? ''
      : entry.slice(begin, entry.indexOf('=>', entry.indexOf('.then', begin)));
  return [...body.matchAll(/\.e\(\s*"?([\w-]+)"?\s*\)/g)].map(([, id]) => id);
}

/** The files that are fetched before anybody has done anything. */
export function startFiles() {
  const names = scripts();
  const entry = names.find(name => name.startsWith('remoteEntry.'));
  const text = read(entry).toString('utf8');
  const ids = ['./extension', './style', './index'].flatMap(exposed =>
    chunksOf(text, exposed)
  );
  const chunks = names.filter(name =>
    ids.some(id => name.startsWith(`${id}.`))
  );
  return [entry, ...chunks.filter(name => name !== entry)];
}

/** Bytes of some of the built files, as they are and compressed. */
const measure = names => ({
  raw: sum(names, data => data.length),
  gzip: sum(names, data => gzipSync(data).length)
});

function within(what, bytes, limit) {
  assert(
    bytes <= limit,
    `${what} is ${inKb(bytes)}, ${inKb(bytes - limit)} over its budget of ${inKb(limit)}.`
  );
}

/** The checks, as [title, check]. */
export const budgetChecks = () => [
  [
    'start, raw',
    () =>
      within(
        'What is loaded at start',
        measure(startFiles()).raw,
        BUDGET.startRaw
      )
  ],
  [
    'start, gzip',
    () =>
      within(
        'What is loaded at start, compressed,',
        measure(startFiles()).gzip,
        BUDGET.startGzip
      )
  ],
  [
    'whole, raw',
    () => within('The whole extension', measure(scripts()).raw, BUDGET.wholeRaw)
  ],
  [
    'each chunk, raw',
    () => {
      for (const name of scripts()) {
        within(`The chunk ${name}`, read(name).length, BUDGET.chunkRaw);
      }
    }
  ],
  [
    'one yjs',
    () => {
      const copies = scripts().filter(name => read(name).includes(YJS));
      assert(
        copies.length === 0,
        `A second yjs is bundled in ${copies.join(', ')}: two copies cannot share a document.`
      );
    }
  ]
];

if (isMain(import.meta)) {
  const { raw, gzip } = measure(startFiles());
  console.log(
    `start ${inKb(raw)} raw, ${inKb(gzip)} gzip; whole ${inKb(measure(scripts()).raw)} raw`
  );
  const { failures } = await runChecks(budgetChecks());
  failures.forEach(({ text }) => console.error(text));
  process.exitCode = failures.length === 0 ? 0 : 1;
}

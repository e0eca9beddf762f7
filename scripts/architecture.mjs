/**
 * Imports point one way and never in a circle.
 *
 *   node scripts/architecture.mjs
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './common/paths.mjs';
import { filesBelow } from './common/stamps.mjs';
import { isMain } from './common/steps.mjs';

/** What any part of the companion may use: settings, log, time, and the interface of the store. */
const COMPANION_BASE = [
  'config',
  'log',
  'clock',
  'storage/store',
  'storage/ledger-store',
  'rooms/types',
  'ledger/types',
  'quota/types'
];
const CONCERNS = [
  'rooms',
  'sharing',
  'files',
  'hub',
  'usage',
  'ledger',
  'quota',
  'enforcement'
];

const inPage = names => names.map(name => `src/${name}`);
const inCompanion = names => names.map(name => `companion/src/${name}`);

/**
 * Which parts a part may import beside itself. A part is a folder or a file
 * without its ending; a file in none of them is a question to be answered here.
 */
const MAY_IMPORT = {
  'protocol/src': [],
  'src/index': inPage([
    'client/plugin',
    'client/usage-plugin',
    'notebook/plugin',
    'sharing/plugin',
    'sessions/plugin',
    'usage/plugin',
    'gpu/plugin',
    'git/plugin',
    'git/diff/plugin',
    'git/commit/plugin',
    'quota/plugin',
    'tokens'
  ]),
  'src/tokens': [],
  'src/client': inPage(['tokens']),
  'src/ui': inPage(['tokens']),
  'src/notebook': inPage(['client', 'ui', 'tokens']),
  'src/sharing': inPage(['client', 'ui', 'tokens']),
  'src/sessions': inPage(['client', 'ui', 'tokens']),
  'src/usage': inPage(['client', 'ui', 'tokens']),
  'src/git': inPage(['client', 'ui', 'tokens']),
  'src/gpu': inPage(['client', 'ui', 'tokens']),
  'src/quota': inPage(['client', 'ui', 'tokens']),
  'companion/src/main': inCompanion([
    ...COMPANION_BASE,
    'companion',
    'storage',
    'hub'
  ]),
  'companion/src/companion': inCompanion([
    ...COMPANION_BASE,
    'parts',
    'doors',
    'live'
  ]),
  'companion/src/parts': inCompanion([...COMPANION_BASE, ...CONCERNS, 'live']),
  'companion/src/doors': inCompanion([
    ...COMPANION_BASE,
    ...CONCERNS,
    'parts',
    'http',
    'live',
    'dashboard',
    'metrics'
  ]),
  // The admin's page is HTML beside the API.
  'companion/src/http': inCompanion([
    ...COMPANION_BASE,
    ...CONCERNS,
    'dashboard'
  ]),
  'companion/src/dashboard': inCompanion([
    ...COMPANION_BASE,
    'hub',
    'http/forwarded'
  ]),
  // Counts what all others do.
  'companion/src/metrics': inCompanion([
    ...COMPANION_BASE,
    ...CONCERNS,
    'live'
  ]),
  // An upgrade to a WebSocket begins as an HTTP request.
  'companion/src/live': inCompanion([...COMPANION_BASE, ...CONCERNS, 'http']),
  'companion/src/rooms': inCompanion(['storage/store']),
  // Pure, like the rooms: what becomes of two versions of a document.
  'companion/src/merging': inCompanion(['rooms']),
  'companion/src/storage': inCompanion(['log', 'rooms/types', 'ledger/types']),
  // Who may do what stands on who somebody is.
  'companion/src/sharing': inCompanion([
    ...COMPANION_BASE,
    'hub',
    'rooms/line-ends'
  ]),
  // The owner's file is reached over the link.
  'companion/src/files': inCompanion([
    ...COMPANION_BASE,
    'sharing',
    'merging',
    'rooms/line-ends',
    'live/link'
  ]),
  // Samples come over the link.
  'companion/src/usage': inCompanion([...COMPANION_BASE, 'live/link']),
  'companion/src/hub': inCompanion(COMPANION_BASE),
  // Servers are seen at the hub, and report over the link.
  'companion/src/ledger': inCompanion([...COMPANION_BASE, 'hub', 'usage']),
  // Policies stand on what the ledger knows; what follows from them stands on both.
  'companion/src/quota': inCompanion([...COMPANION_BASE, 'ledger']),
  // Puts ledger, policies and enforcement together.
  'companion/src/quota/parts': inCompanion([
    ...COMPANION_BASE,
    ...CONCERNS,
    'http',
    'live'
  ]),
  'companion/src/enforcement': inCompanion([
    ...COMPANION_BASE,
    ...CONCERNS,
    'live'
  ]),
  'companion/src/config': inCompanion(['log', 'config-values']),
  'companion/src/config-values': inCompanion(['log']),
  'companion/src/log': [],
  'companion/src/clock': inCompanion(['rooms/types'])
};

/** `import … from`, `export … from`, `import '…'`, `import('…')`; the clause, then the file. */
const IMPORT =
  /(?:\b(?:import|export)\s+((?:type\s+)?[\w*{][^'";]*?)\s*from\s*|\bimport\s*\(\s*|\bimport\s+)['"](\.[^'"]+)['"]/g;
const ENDINGS = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'];
const TESTS = /(^|\/)(__tests__|test)\//;

const isSource = file => /\.tsx?$/.test(file) && !TESTS.test(file);
const withoutEnding = file => file.replace(/\.tsx?$/, '');

function target(from, specifier) {
  const base = join(dirname(from), specifier);
  const found = ENDINGS.map(ending => base + ending).find(
    path => existsSync(path) && statSync(path).isFile()
  );
  return found === undefined ? null : relative(root, found);
}

/** Whether nothing of an import is left when the program runs. */
const isTypeOnly = clause =>
  clause !== undefined &&
  (/^type\s/.test(clause) || /^\{\s*(type\s+[^,}]+,?\s*)+\}$/.test(clause));

/** Each of our files with those of our files that it imports, as [path, type only]. */
function importGraph() {
  const files = filesBelow('src', 'protocol/src', 'companion/src').filter(
    file => isSource(relative(root, file))
  );
  return new Map(
    files.map(file => {
      const text = readFileSync(file, 'utf8');
      const targets = [...text.matchAll(IMPORT)]
        .map(([, clause, specifier]) => [
          target(file, specifier),
          isTypeOnly(clause)
        ])
        .filter(([path]) => path !== null && isSource(path));
      return [relative(root, file), targets];
    })
  );
}

const isIn = (file, part) => {
  const name = withoutEnding(file);
  return name === part || name.startsWith(`${part}/`);
};

/** The narrowest part that a file belongs to. */
const partOf = file =>
  Object.keys(MAY_IMPORT)
    .filter(part => isIn(file, part))
    .sort((a, b) => b.length - a.length)[0];

function wrongWay(graph) {
  const problems = [];
  for (const [file, targets] of graph) {
    const part = partOf(file);
    if (part === undefined) {
      problems.push(
        `${file} belongs to no part that scripts/architecture.mjs knows.`
      );
      continue;
    }
    for (const [path] of targets) {
      if (
        !isIn(path, part) &&
        !MAY_IMPORT[part].some(allowed => isIn(path, allowed))
      ) {
        problems.push(`${file} may not import ${path}.`);
      }
    }
  }
  return problems;
}

/** In the page: models know no panel, and nobody but the index knows a plugin. */
function wrongInPanel(graph) {
  const problems = [];
  for (const [file, targets] of graph) {
    for (const [path] of targets.filter(([name]) => name.startsWith('src/'))) {
      if (/\/plugin\.tsx?$/.test(path) && file !== 'src/index.ts') {
        problems.push(
          `${file} may not import ${path}: only src/index.ts knows plugins.`
        );
      }
      if (/\/model\.ts$/.test(file) && /\.tsx$/.test(path)) {
        problems.push(`${file} may not import ${path}: a model draws nothing.`);
      }
    }
  }
  return problems;
}

/** One sentence per circle. Types alone make none: they are gone when it runs. */
function circles(graph) {
  const problems = [];
  const done = new Set();
  const visit = (file, trail) => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      problems.push(
        `A circle of imports: ${[...trail.slice(start), file].join(' → ')}.`
      );
      return;
    }
    if (done.has(file)) {
      return;
    }
    for (const [path, typeOnly] of graph.get(file) ?? []) {
      if (!typeOnly) {
        visit(path, [...trail, file]);
      }
    }
    done.add(file);
  };
  for (const file of graph.keys()) {
    visit(file, []);
  }
  return problems;
}

/** One sentence per import that should not be; empty when all is well. */
export function findArchitectureProblems() {
  const graph = importGraph();
  return [...wrongWay(graph), ...wrongInPanel(graph), ...circles(graph)];
}

if (isMain(import.meta)) {
  const problems = findArchitectureProblems();
  problems.forEach(problem => console.error(problem));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

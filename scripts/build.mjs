/**
 * Builds what has changed: protocol, page, companion.
 *
 *   node scripts/build.mjs [--production] [--force]
 *
 * Also run by `pip install` from a checkout, where there is no `.venv`: then
 * the tools are those on the PATH.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thirdPartyLicences } from './common/licences.mjs';
import { at, venvBin } from './common/paths.mjs';
import { isMain, main, must, openLog, step } from './common/steps.mjs';
import { hashOf, unlessDone } from './common/stamps.mjs';

const ADVICE = 'Repair what is named above, then run this again.';
const PROTOCOL = [
  'protocol/src',
  'protocol/tsconfig.json',
  'protocol/package.json'
];
const PAGE = [...PROTOCOL, 'src', 'tsconfig.json', 'yarn.lock'];
const COMPANION = [
  ...PROTOCOL,
  'companion/src',
  'companion/dashboard',
  'companion/package.json',
  'yarn.lock'
];
const COMPANION_DIST = at('companion/dist');

const tool = name =>
  existsSync(join(venvBin, name)) ? join(venvBin, name) : name;
const tsc = (...args) =>
  must(process.execPath, [at('node_modules/typescript/bin/tsc'), ...args]);

const buildProtocol = force =>
  unlessDone(
    'protocol',
    { hash: hashOf(PROTOCOL), outputs: [at('protocol/lib/index.js')], force },
    async () => {
      await tsc('-b', 'protocol');
    }
  );

const buildPage = force =>
  unlessDone(
    'page',
    { hash: hashOf(PAGE), outputs: [at('lib/index.js')], force },
    async () => {
      await tsc('-b', '.');
    }
  );

function buildExtension(production, force) {
  const hash = hashOf(
    [...PAGE, 'style', 'schema', 'package.json', 'webpack.config.js'],
    production
  );
  const outputs = [at('jupyterlab_commons/labextension/package.json')];
  return unlessDone('extension', { hash, outputs, force }, async () => {
    rmSync(at('jupyterlab_commons/labextension'), {
      recursive: true,
      force: true
    });
    await must(tool('jupyter-builder'), [
      'build',
      ...(production ? [] : ['--development=True']),
      '.'
    ]);
    return production ? 'production' : 'development';
  });
}

/** One file per thread with everything in it, so that the companion needs no node_modules. */
async function bundleCompanion() {
  rmSync(COMPANION_DIST, { recursive: true, force: true });
  const inputs = [...(await bundleServer()), ...(await bundleDashboard())];
  writeFileSync(
    join(COMPANION_DIST, 'third-party-licences.txt'),
    thirdPartyLicences(inputs)
  );
}

/** Runs esbuild and answers the files that went in. */
async function bundle(name, args) {
  const meta = at(`.cache/${name}-bundle.json`);
  await must(at('node_modules/.bin/esbuild'), [
    ...args,
    '--bundle',
    '--format=esm',
    '--legal-comments=none',
    '--entry-names=[name]',
    `--metafile=${meta}`
  ]);
  return Object.keys(JSON.parse(readFileSync(meta, 'utf8')).inputs);
}

const bundleServer = () =>
  bundle('companion', [
    'companion/src/main.ts',
    'companion/src/storage/sqlite/store-worker.ts',
    '--platform=node',
    '--target=node24',
    '--outdir=companion/dist',
    // Bundled CommonJS packages still ask for Node's own modules by require.
    "--banner:js=import { createRequire as commonsRequire } from 'node:module'; const require = commonsRequire(import.meta.url);"
  ]);

/** The admin's page; the companion serves it from beside its own file. */
const bundleDashboard = () =>
  bundle('dashboard', [
    'companion/dashboard/page.tsx',
    'companion/dashboard/page.css',
    '--minify',
    '--platform=browser',
    '--target=es2022',
    '--outdir=companion/dist/dashboard'
  ]);

/** Outside of this checkout the bundle has no package.json above it that says it is ESM. */
function describeBundle() {
  const { version, license } = JSON.parse(
    readFileSync(at('companion/package.json'), 'utf8')
  );
  const description = {
    name: 'commons-companion',
    version,
    license,
    private: true,
    type: 'module'
  };
  writeFileSync(
    join(COMPANION_DIST, 'package.json'),
    `${JSON.stringify(description, null, 2)}\n`
  );
}

const buildCompanion = force =>
  unlessDone(
    'companion',
    {
      hash: hashOf([
        ...COMPANION,
        'scripts/build.mjs',
        'scripts/common/licences.mjs'
      ]),
      outputs: ['main.js', 'store-worker.js', 'dashboard/page.js'].map(file =>
        join(COMPANION_DIST, file)
      ),
      force
    },
    async () => {
      await bundleCompanion();
      describeBundle();
    }
  );

/** Builds what has changed since the last time. `force` builds everything. */
export async function build({ production = false, force = false } = {}) {
  await step('protocol', ADVICE, () => buildProtocol(force));
  await step('companion', ADVICE, () => buildCompanion(force));
  await step('page', ADVICE, () => buildPage(force));
  await step('labextension', ADVICE, () => buildExtension(production, force));
}

if (isMain(import.meta)) {
  main(async () => {
    openLog('build');
    await build({
      production: process.argv.includes('--production'),
      force: process.argv.includes('--force')
    });
  });
}

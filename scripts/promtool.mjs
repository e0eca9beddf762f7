/** Finds the checker of Prometheus rules: the system's own, else the one in Debian's package, unpacked and not installed. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './common/paths.mjs';
import { must } from './common/steps.mjs';

const PLACES = ['/usr/bin/promtool', '/usr/local/bin/promtool'];
const FOLDER = at('.cache/prometheus');
const UNPACKED = join(FOLDER, 'usr/bin/promtool');
const ADVICE =
  'Install promtool (on Debian: apt-get install prometheus, or put promtool at /usr/local/bin).';

/** The path of a promtool. Throws what to do where there is none and Debian's package cannot be had. */
export async function ensurePromtool() {
  const found = [...PLACES, UNPACKED].find(path => existsSync(path));
  return found ?? unpack();
}

/** Installing the package would also start a Prometheus. */
async function unpack() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg-deb')) {
    throw new Error(ADVICE);
  }
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const download = () =>
    must('apt-get', ['download', '-q', 'prometheus'], { cwd: FOLDER });
  try {
    await download().catch(async () => {
      await must('apt-get', ['update', '-q']);
      await download();
    });
  } catch {
    throw new Error(ADVICE);
  }
  const [archive] = readdirSync(FOLDER).filter(name => name.endsWith('.deb'));
  await must('dpkg-deb', ['-x', join(FOLDER, archive), FOLDER]);
  rmSync(join(FOLDER, archive));
  return UNPACKED;
}

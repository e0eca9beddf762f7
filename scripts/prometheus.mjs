/** Finds Prometheus and the checker of its rules: the system's own, else those in Debian's package, unpacked and not installed. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './common/paths.mjs';
import { must } from './common/steps.mjs';

const FOLDER = at('.cache/prometheus');
const UNPACKED = join(FOLDER, 'usr/bin');
const PLACES = ['/usr/bin', '/usr/local/bin', UNPACKED];
const PROGRAMS = ['prometheus', 'promtool'];
const ADVICE =
  'Install Prometheus (on Debian: apt-get install prometheus, or put prometheus and promtool at /usr/local/bin).';

/** The paths of both programs. Throws what to do where they are not there and Debian's package cannot be had. */
export async function ensurePrometheus() {
  const found = PLACES.find(place =>
    PROGRAMS.every(name => existsSync(join(place, name)))
  );
  const place = found ?? (await unpack());
  return {
    prometheus: join(place, 'prometheus'),
    promtool: join(place, 'promtool')
  };
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

/** Installs Debian packages where we may; says what to do where we may not. */
import { existsSync } from 'node:fs';
import { must } from './steps.mjs';

/** Throws `advice` unless this is Debian (or a relative of it) and we are root. */
export async function installDebian(packages, advice) {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(advice);
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get', ['update', '-q'], { env });
  await must(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', ...packages],
    { env }
  );
}

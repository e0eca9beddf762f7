/** One setup or build at a time in one checkout. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './paths.mjs';

const POLL_MS = 300;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function tryToTake(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return null;
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw error;
    }
  }
  const owner = Number(readFileSync(file, 'utf8'));
  if (!isAlive(owner)) {
    rmSync(file, { force: true });
    return tryToTake(file);
  }
  return owner;
}

/** Holds `.cache/<name>.lock` while `work` runs; waits for a living holder. */
export async function withLock(name, work) {
  mkdirSync(cache, { recursive: true });
  const file = join(cache, `${name}.lock`);
  let told = false;
  for (let owner = tryToTake(file); owner !== null; owner = tryToTake(file)) {
    if (!told) {
      console.log(`  … waiting for process ${owner}, which does the same here`);
      told = true;
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

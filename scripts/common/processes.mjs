/** Finds and ends the processes of one run of the demo, and only those. */
import { readFileSync, readdirSync } from 'node:fs';

const POLL_MS = 50;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/**
 * The processes that carry `mark` (as `NAME=value`) in their environment, as
 * {pid, parent, args}. Empty where there is no /proc; the hub then ends its children alone.
 */
export function processesOf(mark) {
  let pids = [];
  try {
    pids = readdirSync('/proc').filter(name => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return pids
    .filter(
      pid => Number(pid) !== process.pid && read(pid, 'environ').includes(mark)
    )
    .map(pid => ({
      pid: Number(pid),
      parent: Number(
        /\) \S (\d+)/.exec(read(pid, 'stat').join('\0'))?.[1] ?? 0
      ),
      args: read(pid, 'cmdline')
    }));
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') {
      throw error;
    }
  }
}

/** Whether none of the processes is left before the time is over. */
async function gone(list, seconds) {
  const until = Date.now() + seconds * 1000;
  while (list().length > 0) {
    if (Date.now() > until) {
      return false;
    }
    await sleep(POLL_MS);
  }
  return true;
}

/** Asks `pid` to end, then whatever else carries the mark; in the end without asking. */
export async function endProcesses(pid, mark) {
  signal(pid, 'SIGTERM');
  await gone(() => (isAlive(pid) ? [pid] : []), 20);
  for (const name of ['SIGTERM', 'SIGKILL']) {
    processesOf(mark).forEach(found => signal(found.pid, name));
    if (await gone(() => processesOf(mark), 5)) {
      break;
    }
  }
}

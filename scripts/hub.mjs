/**
 * A real JupyterHub in a folder of its own, for `npm start` and the browser
 * tests. Everything it starts carries a mark, so that everything can be ended.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  createWriteStream,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { at, toolEnv, venvBin, venvNode, venvPython } from './common/paths.mjs';
import { freePorts } from './common/ports.mjs';
import { endProcesses, isAlive, processesOf } from './common/processes.mjs';
import { must, tail } from './common/steps.mjs';

export const PEOPLE = ['alice', 'bob', 'carol', 'admin'];
export const PASSWORD = 'commons';
const START_SECONDS = 90;
const POLL_MS = 100;

const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const markOf = run => `COMMONS_DEMO_RUN=${run}`;

/** The run that a folder remembers; null for none. */
function rememberedRun(dir) {
  try {
    return JSON.parse(readFileSync(join(dir, 'run.json'), 'utf8'));
  } catch {
    return null;
  }
}

/**
 * What an earlier run left in `dir`: `running` with its address when its
 * starter is alive, `crashed` when only processes of it are, null for nothing.
 */
export function findEarlierRun(dir) {
  const earlier = rememberedRun(dir);
  if (earlier === null || processesOf(markOf(earlier.run)).length === 0) {
    return null;
  }
  return {
    ...earlier,
    state: isAlive(earlier.starter) ? 'running' : 'crashed'
  };
}

/** Ends every process that an earlier run in `dir` left behind. */
export async function endEarlierRun(dir) {
  const { run, hub } = rememberedRun(dir);
  const mark = markOf(run);
  // The number may belong to somebody else by now.
  const isOurs = processesOf(mark).some(found => found.pid === hub);
  await endProcesses(isOurs ? hub : processesOf(mark)[0].pid, mark);
  rmSync(join(dir, 'run.json'), { force: true });
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function waitFor(url, child, logFile) {
  const until = Date.now() + START_SECONDS * 1000;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > until) {
      const why =
        child.exitCode === null
          ? `did not answer in ${START_SECONDS} s`
          : 'ended';
      const error = new Error(`The hub ${why}.`);
      error.output = tail(readFileSync(logFile, 'utf8'));
      throw error;
    }
    await sleep(POLL_MS);
  }
}

/** Stops the hub and waits until nothing that it started is left. */
async function stopHub(dir, child, mark) {
  await endProcesses(child.pid, mark);
  rmSync(join(dir, 'run.json'), { force: true });
}

/** The Node process of the companion, not the launcher above it; null while it is down. */
function companionPid(mark) {
  const found = processesOf(mark).filter(({ args }) =>
    args.some(arg => /companion[/\\](dist[/\\])?main\.js$/.test(arg))
  );
  // The launcher may name the file too; the companion is the innermost of them.
  const parents = new Set(found.map(({ parent }) => parent));
  return found.find(({ pid }) => !parents.has(pid))?.pid ?? null;
}

/** Takes out what a hub would mistake for its own when this is started in a terminal of another hub. */
const withoutHub = Object.fromEntries(
  Object.keys(process.env)
    .filter(name => /^(JUPYTER|JPY_|CONFIGPROXY_)/.test(name))
    .map(name => [name, undefined])
);

/**
 * Copies what is built, so that a build in another terminal does not pull files
 * from under a running hub. Answers the variables that point at the copy.
 */
function snapshotBuild(dir) {
  const copy = join(dir, 'build');
  const { name } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  cpSync(at('companion/dist'), join(copy, 'companion'), { recursive: true });
  cpSync(
    at('jupyterlab_commons/labextension'),
    join(copy, 'share/jupyter/labextensions', name),
    { recursive: true }
  );
  return {
    COMMONS_DEMO_BUILD: join(copy, 'share/jupyter'),
    COMMONS_COMPANION: join(copy, 'companion/main.js')
  };
}

/** The Python environment of another hub, for what is started out of its folder of programs. */
const environmentOf = bin => ({
  VIRTUAL_ENV: dirname(bin),
  PATH: [bin, process.env.PATH ?? ''].join(delimiter)
});

function spawnHub(
  dir,
  { ports, run, apiToken, snapshot, servers, quota, bin }
) {
  const logFile = join(dir, 'hub.log');
  const child = spawn(
    join(bin ?? venvBin, 'jupyterhub'),
    ['--config', at('demo/jupyterhub_config.py')],
    {
      cwd: dir,
      // A terminal's Ctrl-C reaches the starter alone, which ends the hub in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: toolEnv({
        COMMONS_DEMO_DIR: dir,
        COMMONS_DEMO_RUN: run,
        COMMONS_DEMO_PORTS: ports.join(','),
        COMMONS_DEMO_PASSWORD: PASSWORD,
        COMMONS_DEMO_PROXY: JSON.stringify([
          venvNode(),
          at('node_modules/configurable-http-proxy/bin/configurable-http-proxy')
        ]),
        COMMONS_DEMO_API_TOKEN: apiToken,
        COMMONS_DEMO_SERVERS: servers && JSON.stringify(servers),
        COMMONS_DEMO_QUOTA: quota?.file,
        COMMONS_POLL_SECONDS: quota && String(quota.pollSeconds),
        ...withoutHub,
        ...(bin ? environmentOf(bin) : {}),
        ...(snapshot ? snapshotBuild(dir) : {})
      })
    }
  );
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  child.once('close', () => log.end());
  return { child, logFile };
}

/**
 * Starts a hub whose state lies in `dir` and waits until it answers.
 *
 * `port` is the public one (a free one if left out), `apiToken` a token with an
 * admin's rights for tests; with `snapshot` later builds do not reach this hub;
 * `servers` is what single people's servers get (see the demo's configuration);
 * `quota` the file of policies, and how often the hub is asked which servers run;
 * `bin` the folder with the programs of another hub than this project's own.
 * The answer's `stop()` ends everything; `exited` resolves when the hub ends, for
 * whatever reason.
 */
export async function startHub({
  dir,
  port,
  apiToken,
  snapshot = false,
  servers,
  quota,
  bin
}) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await must(venvPython, [at('demo/notebooks.py'), join(dir, 'homes')]);
  const [publicPort, ...others] = await freePorts(4);
  const ports = [port ?? publicPort, ...others];
  const run = randomBytes(8).toString('hex');
  const url = `http://127.0.0.1:${ports[0]}/`;
  const { child, logFile } = spawnHub(dir, {
    ports,
    run,
    apiToken,
    snapshot,
    servers,
    quota,
    bin
  });
  const exited = new Promise(resolve => child.once('exit', resolve));
  writeFileSync(
    join(dir, 'run.json'),
    JSON.stringify({ run, url, hub: child.pid, starter: process.pid })
  );
  const stop = () => stopHub(dir, child, markOf(run));
  try {
    await waitFor(`${url}hub/login`, child, logFile);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    dir,
    logFile,
    homes: join(dir, 'homes'),
    commonsUrl: `${url}services/commons/`,
    stop,
    exited,
    companionPid: () => companionPid(markOf(run)),
    /** Ends the companion without a word, as a crash would; its launcher stays. */
    killCompanion: () => {
      const pid = companionPid(markOf(run));
      if (pid === null) {
        throw new Error('The companion is not running.');
      }
      process.kill(pid, 'SIGKILL');
      return pid;
    }
  };
}

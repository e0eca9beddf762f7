/**
 * Figures of this machine; nothing is passed or failed.
 *
 *   node scripts/bench.mjs [name [part ...]]    all without a name
 *
 * The names are those of companion/bench/, `sampler` and `git`, which measure
 * what the sampler and the history cost beside other extensions. These are
 * installed in environments of their own; the parts are in scripts/bench/.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, cache, toolEnv, venvNode, venvPython } from './common/paths.mjs';
import { StepFailed, main, must, openLog, step } from './common/steps.mjs';
import { hashOf, unlessDone } from './common/stamps.mjs';
import { setup } from './setup.mjs';

/** Benches beside other extensions: where those are installed, and from what. */
const PEERS = {
  sampler: {
    place: 'bench-peers',
    requirements: 'peers-requirements.txt',
    program: 'sampler.py'
  },
  git: {
    place: 'bench-git',
    requirements: 'git-requirements.txt',
    program: 'git_costs.py'
  }
};
const CONSTRAINTS = 'scripts/requirements.txt';

function chosen(name) {
  const all = readdirSync(at('companion/bench'))
    .filter(file => file.endsWith('.ts'))
    .map(file => file.replace(/\.ts$/, ''))
    .concat(Object.keys(PEERS));
  if (name !== undefined && !all.includes(name)) {
    console.error(
      `There is no bench of that name. There are: ${all.join(', ')}.`
    );
    throw new StepFailed('unknown bench');
  }
  return name === undefined ? all : [name];
}

/** The other extensions, on the same Python and server as ours but never beside our tools. */
function installPeers(name) {
  const place = join(cache, PEERS[name].place);
  const python = join(place, 'bin/python');
  const requirements = `scripts/bench/${PEERS[name].requirements}`;
  return unlessDone(
    PEERS[name].place,
    { hash: hashOf([requirements, CONSTRAINTS]), outputs: [python] },
    async () => {
      await must(venvPython, ['-m', 'venv', '--clear', place]);
      await must(python, [
        ...['-m', 'pip', 'install', '-r', requirements, '-c', CONSTRAINTS]
      ]);
    }
  );
}

async function commandOf(name, parts) {
  if (!(name in PEERS)) {
    return [venvNode(), at('companion/bench', `${name}.ts`)];
  }
  await step(
    'extensions to compare with',
    'Check that this machine reaches the package index (PyPI), then run this again.',
    () => installPeers(name)
  );
  const python = join(cache, PEERS[name].place, 'bin/python');
  return [python, at('scripts/bench', PEERS[name].program), ...parts];
}

/** Runs one bench in front of the person, who wants to see it as it comes. */
function runBench(name, [command, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env: toolEnv({ PYTHONPATH: undefined })
    });
    // It ends what it has started; we wait for that.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => child.kill(signal));
    }
    child.once('error', reject);
    child.once('exit', code =>
      code === 0 ? resolve() : reject(new StepFailed(name))
    );
  });
}

main(async () => {
  openLog('bench');
  const [name, ...parts] = process.argv.slice(2);
  const names = chosen(name);
  await setup();
  for (const each of names) {
    const command = await commandOf(each, parts);
    console.log(`\n▸ ${each}`);
    await runBench(each, command);
  }
});

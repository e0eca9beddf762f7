/**
 * Figures of this machine; nothing is passed or failed.
 *
 *   node scripts/bench.mjs [name [part ...]]    all without a name
 *
 * The names are those of companion/bench/ and `sampler`, which measures what
 * the sampler costs beside other extensions. They are installed in an
 * environment of their own; its parts are in scripts/bench/sampler.py.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, cache, toolEnv, venvNode, venvPython } from './common/paths.mjs';
import { StepFailed, main, must, openLog, step } from './common/steps.mjs';
import { hashOf, unlessDone } from './common/stamps.mjs';
import { setup } from './setup.mjs';

const SAMPLER = 'sampler';
const PEERS = join(cache, 'bench-peers');
const PEERS_PYTHON = join(PEERS, 'bin/python');
const REQUIREMENTS = 'scripts/bench/peers-requirements.txt';
const CONSTRAINTS = 'scripts/requirements.txt';

function chosen(name) {
  const all = readdirSync(at('companion/bench'))
    .filter(file => file.endsWith('.ts'))
    .map(file => file.replace(/\.ts$/, ''))
    .concat(SAMPLER);
  if (name !== undefined && !all.includes(name)) {
    console.error(
      `There is no bench of that name. There are: ${all.join(', ')}.`
    );
    throw new StepFailed('unknown bench');
  }
  return name === undefined ? all : [name];
}

/** The other extensions, on the same Python and server as ours but never beside our tools. */
const installPeers = () =>
  unlessDone(
    'bench-peers',
    { hash: hashOf([REQUIREMENTS, CONSTRAINTS]), outputs: [PEERS_PYTHON] },
    async () => {
      await must(venvPython, ['-m', 'venv', '--clear', PEERS]);
      await must(PEERS_PYTHON, [
        ...['-m', 'pip', 'install', '-r', REQUIREMENTS, '-c', CONSTRAINTS]
      ]);
    }
  );

async function commandOf(name, parts) {
  if (name !== SAMPLER) {
    return [venvNode(), at('companion/bench', `${name}.ts`)];
  }
  await step(
    'extensions to compare with',
    'Check that this machine reaches the package index (PyPI), then run this again.',
    installPeers
  );
  return [PEERS_PYTHON, at('scripts/bench/sampler.py'), ...parts];
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

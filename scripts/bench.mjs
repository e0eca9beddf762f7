/**
 * Figures of this machine; nothing is passed or failed.
 *
 *   node scripts/bench.mjs [name]     one of companion/bench/; all without a name
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { at, toolEnv, venvNode } from './common/paths.mjs';
import { StepFailed, main, openLog } from './common/steps.mjs';
import { setup } from './setup.mjs';

function chosen(name) {
  const all = readdirSync(at('companion/bench'))
    .filter(file => file.endsWith('.ts'))
    .map(file => file.replace(/\.ts$/, ''));
  if (name !== undefined && !existsSync(at('companion/bench', `${name}.ts`))) {
    console.error(
      `There is no bench of that name. There are: ${all.join(', ')}.`
    );
    throw new StepFailed('unknown bench');
  }
  return name === undefined ? all : [name];
}

/** Runs one bench in front of the person, who wants to see it as it comes. */
function runBench(name) {
  return new Promise((resolve, reject) => {
    const child = spawn(venvNode(), [at('companion/bench', `${name}.ts`)], {
      stdio: 'inherit',
      env: toolEnv()
    });
    child.once('error', reject);
    child.once('exit', code =>
      code === 0 ? resolve() : reject(new StepFailed(name))
    );
  });
}

main(async () => {
  openLog('bench');
  const names = chosen(process.argv[2]);
  await setup();
  for (const name of names) {
    console.log(`\n▸ ${name}`);
    await runBench(name);
  }
});

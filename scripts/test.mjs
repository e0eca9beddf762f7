/**
 * Sets up what is missing and runs every test. The last line says how many
 * passed and failed; the exit code is 1 when one failed or a runner had none.
 *
 *   node scripts/test.mjs [--long] [--only lint,jest,companion,pytest,wheel,budget,monitoring,ui]
 *
 * `--long` runs fuzz and crash tests at full length, with numbers of their own
 * each time: COMMONS_SEED=<the number it printed> repeats one.
 */
import { StepFailed, main, openLog, tail } from './common/steps.mjs';
import { broken } from './common/results.mjs';
import { budget } from './runners/budget.mjs';
import { companion } from './runners/companion.mjs';
import { jest } from './runners/jest.mjs';
import { lint } from './runners/lint.mjs';
import { monitoring } from './runners/monitoring.mjs';
import { pytest } from './runners/pytest.mjs';
import { ui } from './runners/ui.mjs';
import { wheel } from './runners/wheel.mjs';
import { setup } from './setup.mjs';

const RUNNERS = [lint, jest, companion, pytest, wheel, budget, monitoring, ui];
const FAILURE_LINES = 120;
/** How often chance is asked with `--long`; what is set already stays. */
const LONG = {
  COMMONS_LONG: '1',
  COMMONS_FUZZ_RUNS: '500',
  COMMONS_KILLS: '100'
};
/**
 * What tests choose by chance, unless it is set already. The gate tells whether a
 * change is right, and must say the same of the same change twice; `--long` looks
 * for what nobody has thought of, and chooses anew each time.
 */
const SEED = '1';
const newSeed = () => String(Math.floor(Math.random() * 1_000_000));

function chosenRunners(args) {
  const only = args.includes('--only')
    ? args[args.indexOf('--only') + 1]?.split(',')
    : null;
  const unknown =
    only?.filter(name => !RUNNERS.some(runner => runner.name === name)) ?? [];
  if (unknown.length > 0 || only === undefined) {
    console.error(
      `--only takes ${RUNNERS.map(({ name }) => name).join(', ')}.`
    );
    throw new StepFailed('unknown runner');
  }
  return only === null
    ? RUNNERS
    : RUNNERS.filter(({ name }) => only.includes(name));
}

function report(runner, { passed, failed, failures }, seconds) {
  console.log(
    `${failed === 0 ? '✓' : '✗'} ${runner.title}: ${passed} passed, ${failed} failed (${seconds} s)`
  );
  for (const { title, text } of failures) {
    console.log(`\n  ✗ ${title}\n${tail(text, FAILURE_LINES)}\n`);
  }
}

/** A runner that had nothing to run has proven nothing. */
async function runOne(runner) {
  const began = Date.now();
  console.log(`▸ ${runner.title}`);
  let result = await runner.run();
  if (result.passed + result.failed === 0) {
    result = broken(runner.title, 'No test was found.');
  }
  report(runner, result, ((Date.now() - began) / 1000).toFixed(1));
  return result;
}

main(async () => {
  const args = process.argv.slice(2);
  const runners = chosenRunners(args);
  const log = openLog('test');
  const isLong = args.includes('--long');
  if (isLong) {
    Object.assign(process.env, { ...LONG, ...process.env });
  }
  process.env.COMMONS_SEED ||= isLong ? newSeed() : SEED;
  console.log(`COMMONS_SEED=${process.env.COMMONS_SEED}`);
  const results = [];
  try {
    await setup({ onBuildFailure: () => results.push(broken('build', '')) });
    for (const runner of runners) {
      results.push(await runOne(runner));
    }
  } catch (error) {
    if (!(error instanceof StepFailed)) {
      console.error(error);
    }
    results.push(broken('setup', ''));
  }
  const sum = key => results.reduce((total, result) => total + result[key], 0);
  const failed = sum('failed');
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(
    `\nEverything the runners said is in ${log}; COMMONS_SEED=${process.env.COMMONS_SEED}.`
  );
  console.log(`${sum('passed')} passed, ${failed} failed`);
});

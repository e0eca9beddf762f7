/** The tests of the companion, on its own Node. */
import { readFileSync, rmSync } from 'node:fs';
import { cache, venvNode } from '../common/paths.mjs';
import { broken } from '../common/results.mjs';
import { run, tail } from '../common/steps.mjs';

const REPORT = `${cache}/companion.tap`;
const FILES = 'companion/test/**/*.test.ts';
const FAILURE_LINES = 200;

/** The number behind `# name` in the summary of a TAP report. */
function summary(report, name) {
  const match = new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report);
  return match === null ? null : Number(match[1]);
}

async function runCompanion() {
  rmSync(REPORT, { force: true });
  const { output, code } = await run(venvNode(), [
    '--test',
    // A test that hangs fails; the whole of them takes about a minute.
    `--test-timeout=${process.env.COMMONS_LONG ? 3_600_000 : 180_000}`,
    '--test-reporter=tap',
    `--test-reporter-destination=${REPORT}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    FILES
  ]);
  let report;
  try {
    report = readFileSync(REPORT, 'utf8');
  } catch {
    return broken('node --test did not run', output);
  }
  const passed = summary(report, 'pass');
  if (passed === null) {
    return broken('node --test did not finish', tail(output, FAILURE_LINES));
  }
  const counted = summary(report, 'fail') + summary(report, 'cancelled');
  const failed = Math.max(counted, code === 0 ? 0 : 1);
  const start = output.indexOf('failing tests:');
  const text = start < 0 ? tail(output, FAILURE_LINES) : output.slice(start);
  const failures = failed === 0 ? [] : [{ title: 'companion', text }];
  return { passed, failed, failures };
}

export const companion = {
  name: 'companion',
  title: 'companion (node --test)',
  run: runCompanion
};

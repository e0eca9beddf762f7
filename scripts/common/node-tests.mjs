/** Tests of Node's own runner, on the companion's Node. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, venvNode } from './paths.mjs';
import { broken } from './results.mjs';
import { run, tail } from './steps.mjs';

const FAILURE_LINES = 200;

/** The number behind `# name` in the summary of a TAP report. */
function summary(report, name) {
  const match = new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report);
  return match === null ? null : Number(match[1]);
}

/** Runs `files` (a pattern); `title` names them in failures. A test that hangs fails. */
export async function nodeTests(title, files, env = {}) {
  const tap = join(cache, `${title}.tap`);
  rmSync(tap, { force: true });
  const { output, code } = await run(
    venvNode(),
    [
      '--test',
      `--test-timeout=${process.env.COMMONS_LONG ? 3_600_000 : 180_000}`,
      '--test-reporter=tap',
      `--test-reporter-destination=${tap}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      files
    ],
    { env }
  );
  let report;
  try {
    report = readFileSync(tap, 'utf8');
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
  return { passed, failed, failures: failed === 0 ? [] : [{ title, text }] };
}

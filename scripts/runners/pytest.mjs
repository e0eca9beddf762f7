/** The tests of the Python part. */
import { readFileSync, rmSync } from 'node:fs';
import { cache, venvPython } from '../common/paths.mjs';
import { broken } from '../common/results.mjs';
import { run } from '../common/steps.mjs';

const REPORT = `${cache}/pytest.xml`;

async function runPytest() {
  rmSync(REPORT, { force: true });
  const { output, code } = await run(venvPython, [
    '-m',
    'pytest',
    '-q',
    `--junitxml=${REPORT}`
  ]);
  let report;
  try {
    report = readFileSync(REPORT, 'utf8');
  } catch {
    return broken('pytest did not run', output);
  }
  const suite = /<testsuite [^>]*>/.exec(report)?.[0] ?? '';
  const count = name =>
    Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = Math.max(
    count('failures') + count('errors'),
    code === 0 ? 0 : 1
  );
  const passed =
    count('tests') - count('failures') - count('errors') - count('skipped');
  const failures = failed === 0 ? [] : [{ title: 'pytest', text: output }];
  return { passed, failed, failures };
}

export const pytest = {
  name: 'pytest',
  title: 'Python (pytest)',
  run: runPytest
};

/** The tests of the page and of the protocol. */
import { readFileSync, rmSync } from 'node:fs';
import { at, cache, venvNode } from '../common/paths.mjs';
import { broken } from '../common/results.mjs';
import { run } from '../common/steps.mjs';

const REPORT = `${cache}/jest.json`;

/** A suite that does not even load has no tests to count. */
const failedToLoad = suite =>
  suite.status === 'failed' && suite.assertionResults.length === 0;

function failuresOf(suites) {
  return suites.flatMap(suite =>
    failedToLoad(suite)
      ? [{ title: suite.name, text: suite.message }]
      : suite.assertionResults
          .filter(test => test.status === 'failed')
          .map(test => ({
            title: test.fullName,
            text: test.failureMessages.join('\n')
          }))
  );
}

async function runJest() {
  rmSync(REPORT, { force: true });
  const { output } = await run(venvNode(), [
    at('node_modules/jest/bin/jest.js'),
    '--ci',
    '--json',
    `--outputFile=${REPORT}`
  ]);
  try {
    const report = JSON.parse(readFileSync(REPORT, 'utf8'));
    const failures = failuresOf(report.testResults);
    return { passed: report.numPassedTests, failed: failures.length, failures };
  } catch {
    return broken('jest did not run', output);
  }
}

export const jest = {
  name: 'jest',
  title: 'page and protocol (jest)',
  run: runJest
};

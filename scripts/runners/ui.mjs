/** Two people, two browsers, a real hub. */
import { readFileSync, rmSync } from 'node:fs';
import { ensureChromium } from '../chromium.mjs';
import { at, cache, venvNode } from '../common/paths.mjs';
import { broken } from '../common/results.mjs';
import { run } from '../common/steps.mjs';

const REPORT = `${cache}/ui.json`;

// eslint-disable-next-line no-control-regex
const COLOURS = /\u001b\[\d+m/g;

function testsOf(suite) {
  return [
    ...(suite.specs ?? []).map(spec => ({ file: suite.file, ...spec })),
    ...(suite.suites ?? []).flatMap(testsOf)
  ];
}

const messagesOf = spec =>
  spec.tests
    .flatMap(test => test.results.flatMap(result => result.errors))
    .map(error => error.message.replace(COLOURS, ''))
    .join('\n');

/** Shows each test as it ends. */
function progress(chunk) {
  for (const line of chunk.split('\n')) {
    if (/^\s+(ok|✓|✘|x|-)\s+\d+/.test(line)) {
      console.log(`  ${line.trim()}`);
    }
  }
}

async function runBrowserTests() {
  let chromium;
  try {
    chromium = await ensureChromium();
  } catch (error) {
    return broken(
      'no browser',
      [error.message, error.output].filter(Boolean).join('\n')
    );
  }
  rmSync(REPORT, { force: true });
  const { output, code } = await run(
    venvNode(),
    [
      at('node_modules/@playwright/test/cli.js'),
      'test',
      '-c',
      'ui-tests',
      '--reporter=list,json'
    ],
    {
      env: {
        CHROMIUM_PATH: chromium,
        PLAYWRIGHT_JSON_OUTPUT_NAME: REPORT,
        FORCE_COLOR: '0'
      },
      echo: progress
    }
  );
  let report;
  try {
    report = JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return broken('playwright did not run', output);
  }
  const failures = [
    ...report.errors.map(error => ({
      title: 'playwright',
      text: error.message
    })),
    ...report.suites
      .flatMap(testsOf)
      .filter(spec => !spec.ok)
      .map(spec => ({
        title: `${spec.file}: ${spec.title}`,
        text: messagesOf(spec)
      }))
  ];
  const { expected, unexpected, flaky } = report.stats;
  const failed = Math.max(
    unexpected + report.errors.length,
    code === 0 ? 0 : 1
  );
  return { passed: expected + flaky, failed, failures };
}

export const ui = {
  name: 'ui',
  title: 'browsers (playwright)',
  run: runBrowserTests
};

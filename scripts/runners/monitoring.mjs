/** What is handed to Prometheus and Grafana, checked by Prometheus itself and its own tool. */
import { spawnSync } from 'node:child_process';
import { assert, broken, runChecks } from '../common/results.mjs';
import { at, venvNode } from '../common/paths.mjs';
import { nodeTests } from '../common/node-tests.mjs';
import { must } from '../common/steps.mjs';
import { ensurePrometheus } from '../prometheus.mjs';

/** Every metric once, as the companion would say it. */
const EVERY_METRIC = `
  import { exposition } from './companion/src/metrics/exposition.ts';
  import { metrics } from './companion/src/metrics/table.ts';
  const measured = Object.entries(metrics).map(([name, { labels }]) => ({
    name, value: 1, labels: Object.fromEntries(labels.map(label => [label, 'x']))
  }));
  process.stdout.write(exposition(metrics, measured));
`;

async function metricsAreWellNamed(promtool) {
  const node = ['--input-type=module-typescript', '-e', EVERY_METRIC];
  const { stdout } = await must(venvNode(), node, { cwd: at('.') });
  const { status, stderr } = spawnSync(promtool, ['check', 'metrics'], {
    input: stdout,
    encoding: 'utf8'
  });
  assert(stdout.includes('commons_build_info'), 'No metric was told.');
  assert(status === 0, stderr);
}

const checks = promtool => [
  [
    'the rules of alerts can be read by Prometheus',
    () => must(promtool, ['check', 'rules', at('monitoring/alerts.yml')])
  ],
  [
    'alerts are silent when all is well, and speak up when it is not',
    () => must(promtool, ['test', 'rules', at('monitoring/alerts.test.yml')])
  ],
  [
    'Prometheus finds nothing wrong with the metrics',
    () => metricsAreWellNamed(promtool)
  ]
];

/** What both found, added up. */
const together = (one, other) => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  failures: [...one.failures, ...other.failures]
});

async function runMonitoring() {
  let programs;
  try {
    programs = await ensurePrometheus();
  } catch (error) {
    return broken('Prometheus', error.message);
  }
  const { prometheus, promtool } = programs;
  return together(
    await runChecks(checks(promtool)),
    await nodeTests('prometheus', 'companion/test/metrics/prometheus.real.ts', {
      COMMONS_PROMETHEUS: prometheus
    })
  );
}

export const monitoring = {
  name: 'monitoring',
  title: 'alerts and metrics (promtool and a Prometheus)',
  run: runMonitoring
};

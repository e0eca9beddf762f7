/**
 * What is handed to Prometheus, with a real one: it reads the metrics as the
 * admin's guide has it, the rules of alerts and every question of Grafana's
 * dashboard, and it answers a meter. COMMONS_PROMETHEUS names the program; the
 * runner `monitoring` brings it.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { askMeter } from '../../src/ledger/meters/meters.ts';
import { StubHub } from '../hub/stub-hub.ts';

const root = join(import.meta.dirname, '../../..');
const PROGRAM = process.env.COMMONS_PROMETHEUS!;
const TOKEN = 'secret-of-prometheus';
const PATIENCE_MS = 60_000;

const hub = new StubHub();
const children: ChildProcess[] = [];
let folder = '';
let url = '';

/** Ends with the tests; what it says goes beside theirs when it goes wrong. */
function started(
  program: string,
  args: string[],
  env: Record<string, string> = {}
): ChildProcess {
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit']
  });
  children.push(child);
  return child;
}

/** A companion that watches over a hub; answers its port. */
async function startCompanion(): Promise<number> {
  const policies = join(folder, 'quota.yaml');
  await writeFile(
    policies,
    `timezone: UTC
profiles: [{name: gpu, cpu: 4, memory: 8G, gpus: 1}]
policies: [{name: hours, resource: gpu-hours, limit: 100, window: {rolling: 30d}}]
`
  );
  const main = join(root, 'companion/src/main.ts');
  const args = ['--port', '0', '--data', join(folder, 'data')];
  const child = started(process.execPath, [main, ...args], {
    COMMONS_LOG_LEVEL: 'warn',
    COMMONS_METRICS_TOKEN: TOKEN,
    COMMONS_POLL_SECONDS: '5',
    COMMONS_QUOTA_FILE: policies,
    JUPYTERHUB_API_URL: hub.url,
    JUPYTERHUB_API_TOKEN: hub.serviceToken,
    JUPYTERHUB_CLIENT_ID: 'service-commons',
    JUPYTERHUB_SERVICE_PREFIX: '/services/commons/'
  });
  const [line] = await once(createInterface(child.stdout!), 'line');
  return (JSON.parse(String(line)) as { port: number }).port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The lines of the admin's guide with our address and secret, read every second. */
async function configOf(port: number): Promise<string> {
  const guide = await readFile(join(root, 'docs/admin-guide.md'), 'utf8');
  const [, lines = ''] =
    /^```yaml\n(scrape_configs:\n[^`]*)```$/m.exec(guide) ?? [];
  assert.match(lines, /the-token[^]*hub\.example\.org/);
  const own = lines
    .replace('hub.example.org', `127.0.0.1:${port}`)
    .replace('the-token', TOKEN);
  const rules = JSON.stringify(join(root, 'monitoring/alerts.yml'));
  return `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [${rules}]
${own}`;
}

/** What the API answers below `data`; throws what it says is wrong. */
async function asked<T>(path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`);
  const { status, data, error } = (await response.json()) as {
    status: string;
    data: T;
    error?: string;
  };
  assert.equal(status, 'success', error);
  return data;
}

type Found = { result: { metric: Record<string, string>; value: unknown[] }[] };
const query = (question: string) =>
  asked<Found>(`query?${new URLSearchParams({ query: question })}`);

/** Asks until it says what is wanted. */
async function until<T>(
  ask: () => Promise<T>,
  wanted: (answer: T) => boolean
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const answer = await ask();
      if (wanted(answer)) {
        return answer;
      }
      last = answer;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`it does not come: ${JSON.stringify(last) ?? String(last)}`);
}

/** Every question of every panel, as it is asked when all jobs are shown. */
async function questions(): Promise<string[]> {
  type Panel = { targets?: { expr: string }[] };
  const text = await readFile(
    join(root, 'monitoring/grafana-dashboard.json'),
    'utf8'
  );
  const { panels } = JSON.parse(text) as { panels: Panel[] };
  return panels
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .map(expr => expr.replaceAll('$job', '.+'));
}

describe('a real Prometheus', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'commons-prometheus-'));
    hub.add('ada', {
      groups: ['lab'],
      servers: { '': { started: new Date().toISOString() } }
    });
    await hub.start();
    const config = join(folder, 'prometheus.yml');
    await writeFile(config, await configOf(await startCompanion()));
    const port = await freePort();
    started(PROGRAM, [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'series')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error'
    ]);
    url = `http://127.0.0.1:${port}`;
  });

  after(async () => {
    for (const child of children) {
      if (child.exitCode === null && child.kill('SIGTERM')) {
        await once(child, 'exit');
      }
    }
    await hub.stop();
    await rm(folder, { recursive: true });
  });

  it('reads the metrics with the lines of the guide', async () => {
    const { result } = await until(
      () => query('sum by (job) (commons_servers_running)'),
      ({ result: [first] }) => first?.value[1] === '1'
    );
    assert.deepEqual(result[0]?.metric, { job: 'jupyterlab-commons' });
    assert.equal((await query('up')).result[0]?.value[1], '1');
  });

  it('evaluates the rules of alerts, of which none speaks when all is well', async () => {
    type Rules = {
      groups: { rules: { name: string; health: string; state: string }[] }[];
    };
    // Before the first metrics have come they are absent, which is an alert too.
    await until(
      async () => {
        const { groups } = await asked<Rules>('rules');
        return groups.flatMap(({ rules }) => rules);
      },
      rules =>
        rules.length > 0 &&
        rules.every(
          ({ health, state }) => health === 'ok' && state === 'inactive'
        )
    );
  });

  it("answers every question of Grafana's dashboard", async () => {
    const all = await questions();
    assert.ok(all.length > 0);
    for (const question of all) {
      // A rate needs the text twice, which is made every ten seconds; what has never happened has no series.
      const happens = !/commons_(quota|reported|samples)_/.test(question);
      await until(
        () => query(question),
        ({ result }) => result.length > 0 || !happens
      );
    }
  });

  it('is a meter', async () => {
    const now = Date.now();
    const rule = { name: 'm', gpu: null, everySeconds: 300, url } as const;
    const ask = (question: string) =>
      askMeter(
        {
          ...rule,
          kind: 'prometheus',
          resource: 'server-hours',
          query: question,
          userLabel: 'user'
        },
        { from: now - 60_000, to: now }
      );
    const used =
      'label_replace(sum(commons_servers_running) * {seconds} / 3600, "user", "ada", "", "")';
    assert.deepEqual([...(await ask(used))], [['ada', 60 / 3600]]);
    assert.deepEqual([...(await ask('absent(up)'))], []);
    await assert.rejects(ask('sum('), /Prometheus answers with 400/);
    await assert.rejects(ask('up'), /a series has no label "user"/);
  });
});

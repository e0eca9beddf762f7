/**
 * `npm run bench:sync`: how long an edit takes to a peer and to the disk, direct
 * and through the hub's proxy. Prints one table; changes nothing outside its own
 * temporary folder.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SocketClient, call, signIn } from '../test/socket-client.ts';

const EDITS = Number(process.env.COMMONS_BENCH_EDITS ?? 500);
const root = fileURLToPath(new URL('../..', import.meta.url));

function percentile(sorted: number[], share: number): number {
  return (
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ??
    NaN
  );
}

function row(name: string, times: number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map(share =>
    percentile(sorted, share).toFixed(2).padStart(8)
  );
  return `${name.padEnd(42)} ${p50} ${p95} ${p99}   ${sorted.length}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startCompanion(
  dir: string
): Promise<{ child: ChildProcess; port: number }> {
  const tokens = join(dir, 'tokens.json');
  await writeFile(
    tokens,
    JSON.stringify({
      'ada-token': { user: 'ada' },
      'bob-token': { user: 'bob' }
    })
  );
  const child = spawn(
    process.execPath,
    [
      join(root, 'companion/dist/main.js'),
      '--port',
      '0',
      '--data',
      join(dir, 'data')
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        COMMONS_TOKENS_FILE: tokens,
        COMMONS_LOG_LEVEL: 'warn',
        JUPYTERHUB_SERVICE_PREFIX: '/services/commons/'
      }
    }
  );
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, port: (JSON.parse(String(line)) as { port: number }).port };
}

/** configurable-http-proxy, as the hub starts it, with one route. */
async function startProxy(
  target: number
): Promise<{ child: ChildProcess; port: number }> {
  const [port, api] = [await freePort(), await freePort()];
  const child = spawn(
    process.execPath,
    [
      join(
        root,
        'node_modules/configurable-http-proxy/bin/configurable-http-proxy'
      ),
      ...[
        '--ip',
        '127.0.0.1',
        '--port',
        String(port),
        '--api-ip',
        '127.0.0.1',
        '--api-port',
        String(api)
      ],
      ...[
        '--default-target',
        `http://127.0.0.1:${target}`,
        '--log-level',
        'error'
      ]
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] }
  );
  for (;;) {
    const up = await fetch(
      `http://127.0.0.1:${port}/services/commons/healthz`
    ).then(
      a => a.ok,
      () => false
    );
    if (up) {
      return { child, port };
    }
    await new Promise(next => setTimeout(next, 50));
  }
}

async function measure(
  base: string
): Promise<{ peer: number[]; durable: number[] }> {
  const [ada, bob] = await Promise.all([
    signIn(base, 'ada-token'),
    signIn(base, 'bob-token')
  ]);
  const { id } = await call<{ id: string }>(
    base,
    'POST',
    'api/documents',
    ada,
    {
      name: 'bench.txt',
      type: 'text',
      content: 'start\n'
    }
  );
  await call(base, 'PUT', `api/documents/${id}/shares/users/bob`, ada, {
    role: 'edit'
  });
  const writer = await SocketClient.open(base, ada, id);
  const reader = await SocketClient.open(base, bob, id);
  const text = writer.doc.getText('source');
  const times = { peer: [] as number[], durable: [] as number[] };
  for (let edit = 0; edit < EDITS; edit++) {
    const started = performance.now();
    const seen = new Promise<void>(resolve => {
      reader.onPeerUpdate = resolve;
    }).then(() => times.peer.push(performance.now() - started));
    text.insert(text.length, 'x');
    await Promise.all([
      seen,
      writer
        .durable()
        .then(() => times.durable.push(performance.now() - started))
    ]);
    await new Promise(next => setTimeout(next, 12));
  }
  writer.close();
  reader.close();
  return times;
}

const dir = await mkdtemp(join(tmpdir(), 'commons-bench-'));
const children: ChildProcess[] = [];
try {
  const companion = await startCompanion(dir);
  children.push(companion.child);
  const proxy = await startProxy(companion.port);
  children.push(proxy.child);
  console.log(
    `${'milliseconds'.padEnd(42)} ${['p50', 'p95', 'p99'].map(p => p.padStart(8)).join(' ')}   edits`
  );
  for (const [name, port] of [
    ['direct', companion.port],
    ["through the hub's proxy", proxy.port]
  ] as const) {
    const times = await measure(`http://127.0.0.1:${port}/services/commons/`);
    console.log(row(`edit to peer, ${name}`, times.peer));
    console.log(row(`edit to durable, ${name}`, times.durable));
  }
} finally {
  for (const child of children) {
    child.kill();
  }
  await rm(dir, { recursive: true, force: true });
}

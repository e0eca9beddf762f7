/** Q1: meters of the admin's, with programs and a server that answer as the real ones do. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf } from '../../src/ledger/meters/program.ts';
import { askMeter } from '../../src/ledger/meters/meters.ts';
import type { Span } from '../../src/ledger/meters/types.ts';
import type { MeterRule } from '../../src/quota/types.ts';
import {
  LFS_QUOTA,
  PROMETHEUS,
  REPQUOTA,
  SACCT,
  SREPORT,
  XFS_QUOTA
} from './recorded.ts';
import { HOUR } from './hub-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'commons-meters-'));
after(() => rmSync(folder, { recursive: true }));

const local = (text: string) => Date.parse(text);
/** The time that the recorded answers are about. */
const span: Span = {
  from: local('2026-01-01T10:00:00'),
  to: local('2026-01-01T12:00:00')
};

let programs = 0;
/** A program that does that in a shell of its own. */
function program(script: string): string {
  const path = join(folder, `program ${++programs};'"`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o700);
  return path;
}
/** One that prints a text as it stands. */
function printing(text: string): string {
  const file = join(folder, `text${++programs}`);
  writeFileSync(file, text);
  return program(`cat '${file}'`);
}

/** Whether a process is there; one that nobody has waited for yet has ended. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

type Way = 'command' | 'slurm' | 'filesystem';
const common = { name: 'm', gpu: null, everySeconds: 300 } as const;

async function read(
  kind: Way,
  text: string,
  resource: MeterRule['resource'],
  gpu: string | null = null
): Promise<Record<string, number>> {
  const command = [printing(text)];
  const found = await askMeter(
    { ...common, kind, command, resource, gpu },
    span
  );
  return Object.fromEntries(
    [...found].map(([user, amount]) => [user, Math.round(amount * 1e6) / 1e6])
  );
}

describe('a command of the admin', () => {
  it('prints a user and an amount a line', async () => {
    const text = '# home\nada 12.5\n\n  bob\t3e1 \r\nada 0.5\n';
    assert.deepEqual(await read('command', text, 'storage-gib'), {
      ada: 13,
      bob: 30
    });
    assert.deepEqual(await read('command', '', 'storage-gib'), {});
  });

  for (const line of [
    'ada',
    'ada 1 2',
    'ada -1',
    'ada 12,5',
    'ada NaN',
    'ada 0x10'
  ]) {
    it(`"${line}" is refused in a sentence, and nothing of it counts`, async () => {
      await assert.rejects(
        read('command', `bob 1\n${line}\n`, 'storage-gib'),
        /a line must be a user and a number/
      );
    });
  }

  it('is told what time it is asked about, and nothing of our secrets', async () => {
    process.env.JUPYTERHUB_API_TOKEN = 'a secret';
    const script = program(
      'test -z "$JUPYTERHUB_API_TOKEN" || exit 9\n' +
        'test "$1" = "x 2026-01-01T10:00:00 7200" || exit 8\n' +
        'echo "from $COMMONS_METER_FROM"; echo "span $COMMONS_METER_SECONDS"'
    );
    const rule: MeterRule = {
      ...{ ...common, kind: 'command', resource: 'cpu-hours' },
      command: [script, 'x {from} {seconds}']
    };
    const found = await askMeter(rule, span);
    delete process.env.JUPYTERHUB_API_TOKEN;
    assert.deepEqual(Object.fromEntries(found), {
      from: span.from / 1000,
      span: 7200
    });
  });

  it('is started without a shell', async () => {
    const script = program('echo "$#" "$1"');
    const answer = await outputOf([script, '$(id); echo * | x'], {});
    assert.equal(answer, '1 $(id); echo * | x\n');
  });

  it('that fails, is not there, or is killed is told with what it said', async () => {
    await assert.rejects(
      outputOf([program('echo "no such user" >&2; exit 3')], {}),
      /ends with 3: no such user/
    );
    await assert.rejects(
      outputOf([join(folder, 'absent')], {}),
      /cannot be started/
    );
    await assert.rejects(outputOf([program('kill -9 $$')], {}), /SIGKILL/);
  });

  it('that takes too long is killed with all that it started', async () => {
    const noted = join(folder, 'started');
    const script = program(`sleep 1000 & echo $! > '${noted}'; wait`);
    await assert.rejects(
      outputOf([script], { timeoutMs: 500 }),
      /does not end within 0.5 s/
    );
    const started = Number(readFileSync(noted, 'utf8'));
    for (let turn = 0; isAlive(started); turn++) {
      assert.ok(turn < 1000, 'it goes on');
      await sleep(10);
    }
  });

  it('that says too much is killed', async () => {
    await assert.rejects(
      outputOf([program('yes')], { mostBytes: 100_000 }),
      /says too much/
    );
  });
});

describe('Slurm', () => {
  it('sacct: what each job held within the time counts', async () => {
    assert.deepEqual(await read('slurm', SACCT, 'gpu-hours'), {
      ada: 1 * 1 + 2 * 2,
      bob: 0,
      eve: 0
    });
    assert.deepEqual(await read('slurm', SACCT, 'gpu-hours', 'A100'), {
      ada: 1,
      bob: 0,
      eve: 0
    });
    assert.deepEqual(await read('slurm', SACCT, 'cpu-hours'), {
      ada: 8 * 1 + 4 * 2,
      bob: 2 * 0.5,
      eve: 1 * 2
    });
    assert.deepEqual(await read('slurm', SACCT, 'memory-gib-hours'), {
      ada: 48 * 1 + 31.25 * 2,
      bob: 0.5,
      eve: 2 * 1024
    });
    assert.deepEqual(await read('slurm', SACCT, 'server-hours'), {
      ada: 3,
      bob: 0.5,
      eve: 2
    });
    assert.deepEqual(await read('slurm', SACCT, 'credits'), {
      ada: 24 * 1 + 4 * 2,
      bob: 1,
      eve: 2
    });
  });

  it('sreport: logins only, in the unit that it says', async () => {
    assert.deepEqual(await read('slurm', SREPORT, 'gpu-hours'), {
      ada: 90 / 60,
      bob: 0
    });
    assert.deepEqual(await read('slurm', SREPORT, 'cpu-hours'), {
      ada: 10,
      bob: 0.5
    });
    const hours = SREPORT.replace('TRES Minutes', 'TRES Hours');
    assert.deepEqual(await read('slurm', hours, 'gpu-hours', 'a100'), {
      ada: 60
    });
  });

  const wrong: [text: string, says: RegExp][] = [
    ['', /says nothing/],
    ['ada|cpu=1|x|y\n', /headings must be/],
    [SACCT.replace('Start', 'Begin'), /headings must be/],
    [SREPORT.replace(/^Usage.*$/m, ''), /unit is missing/],
    [SREPORT.replaceAll('600', '600(3.1%)'), /must be a number/]
  ];
  for (const [text, says] of wrong) {
    it(`an answer that cannot be used is refused: ${String(says)}`, async () => {
      await assert.rejects(read('slurm', text, 'cpu-hours'), says);
    });
  }

  it('what it cannot know is said', async () => {
    await assert.rejects(
      read('slurm', SREPORT, 'server-hours'),
      /know nothing of server-hours/
    );
  });
});

describe('a quota of a file system', () => {
  it('repquota -O csv: KiB by user, file systems added up', async () => {
    assert.deepEqual(await read('filesystem', REPQUOTA, 'storage-gib'), {
      root: 0.001953,
      ada: 3,
      bob: 0
    });
  });

  it('xfs_quota report: users, not groups', async () => {
    assert.deepEqual(await read('filesystem', XFS_QUOTA, 'storage-gib'), {
      root: 0,
      ada: 1.5,
      'very-long-user-name': 0.25
    });
  });

  it('lfs quota: one user after the other, over their limit or not', async () => {
    assert.deepEqual(await read('filesystem', LFS_QUOTA, 'storage-gib'), {
      ada: 1.5,
      bob: 91.3125
    });
  });

  const wrong: [text: string, says: RegExp][] = [
    ['', /must be the answer of/],
    ['total 8\n', /must be the answer of/],
    [REPQUOTA.replace('BlockUsed', 'SpaceUsed'), /no column BlockUsed/],
    [XFS_QUOTA.replace('1572864', '1.5G'), /leave out -h/],
    [LFS_QUOTA.replace('kbytes', 'used'), /leave out -h/]
  ];
  for (const [text, says] of wrong) {
    it(`an answer that cannot be used is refused: ${String(says)}`, async () => {
      await assert.rejects(read('filesystem', text, 'storage-gib'), says);
    });
  }
});

describe('Prometheus', () => {
  async function asked(
    answer: RequestListener,
    change: Partial<Extract<MeterRule, { kind: 'prometheus' }>> = {}
  ): Promise<Record<string, number>> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const rule: MeterRule = {
      ...{ ...common, kind: 'prometheus', resource: 'cpu-hours' },
      ...{ url: `http://127.0.0.1:${port}/prom`, userLabel: 'user' },
      query: 'sum by (user) (increase(c[{seconds}s])) / 3600',
      ...change
    };
    try {
      return Object.fromEntries(await askMeter(rule, span));
    } finally {
      server.close();
      server.closeAllConnections();
    }
  }
  const saying =
    (body: string, status = 200): RequestListener =>
    (_request, response) =>
      response
        .writeHead(status, { 'content-type': 'application/json' })
        .end(body);

  it('is asked one instant query at the end of the time, and its vector read', async () => {
    let path = '';
    const found = await asked((request, response) => {
      path = request.url!;
      response.end(PROMETHEUS);
    });
    const { pathname, searchParams } = new URL(path, 'http://x');
    assert.equal(pathname, '/prom/api/v1/query');
    assert.equal(
      searchParams.get('query'),
      'sum by (user) (increase(c[7200s])) / 3600'
    );
    assert.equal(Number(searchParams.get('time')) * 1000, span.to);
    assert.deepEqual(found, { ada: 1.25, bob: 0.5 });
  });

  it('a series without the label is a mistake of the rule', async () => {
    await assert.rejects(
      asked(saying(PROMETHEUS), { userLabel: 'pod' }),
      /no label "pod"/
    );
  });

  it('is asked at its address only: a redirect is not followed', async () => {
    let calls = 0;
    await assert.rejects(
      asked((_request, response) => {
        calls++;
        response.writeHead(302, { location: '/elsewhere' }).end();
      }),
      /does not answer/
    );
    assert.equal(calls, 1);
  });

  it('an answer that is none is refused, and no address is told', async () => {
    const matrix = PROMETHEUS.replace('"vector"', '"matrix"');
    for (const body of ['<html>', '{}', '{"status":"error"}', matrix]) {
      await assert.rejects(asked(saying(body)), /something else than a vector/);
    }
    await assert.rejects(asked(saying('', 503)), /answers with 503$/);
    await assert.rejects(
      asked(saying(''), { url: 'http://me:secret@127.0.0.1:1' }),
      (error: Error) => !error.message.includes('secret')
    );
  });

  it('an answer that is too large is not read to its end', async () => {
    let isOpen = true;
    await assert.rejects(
      asked((_request, response) => {
        response.on('close', () => (isOpen = false));
        const more = () => {
          while (isOpen && response.write('x'.repeat(100_000))) {
            // As much as goes.
          }
        };
        response.on('drain', more);
        more();
      }),
      /says too much/
    );
  });
});

it('the hours of a span are those of the clock', () =>
  assert.equal(span.to - span.from, 2 * HOUR));

/** Settings, the log, and the process: one sentence for each mistake. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  helpText,
  readConfig,
  SettingError,
  settings,
  VERSION
} from '../../src/config.ts';
import { createLog } from '../../src/log.ts';

const tokens = { COMMONS_TOKENS_FILE: '/tokens.json' };

describe('settings', () => {
  it('come from options, then the environment, then the defaults', () => {
    const env = {
      ...tokens,
      COMMONS_PORT: '1',
      COMMONS_HOST: '::1',
      JUPYTERHUB_PUBLIC_URL: ''
    };
    const config = readConfig(['--port', '2'], env);
    assert.equal(config?.port, 2);
    assert.equal(config?.host, '::1');
    assert.equal(config?.documentBytes, settings.documentBytes.default);
    assert.equal(config?.publicUrl, '', 'the hub says none with an empty text');
  });

  const bad: [args: string[], env: Record<string, string>, says: RegExp][] = [
    [['--nonsense'], tokens, /Unknown option '--nonsense'; see --help/],
    [['extra'], tokens, /see --help/],
    [['--port'], tokens, /see --help/],
    [
      ['--port', 'x'],
      tokens,
      /^--port must be a whole number from 0 to 65535\.$/
    ],
    [['--port', '-1'], tokens, /--port/],
    [['--port', '1e3'], tokens, /--port must be/],
    [[], { ...tokens, COMMONS_PORT: '65536' }, /^COMMONS_PORT must be/],
    [[], { ...tokens, COMMONS_FD: '0' }, /^COMMONS_FD must be/],
    [
      [],
      { ...tokens, COMMONS_ORIGINS: 'hub.example' },
      /^COMMONS_ORIGINS must be a list of origins/
    ],
    [
      [],
      { ...tokens, COMMONS_ORIGINS: 'https://*.example', COMMONS_PORT: 'x' },
      /must be/
    ],
    [
      [],
      { ...tokens, COMMONS_ORIGINS: 'https://a.example/path' },
      /COMMONS_ORIGINS/
    ],
    [[], { ...tokens, COMMONS_ORIGINS: 'null' }, /COMMONS_ORIGINS/],
    [
      [],
      { ...tokens, COMMONS_DIRECTORY: 'maybe' },
      /^COMMONS_DIRECTORY must be 1 or 0\.$/
    ],
    [
      [],
      { ...tokens, JUPYTERHUB_SERVICE_PREFIX: 'services' },
      /must be a path/
    ],
    [
      [],
      { ...tokens, JUPYTERHUB_API_URL: 'ftp://hub' },
      /must be an http or https address/
    ],
    [[], { ...tokens, COMMONS_LOG_LEVEL: 'loud' }, /must be one of debug/],
    [[], {}, /Nobody could sign in/],
    [[], { JUPYTERHUB_API_URL: 'http://hub/hub/api' }, /JUPYTERHUB_API_TOKEN/]
  ];
  for (const [args, env, says] of bad) {
    it(`${[...args, ...Object.values(env).slice(-1)].join(' ') || 'nothing'} is refused in a sentence`, () => {
      assert.throws(
        () => readConfig(args, env),
        (error: Error) => {
          assert.ok(error instanceof SettingError);
          assert.match(error.message, says);
          assert.ok(!error.message.includes('\n'));
          return true;
        }
      );
    });
  }

  it('are all in the help, and no secret is an option', () => {
    const help = helpText();
    for (const { env, help: line } of Object.values(settings)) {
      assert.ok(help.includes(env) && help.includes(line), env);
    }
    assert.equal('cli' in settings.hubApiToken, false);
    assert.equal(readConfig(['--help'], {}), null);
  });

  it('have the version of the package', async () => {
    const text = await readFile(
      new URL('../../package.json', import.meta.url),
      'utf8'
    );
    assert.equal(JSON.parse(text).version, VERSION);
  });
});

describe('S15 the log', () => {
  const written = (fields: Record<string, string>) => {
    let line = '';
    createLog({
      level: 'info',
      write: text => (line = text),
      now: () => 0
    }).info('event', fields);
    return line;
  };

  it('is one line, whatever is in it', () => {
    const line = written({
      user: 'a\r\n{"level":"error"}\u0000\u009b31m\u2028\u202e'
    });
    assert.equal(line.split('\n').length, 2);
    assert.match(line, /^[\x20-\x7e]*\n$/);
    assert.deepEqual(Object.keys(JSON.parse(line)), [
      'time',
      'level',
      'event',
      'user'
    ]);
  });

  it('cuts values, and drops what looks like a credential', () => {
    assert.ok(written({ user: 'x'.repeat(100_000) }).length < 500);
    for (const secret of [
      'token abcdef123',
      'Bearer cs1.aaa.bbb',
      'cs1.eyJ.bWFj'
    ]) {
      assert.ok(
        !written({ reason: `got ${secret} from` }).includes(
          secret.split(' ').at(-1)!
        ),
        secret
      );
    }
    assert.ok(
      !written({ ticket: 'abc', authorization: 'abc' }).includes('abc')
    );
  });

  it('is silent below its level', () => {
    const lines: string[] = [];
    createLog({ level: 'warn', write: line => lines.push(line) }).info('event');
    assert.deepEqual(lines, []);
  });
});

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

describe('the process', () => {
  async function started(
    args: string[],
    stdio: ('ignore' | 'pipe' | number)[] = []
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'commons-main-'));
    const file = join(folder, 'tokens.json');
    await writeFile(file, '{"secret":{"user":"ada"}}');
    const child = spawn(
      process.execPath,
      [main, '--data', join(folder, 'data'), '--tokens', file, ...args],
      {
        env: { PATH: process.env.PATH },
        stdio: ['ignore', 'pipe', 'ignore', ...stdio]
      }
    );
    const [line] = await once(createInterface(child.stdout!), 'line');
    const stop = async () => {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      await rm(folder, { recursive: true });
      return code as number;
    };
    return { told: JSON.parse(String(line)), child, stop };
  }

  it('says in one line where it is, and drains on SIGTERM', async () => {
    const { told, child, stop } = await started([
      '--port',
      '0',
      '--prefix',
      '/services/commons'
    ]);
    assert.deepEqual(told, {
      url: `http://127.0.0.1:${told.port}/services/commons/`,
      port: told.port,
      pid: child.pid,
      version: VERSION
    });
    assert.deepEqual(await (await fetch(`${told.url}readyz`)).json(), {
      status: 'ok'
    });
    assert.equal(await stop(), 0);
  });

  it('takes over a socket that is listening already', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
    const { told, stop } = await started(['--fd', '3'], [fd]);
    // From now on only the child accepts.
    server.close();
    assert.equal(told.port, port);
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    assert.equal(await stop(), 0);
  });

  it('answers wrong use with one sentence and 2', async () => {
    const child = spawn(process.execPath, [main, '--nonsense'], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe']
    });
    let said = '';
    child.stderr!.on('data', chunk => (said += String(chunk)));
    const [code] = await once(child, 'close');
    assert.equal(code, 2);
    assert.match(
      said,
      /^commons-companion: Unknown option '--nonsense'; see --help\.\n$/
    );
  });
});

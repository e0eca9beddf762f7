import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Child } from './child.ts';
import { fillPast, type Size } from './past.ts';
import { policyFile } from './policies.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const probe = join(import.meta.dirname, 'probe.ts');
const world = join(import.meta.dirname, 'world.ts');

export const HOOK = 'secret-of-the-hook';
export const METRICS = 'secret-of-prometheus';

export type Got = {
  status: number;
  body: string;
  location: string;
  cookie: string;
};

/** A companion and a hub with linked servers, each in a process of its own. */
export class Setting {
  readonly folder: string;
  readonly world: Child;
  readonly companion: Child;
  readonly base: string;

  private constructor(options: {
    folder: string;
    world: Child;
    companion: Child;
    base: string;
  }) {
    const { folder, companion, base } = options;
    this.folder = folder;
    this.world = options.world;
    this.companion = companion;
    this.base = base;
  }

  static async open(size: Size): Promise<Setting> {
    const folder = await mkdtemp(join(tmpdir(), 'commons-bench-'));
    await fillPast(folder, size);
    await writeFile(join(folder, 'quota.yaml'), policyFile());
    const others = new Child(world);
    const hub = await others.call<{ url: string; token: string }>('open', size);
    const { companion, base } = await startCompanion(folder, hub);
    return new Setting({ folder, world: others, companion, base });
  }

  /** One call from outside the companion's process. */
  ask(
    path: string,
    options: {
      method?: string;
      headers?: Record<string, string>;
      body?: unknown;
    } = {}
  ): Promise<Got> {
    const { method = 'GET', headers = {}, body } = options;
    return new Promise((resolve, reject) => {
      const call = request(
        new URL(path, this.base),
        {
          method,
          headers: { 'content-type': 'application/json', ...headers }
        },
        response => {
          const { statusCode: status = 0, headers: told } = response;
          const location = told.location ?? '';
          const cookie = told['set-cookie']?.[0]?.split(';')[0] ?? '';
          text(response).then(
            got => resolve({ status, body: got, location, cookie }),
            reject
          );
        }
      );
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async close(): Promise<void> {
    await this.companion.stop();
    await this.world.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function startCompanion(
  folder: string,
  hub: { url: string; token: string }
): Promise<{ companion: Child; base: string }> {
  const profile = process.env.COMMONS_BENCH_PROFILE;
  const companion = new Child(main, {
    args: ['--port', '0', '--data', folder],
    execArgv: [
      ...['--import', probe],
      ...(profile === undefined
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${profile}`])
    ],
    env: {
      COMMONS_LOG_LEVEL: 'warn',
      COMMONS_QUOTA_FILE: join(folder, 'quota.yaml'),
      COMMONS_HOOK_TOKEN: HOOK,
      COMMONS_METRICS_TOKEN: METRICS,
      COMMONS_SIGN_INS_PER_MINUTE: '1000000',
      COMMONS_REQUESTS_PER_MINUTE: '1000000',
      JUPYTERHUB_API_URL: hub.url,
      JUPYTERHUB_API_TOKEN: hub.token,
      JUPYTERHUB_CLIENT_ID: 'service-commons',
      JUPYTERHUB_SERVICE_PREFIX: '/services/commons/'
    }
  });
  const { url } = await new Promise<{ url: string }>((resolve, reject) => {
    let line = '';
    companion.process.stdout!.on('data', (some: Buffer) => {
      line += String(some);
      if (line.includes('\n')) {
        resolve(JSON.parse(line) as { url: string });
      }
    });
    companion.process.once('exit', () =>
      reject(new Error('the companion did not start'))
    );
  });
  return { companion, base: url };
}

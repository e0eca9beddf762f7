import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  endEarlierRun,
  findEarlierRun,
  startHub,
  type RunningHub,
  type Servers
} from '../../scripts/hub.mjs';

const FOLDER = join(import.meta.dirname, '../../.test');

/** The folder with the programs of another hub than the project's own, which also runs the servers. */
const HUB_BIN = process.env.COMMONS_TEST_HUB_BIN || undefined;

export const names = ['alice', 'bob', 'carol', 'admin'] as const;
export type Name = (typeof names)[number];

export type Cell = { type?: 'code' | 'markdown'; source: string };

/** What the hub's API answers. */
export type Answer = { status: number; body: unknown };

/** A hub for one worker, with the verbs that a test needs of the hub's side. */
export class TestHub {
  private constructor(
    private readonly _name: string,
    private readonly _hub: RunningHub,
    private readonly _apiToken: string
  ) {}

  /** `policies`: a file of quota; the hub is then asked every five seconds which servers run. */
  static async start(
    name: string,
    servers?: Servers,
    policies = ''
  ): Promise<TestHub> {
    await removeLeftovers();
    const apiToken = randomBytes(24).toString('hex');
    const dir = join(FOLDER, `hub-${process.pid}-${name}`);
    const file = join(dir, 'quota.yaml');
    const quota = policies === '' ? undefined : { file, pollSeconds: 5 };
    if (quota !== undefined) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(file, policies);
    }
    return new TestHub(
      name,
      await startHub({
        dir,
        apiToken,
        snapshot: true,
        servers,
        quota,
        bin: HUB_BIN
      }),
      apiToken
    );
  }

  /** Other policies hold a few seconds from now on; only where some were given at the start. */
  writePolicies(text: string): void {
    writeFileSync(join(this._hub.dir, 'quota.yaml'), text);
  }

  get url(): string {
    return this._hub.url;
  }

  /** Ends everything; what the hub said stays in `.test/<name>.log`. */
  async stop(): Promise<void> {
    await this._hub.stop();
    writeFileSync(join(FOLDER, `${this._name}.log`), this.log());
    rmSync(this._hub.dir, { recursive: true, force: true });
  }

  log(): string {
    return readFileSync(this._hub.logFile, 'utf8');
  }

  /** The home of a person on this machine's disk. */
  home(name: Name, path = ''): string {
    return join(this._hub.homes, name, path);
  }

  writeFile(name: Name, path: string, content: string): void {
    const file = this.home(name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  readFile(name: Name, path: string): string {
    return readFileSync(this.home(name, path), 'utf8');
  }

  writeNotebook(name: Name, path: string, cells: Cell[]): void {
    this.writeFile(name, path, JSON.stringify(notebookOf(cells)));
  }

  /** The sources of the cells of a notebook on disk. */
  readSources(name: Name, path: string): string[] {
    const text = this.readFile(name, path);
    if (text === '') {
      // JupyterLab writes into the file that is there, which is empty meanwhile.
      return [];
    }
    const { cells } = JSON.parse(text) as {
      cells: { source: string | string[] }[];
    };
    return cells.map(({ source }) =>
      Array.isArray(source) ? source.join('') : source
    );
  }

  /** A call of the hub's API with an admin's token. */
  api(method: string, path: string, body?: unknown): Promise<Answer> {
    return this._ask(method, `hub/api/${path}`, body);
  }

  /** The first number of the version of JupyterHub. */
  async version(): Promise<number> {
    const { body } = await this.api('GET', '');
    return parseInt((body as { version: string }).version, 10);
  }

  private async _ask(
    method: string,
    path: string,
    body?: unknown
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { Authorization: `token ${this._apiToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    });
    const text = await response.text();
    const isJson =
      response.headers.get('content-type')?.includes('json') && text !== '';
    return {
      status: response.status,
      body: isJson ? (JSON.parse(text) as unknown) : text
    };
  }

  private async _servers(
    name: Name
  ): Promise<Record<string, { ready: boolean }>> {
    const { body } = await this.api(
      'GET',
      `users/${name}?include_stopped_servers=1`
    );
    return (
      (body as { servers?: Record<string, { ready: boolean }> }).servers ?? {}
    );
  }

  private async _until(
    what: string,
    done: () => Promise<boolean>
  ): Promise<void> {
    const end = Date.now() + 60_000;
    while (!(await done())) {
      if (Date.now() > end) {
        throw new Error(`${what} took longer than a minute.`);
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  /** Resolves when the person's server answers, started or not before. */
  async startServer(name: Name): Promise<void> {
    await this.api('POST', `users/${name}`);
    await this.api('POST', `users/${name}/server`);
    await this._until(
      `The server of ${name}`,
      async () => (await this._servers(name))['']?.ready === true
    );
  }

  /** A call of a person's own server with an admin's token. */
  async ownServer(method: string, name: Name, path: string): Promise<Answer> {
    return this._ask(method, `user/${name}/${path}`);
  }

  /** Ends the kernels of a person and forgets what was open in JupyterLab. */
  async clearServer(name: Name): Promise<void> {
    await this.ownServer('DELETE', name, 'lab/api/workspaces/default');
    const { body } = await this.ownServer('GET', name, 'api/kernels');
    for (const { id } of body as { id: string }[]) {
      await this.ownServer('DELETE', name, `api/kernels/${id}`);
    }
  }

  /** Resolves when the person's server is gone. */
  async stopServer(name: Name): Promise<void> {
    await this.api('DELETE', `users/${name}/server`);
    await this._until(`Stopping the server of ${name}`, async () => {
      const server = (await this._servers(name))[''] as
        { ready: boolean; stopped?: boolean } | undefined;
      return server === undefined || server.stopped === true;
    });
  }

  /** A crash of the companion; its launcher brings it back. */
  killCompanion(): void {
    this._hub.killCompanion();
  }

  companionPid(): number | null {
    return this._hub.companionPid();
  }
}

/** Ends the hubs of test runs that were killed, and removes their folders. */
async function removeLeftovers(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER).filter(entry =>
    entry.startsWith('hub-')
  )) {
    const dir = join(FOLDER, name);
    const earlier = findEarlierRun(dir);
    if (earlier?.state === 'running') {
      continue;
    }
    if (earlier !== null) {
      await endEarlierRun(dir);
    }
    rmSync(dir, { recursive: true, force: true });
  }
}

function notebookOf(cells: Cell[]): unknown {
  return {
    cells: cells.map(({ type = 'code', source }, index) => ({
      cell_type: type,
      id: `cell-${index}`,
      metadata: {},
      source,
      ...(type === 'code' ? { execution_count: null, outputs: [] } : {})
    })),
    metadata: {
      kernelspec: {
        name: 'python3',
        display_name: 'Python 3 (ipykernel)',
        language: 'python'
      }
    },
    nbformat: 4,
    nbformat_minor: 5
  };
}

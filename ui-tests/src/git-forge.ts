import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export const USER = 'ana';
export const SECRET = 's3cret-Ünique value';

/** A forge on loopback: `git http-backend` over the bare repositories of a folder, behind a name and a password. */
export class Forge {
  /** Every `Authorization` that has come in, in the clear. */
  readonly heard: string[] = [];
  /** Sends everybody to another address instead. */
  redirect: string | null = null;
  private _gate: Promise<void> = Promise.resolve();
  private _open: () => void = () => undefined;

  private constructor(
    private readonly _folder: string,
    private readonly _server: Server
  ) {
    _server.on('request', (request, response) => {
      this._answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(folder: string): Promise<Forge> {
    const server = createServer();
    const forge = new Forge(folder, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return forge;
  }

  /** What names it to people. */
  get origin(): string {
    return `http://127.0.0.1:${(this._server.address() as AddressInfo).port}`;
  }

  /** Keeps everybody who has said a password waiting until `letGo`. */
  hold(): void {
    this._gate = new Promise(resolve => {
      this._open = resolve;
    });
  }

  letGo(): void {
    this._open();
  }

  async stop(): Promise<void> {
    this.letGo();
    this._server.closeAllConnections();
    this._server.close();
    await once(this._server, 'close');
  }

  private async _answer(
    request: IncomingMessage,
    response: ServerResponse
  ): Promise<void> {
    const body = await buffer(request);
    const [, data = ''] = (request.headers.authorization ?? '').split(' ');
    const given = Buffer.from(data, 'base64').toString();
    if (given !== '') {
      this.heard.push(given);
      await this._gate;
    }
    if (this.redirect !== null) {
      response.writeHead(302, { Location: `${this.redirect}${request.url}` });
      response.end();
    } else if (given === `${USER}:${SECRET}`) {
      await this._run(request, body, response);
    } else {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="forge"' });
      response.end();
    }
  }

  private async _run(
    { url = '', method, headers }: IncomingMessage,
    body: Buffer,
    response: ServerResponse
  ): Promise<void> {
    const [path, query = ''] = url.split('?');
    const child = spawn('git', ['http-backend'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_PROJECT_ROOT: this._folder,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: method,
        PATH_INFO: path,
        QUERY_STRING: query,
        CONTENT_TYPE: headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
        REMOTE_USER: USER,
        REMOTE_ADDR: '127.0.0.1'
      }
    });
    // It may answer without reading what it does not need.
    child.stdin.on('error', () => undefined);
    child.stdin.end(body);
    const answer = await buffer(child.stdout);
    const end = answer.indexOf('\r\n\r\n');
    const fields = answer
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map(line => line.split(': ', 2) as [string, string]);
    const status = fields.find(([name]) => name === 'Status')?.[1] ?? '200';
    response.writeHead(
      Number.parseInt(status, 10),
      Object.fromEntries(fields.filter(([name]) => name !== 'Status'))
    );
    response.end(answer.subarray(end + 4));
  }
}

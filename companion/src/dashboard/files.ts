import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Asset, Assets } from './html.ts';

const FOLDER = 'dashboard/';
const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8'
};

type File = { body: Buffer; type: string };

/**
 * The built script and style of the page, read once. Their names carry a hash
 * of what is in them, so that browsers keep them for good.
 */
export class DashboardFiles {
  readonly assets: Assets;
  readonly #files = new Map<string, File>();

  /** `folder` holds `page.js` and `page.css`. */
  constructor(folder: URL) {
    this.assets = {
      script: this.#add(folder, 'page', 'js'),
      style: this.#add(folder, 'page', 'css')
    };
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  send(response: ServerResponse, path: string): void {
    const { body, type } = this.#files.get(path)!;
    response.writeHead(200, {
      'content-type': type,
      'content-length': body.length,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin'
    });
    response.end(body);
  }

  #add(folder: URL, name: string, ending: string): Asset {
    const body = readFileSync(new URL(`${name}.${ending}`, folder));
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const path = `${FOLDER}${name}.${hash}.${ending}`;
    this.#files.set(path, { body, type: types[ending]! });
    const integrity = `sha384-${createHash('sha384').update(body).digest('base64')}`;
    return { path, integrity };
  }
}

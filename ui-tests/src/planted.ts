import type { BrowserContext, Page } from '@playwright/test';
import type { Name, TestHub } from './hub.ts';

/**
 * How a worker gets at what a page is told: it reads along (`look`), puts in
 * another script, or answers navigations with what the browser asks for in its
 * place: navigation preload, or a static route that races with it.
 */
export type Way = 'look' | 'script' | 'preload' | 'race';

/** A request that the worker has seen, and what it could read of the answer. */
export type Seen = {
  url: string;
  method: string;
  authorization: string;
  got: string;
};

/** What the server of somebody hostile adds to itself: a page, and a worker with the header that lets it reach the whole origin. */
const EXTENSION = `
from jupyter_server.utils import url_path_join
from tornado.web import RequestHandler


class Planted(RequestHandler):
    def get(self, name):
        self.set_header("Service-Worker-Allowed", "/")
        script = name == "worker.js"
        self.set_header("Content-Type", "text/javascript" if script else "text/html")
        self.finish(WORKER if script else "<!doctype html><title>Nice plots</title>")


def _load_jupyter_server_extension(app):
    place = url_path_join(app.base_url, "planted/(.*)")
    app.web_app.add_handlers(".*$", [(place, Planted)])
`;

const CONFIG = `
import os
import sys

sys.path.insert(0, os.path.expanduser("~/.jupyter"))
c.ServerApp.jpserver_extensions = {"planted": True}
`;

/** It runs in the worker; its way is the search of its address. */
const WORKER = `
const way = new URL(location).search.slice(1);
const seen = [];
addEventListener('install', event => {
  if (way === 'race') {
    const condition = { requestMode: 'navigate' };
    event.addRoutes({ condition, source: 'race-network-and-fetch-handler' });
  }
  event.waitUntil(skipWaiting());
});
addEventListener('activate', event => event.waitUntil((async () => {
  if (way === 'preload') await registration.navigationPreload.enable();
  await clients.claim();
})()));
addEventListener('message', event => event.source.postMessage(seen));
addEventListener('fetch', event => {
  const { url, method, mode, headers, destination } = event.request;
  if (!new URL(url).pathname.startsWith('/services/')) return;
  const about = { url, method, authorization: headers.get('authorization') ?? '', got: '' };
  seen.push(about);
  if (way === 'script' && destination === 'script') {
    const type = { headers: { 'content-type': 'text/javascript' } };
    event.respondWith(new Response('document.title = "taken"', type));
  }
  if (way === 'look' || way === 'script' || mode !== 'navigate') return;
  event.respondWith((async () => {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    about.got = response.type + ' ' + (await response.clone().text());
    return response;
  })());
});
`;

/** Before that server starts. */
export function plantWorker(hub: TestHub, name: Name): void {
  const worker = `WORKER = ${JSON.stringify(WORKER)}\n`;
  hub.writeFile(name, '.jupyter/planted.py', worker + EXTENSION);
  hub.writeFile(name, '.jupyter/jupyter_server_config.py', CONFIG);
}

/** A page of that server in the browser of somebody who visits it. */
export class PlantedPage {
  private constructor(private readonly _page: Page) {}

  static async open(
    context: BrowserContext,
    hubUrl: string,
    name: Name
  ): Promise<PlantedPage> {
    const page = await context.newPage();
    await page.goto(`${hubUrl}user/${name}/planted/`);
    return new PlantedPage(page);
  }

  /** In place of the worker before; resolves when it is in front of every page of the origin. */
  async register(way: Way): Promise<void> {
    await this._page.evaluate(async search => {
      const script = `worker.js?${search}`;
      await navigator.serviceWorker.register(script, { scope: '/' });
    }, way);
    await this._page.waitForFunction(
      search => navigator.serviceWorker.controller?.scriptURL.endsWith(search),
      `?${way}`
    );
  }

  seen(): Promise<Seen[]> {
    return this._page.evaluate(
      () =>
        new Promise<Seen[]>(resolve => {
          const { serviceWorker } = navigator;
          serviceWorker.onmessage = ({ data }) => resolve(data as Seen[]);
          serviceWorker.controller!.postMessage('');
        })
    );
  }

  close(): Promise<void> {
    return this._page.close();
  }
}

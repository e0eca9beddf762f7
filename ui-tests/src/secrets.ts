import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** The arguments and the environment of every process that can be looked at. */
export function everyProcess(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid =>
      ['cmdline', 'environ'].flatMap(name => {
        try {
          return [readFileSync(`/proc/${pid}/${name}`, 'utf8')];
        } catch {
          // It has ended, or is another user's.
          return [];
        }
      })
    );
}

/** The files below a folder that hold a text. */
export function filesWith(folder: string, text: string): string[] {
  const wanted = Buffer.from(text);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(file => {
      try {
        return statSync(file).isFile() && readFileSync(file).includes(wanted);
      } catch {
        return false;
      }
    });
}

/** All that a page shows and keeps, as one text: its nodes and fields, its address, and every store of the browser. */
export function everythingIn(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const fields = [...document.querySelectorAll('input, textarea')].map(
      field => (field as HTMLInputElement).value
    );
    const found: unknown[] = [
      new XMLSerializer().serializeToString(document),
      fields,
      location.href,
      JSON.stringify(history.state),
      document.cookie,
      { ...localStorage },
      { ...sessionStorage },
      performance.getEntries().map(({ name }) => name)
    ];
    for (const { name } of await indexedDB.databases()) {
      found.push(await contentOf(name!));
    }
    return JSON.stringify(found);

    async function contentOf(name: string): Promise<unknown> {
      const database = await answer(indexedDB.open(name));
      const stores = [...database.objectStoreNames];
      const content = await Promise.all(
        stores.map(store =>
          answer(database.transaction(store).objectStore(store).getAll())
        )
      );
      database.close();
      return [name, content];
    }

    function answer<T>(request: IDBRequest<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    }
  });
}

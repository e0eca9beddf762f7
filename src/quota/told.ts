/** What has been told is remembered longer than any window lasts. */
const KEPT_MS = 62 * 86_400_000;
const MOST = 200;
/** Two tabs that write at the same time read the same one of them after this. */
const SETTLE_MS = 150;
/** A page that nobody looks at lets those go first that somebody sees. */
const HIDDEN_MS = 1000;

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/**
 * What has been told to this person, over all tabs and reloads of this browser.
 * Without a store it holds for this page alone.
 */
export class Told {
  constructor(
    user: string,
    private readonly _store: Storage | null = storeOfBrowser()
  ) {
    // One origin may serve several people.
    this._prefix = `jupyterlab-commons:quota-told:${user}:`;
  }

  /** Whether it is for this page to tell it: true once for each key. */
  async claim(key: string): Promise<boolean> {
    if (this._mine.has(key)) {
      return false;
    }
    this._mine.add(key);
    const name = this._prefix + key;
    if (document.visibilityState === 'hidden') {
      await wait(HIDDEN_MS);
    }
    if (this._read(name) !== null) {
      return false;
    }
    const mark = `${Date.now()} ${Math.random()}`;
    this._forgetOld();
    if (!this._write(name, mark)) {
      return true;
    }
    await wait(SETTLE_MS);
    return this._read(name) === mark;
  }

  private _read(name: string): string | null {
    try {
      return this._store?.getItem(name) ?? null;
    } catch {
      return null;
    }
  }

  private _write(name: string, mark: string): boolean {
    try {
      this._store?.setItem(name, mark);
      return this._store !== null;
    } catch {
      // Full or forbidden: told twice is better than not at all.
      return false;
    }
  }

  private _forgetOld(): void {
    const store = this._store;
    if (store === null) {
      return;
    }
    const names = Array.from({ length: store.length }, (_, index) =>
      store.key(index)
    ).filter(name => name?.startsWith(this._prefix) === true) as string[];
    const ages = names
      .map(name => ({ name, at: parseInt(this._read(name) ?? '', 10) || 0 }))
      .sort((one, other) => other.at - one.at);
    const oldest = Date.now() - KEPT_MS;
    ages
      .filter(({ at }, index) => at < oldest || index >= MOST)
      .forEach(({ name }) => store.removeItem(name));
  }

  private readonly _prefix: string;
  private readonly _mine = new Set<string>();
}

function storeOfBrowser(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

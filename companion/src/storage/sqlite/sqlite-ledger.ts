/** A ledger in one SQLite file beside the documents', written by a thread of its own. */
import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { LedgerStore } from '../ledger-store.ts';
import {
  ledgerAdds,
  ledgerPuts,
  ledgerReads,
  type LedgerAdd,
  type LedgerMethod
} from './messages.ts';
import { startThread, Unusable, type StoreThread } from './store-thread.ts';

export type LedgerOptions = {
  /** Told when the store ceases to take writes, and why, and when it takes them again. */
  onHealth?: (healthy: boolean, reason: string) => void;
  /** A damaged file was put aside under this path, and a new one begun. */
  onSetAside?: (path: string) => void;
};

/** Calls that may wait for a disk that is full. */
const MOST_WAITING = 100_000;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 10_000;

type Waiting = {
  method: string;
  args: unknown[];
  resolve(value: unknown): void;
  reject(error: unknown): void;
};

/**
 * Keeps each call until it is answered: a thread that has failed is replaced
 * by a new one, which is asked again. So nothing that happens to the ledger's
 * file ends the process, which also serves documents.
 */
class LedgerThread {
  readonly #directory: string;
  readonly #options: LedgerOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #over = new AbortController();
  #thread: StoreThread | null = null;
  #healthy = true;
  #check = false;

  constructor(directory: string, options: LedgerOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  get healthy(): boolean {
    return this.#healthy;
  }

  call(method: string, args: unknown[]): Promise<unknown> {
    if (this.#over.signal.aborted) {
      return Promise.reject(new CommonsError('STOPPING'));
    }
    if (this.#waiting.size >= MOST_WAITING) {
      return Promise.reject(new CommonsError('STORE_BUSY'));
    }
    return new Promise((resolve, reject) => {
      const waiting = { method, args, resolve, reject };
      this.#waiting.add(waiting);
      this.#send(waiting);
    });
  }

  /** Rejects for a file that only a newer companion can read; goes on trying for any other reason. */
  async open(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (!(error instanceof Unusable) || !(error.canPass || error.damaged)) {
        throw error;
      }
      void this.#retry(error);
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    // It answers what it can, and refuses the rest.
    await this.#thread?.close();
    if (this.#thread === null) {
      for (const { reject } of this.#waiting) {
        reject(new CommonsError('STORE_BUSY', 'the companion stopped before'));
      }
    }
  }

  #send(waiting: Waiting): void {
    const thread = this.#thread;
    thread?.call(waiting.method, waiting.args).then(
      value => {
        this.#waiting.delete(waiting);
        waiting.resolve(value);
      },
      (error: unknown) => {
        this.#waiting.delete(waiting);
        waiting.reject(error);
      }
    );
  }

  async #start(): Promise<void> {
    const data = {
      directory: this.#directory,
      kind: 'ledger' as const,
      check: this.#check
    };
    const thread = await startThread(data, {
      onHealth: (healthy, reason) => this.#setHealthy(healthy, reason),
      onFatal: error => void this.#replace(error)
    });
    this.#check = false;
    if (this.#over.signal.aborted) {
      await thread.close();
      return;
    }
    this.#thread = thread;
    this.#setHealthy(true, '');
    this.#waiting.forEach(waiting => this.#send(waiting));
  }

  /** What was asked of the thread that failed is asked of the next. */
  async #replace(error: Error): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    this.#check = true;
    await thread?.end();
    await this.#retry(error);
  }

  async #retry(error: unknown): Promise<void> {
    let reason = error;
    let wait = RETRY_FIRST_MS;
    while (!this.#over.signal.aborted) {
      this.#setHealthy(false, String(reason));
      if (reason instanceof Unusable && reason.damaged) {
        this.#setAside();
      } else {
        await sleep(wait, null, { signal: this.#over.signal }).catch(() => {});
        wait = Math.min(RETRY_MOST_MS, 2 * wait);
      }
      try {
        await this.#start();
        return;
      } catch (next) {
        reason = next;
      }
    }
  }

  #setAside(): void {
    const file = join(this.#directory, 'ledger.sqlite');
    const moment = new Date().toISOString().replaceAll(':', '-');
    const aside = `${file}.damaged-${moment}`;
    for (const ending of ['-wal', '-shm', '']) {
      if (existsSync(file + ending)) {
        renameSync(file + ending, aside + ending);
      }
    }
    this.#check = false;
    this.#options.onSetAside?.(aside);
  }

  #setHealthy(healthy: boolean, reason: string): void {
    if (healthy !== this.#healthy) {
      this.#healthy = healthy;
      this.#options.onHealth?.(healthy, reason);
    }
  }
}

/**
 * Opens or creates the store in that folder. A file that is locked, damaged or
 * on a full disk is told by `onHealth`, and calls wait; only one that a newer
 * companion wrote is refused, in one sentence.
 */
export async function openSqliteLedger(
  directory: string,
  options: LedgerOptions = {}
): Promise<LedgerStore> {
  const thread = new LedgerThread(directory, options);
  await thread.open();
  const direct = [...ledgerReads, ...ledgerPuts].map(
    (method: LedgerMethod) =>
      [method, (...args: unknown[]) => thread.call(method, args)] as const
  );
  const adding = ledgerAdds.map(
    (method: LedgerAdd) =>
      [
        method,
        (...args: unknown[]) => thread.call(method, [randomUUID(), ...args])
      ] as const
  );
  // Each method answers what the same call answered in the worker.
  return {
    ...(Object.fromEntries([...direct, ...adding]) as unknown as Omit<
      LedgerStore,
      'healthy' | 'close'
    >),
    healthy: () => thread.healthy,
    close: () => thread.close()
  };
}

/** Documents in one SQLite file, written by a thread of its own. */
import { CommonsError } from '@jupyterlab-commons/protocol';
import { Worker } from 'node:worker_threads';
import type { DocumentStore, JournalRow } from '../store.ts';
import type { Answer, Call, FromWorker, Method, ToWorker } from './messages.ts';

export type SqliteOptions = {
  /**
   * Called once when nobody can know any more what is on disk. Nothing is
   * answered after it; the process must end, and recovery at its next start
   * decides what is true.
   */
  onFatal?: (error: Error) => void;
  /** Told when the store ceases to take writes, and why, and when it takes them again. */
  onHealth?: (healthy: boolean, reason: string) => void;
};

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

/** Beside the bundle as `.js`, beside this file as `.ts`. */
function workerUrl(): URL {
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./store-worker.${ending}`, import.meta.url);
}

/** Only the bytes of the update: a message between threads copies the whole buffer below it. */
function trimmed(update: Uint8Array): Uint8Array {
  return update.byteLength === update.buffer.byteLength
    ? update
    : update.slice();
}

function trimmedRow(row: JournalRow): JournalRow {
  return { ...row, update: trimmed(row.update) };
}

function endProcess(error: Error): void {
  console.error(error);
  process.exit(70);
}

class SqliteStore {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onFatal: (error: Error) => void;
  readonly #onHealth: (healthy: boolean, reason: string) => void;
  readonly #closed: Promise<void>;
  #nextId = 1;
  #healthy = true;
  #closing = false;
  #dead = false;

  constructor(worker: Worker, options: SqliteOptions) {
    this.#worker = worker;
    this.#onFatal = options.onFatal ?? endProcess;
    this.#onHealth = options.onHealth ?? (() => undefined);
    worker.on('message', (message: FromWorker) => this.#hear(message));
    worker.on('error', error =>
      this.#die(error instanceof Error ? error : new Error(String(error)))
    );
    this.#closed = new Promise(resolve => {
      worker.on('exit', () => {
        if (!this.#closing) {
          this.#die(new Error('the store ended by itself'));
        }
        resolve();
      });
    });
  }

  call(method: Method, args: unknown[]): Promise<unknown> {
    if (this.#closing) {
      return Promise.reject(new CommonsError('STOPPING'));
    }
    return new Promise((resolve, reject) => {
      if (this.#dead) {
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, method, args } as Call);
    });
  }

  healthy(): boolean {
    return this.#healthy && !this.#dead;
  }

  async close(): Promise<void> {
    if (!this.#closing && !this.#dead) {
      this.#closing = true;
      this.#post({ close: true });
    }
    await this.#closed;
    for (const { reject } of this.#waiting.values()) {
      reject(
        new CommonsError(
          'STORE_BUSY',
          'the companion stopped before it could be saved'
        )
      );
    }
    this.#waiting.clear();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromWorker): void {
    if ('answers' in message) {
      message.answers.forEach(answer => this.#settle(answer));
    } else if ('healthy' in message) {
      if (message.healthy !== this.#healthy) {
        this.#healthy = message.healthy;
        this.#onHealth(message.healthy, message.reason);
      }
    } else if ('fatal' in message) {
      this.#die(new Error(`Saving failed: ${message.fatal}`));
    }
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(new CommonsError(answer.error.code, answer.error.detail));
    } else {
      waiting?.resolve(answer.value);
    }
  }

  /** Nothing is answered from here on: an answer could be untrue. */
  #die(error: Error): void {
    if (!this.#dead) {
      this.#dead = true;
      this.#onFatal(error);
    }
  }
}

/** The first thing the worker says, or why it could not say it. */
function started(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromWorker) => {
      worker.off('error', reject);
      if ('ready' in message) {
        resolve();
      } else {
        reject(
          new Error(
            'unusable' in message ? message.unusable : 'the store did not start'
          )
        );
      }
    });
  });
}

/** Opens or creates the store in a folder of its own. Rejects with one sentence where it cannot. */
export async function openSqliteStore(
  directory: string,
  options: SqliteOptions = {}
): Promise<DocumentStore> {
  const worker = new Worker(workerUrl(), { workerData: { directory } });
  await started(worker);
  const store = new SqliteStore(worker, options);
  // Each method answers what the same call answered in the worker.
  const call =
    <M extends Method>(method: M) =>
    (...args: Parameters<DocumentStore[M]>) =>
      store.call(method, args) as ReturnType<DocumentStore[M]>;
  return {
    load: call('load'),
    append: (id, rows, owners) =>
      call('append')(id, rows.map(trimmedRow), owners),
    compact: (id, seq, state) => call('compact')(id, seq, trimmed(state)),
    contributions: call('contributions'),
    createDocument: (document, seed) =>
      call('createDocument')(document, trimmedRow(seed)),
    putAside: call('putAside'),
    aside: call('aside'),
    asides: call('asides'),
    document: call('document'),
    documentOfFile: call('documentOfFile'),
    documentsFor: call('documentsFor'),
    documentsOfServer: call('documentsOfServer'),
    updateDocument: call('updateDocument'),
    shares: call('shares'),
    putShare: call('putShare'),
    deleteShare: call('deleteShare'),
    expireShares: call('expireShares'),
    joinByLink: call('joinByLink'),
    setLeft: call('setLeft'),
    hasLeft: call('hasLeft'),
    audit: call('audit'),
    auditOf: call('auditOf'),
    healthy: () => store.healthy(),
    close: () => store.close()
  };
}

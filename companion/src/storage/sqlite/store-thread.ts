/** The other end of a store's worker thread. */
import { CommonsError } from '@jupyterlab-commons/protocol';
import { Worker } from 'node:worker_threads';
import type { Answer, FromWorker, ThreadData, ToWorker } from './messages.ts';

export type ThreadOptions = {
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

function endProcess(error: Error): void {
  console.error(error);
  process.exit(70);
}

/** Why a store cannot be opened, in one sentence. */
export class Unusable extends Error {
  /** The file is not what was written. */
  readonly damaged: boolean;
  /** It may be usable when it is tried again. */
  readonly canPass: boolean;

  constructor(reason: string, damaged: boolean, canPass: boolean) {
    super(reason);
    this.damaged = damaged;
    this.canPass = canPass;
  }
}

/** Sends calls to a worker thread; each is answered as the same call was answered there. */
export class StoreThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onFatal: (error: Error) => void;
  readonly #onHealth: (healthy: boolean, reason: string) => void;
  readonly #closed: Promise<void>;
  #nextId = 1;
  #healthy = true;
  #closing = false;
  #dead = false;

  constructor(worker: Worker, options: ThreadOptions) {
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

  call(method: string, args: unknown[]): Promise<unknown> {
    if (this.#closing) {
      return Promise.reject(new CommonsError('STOPPING'));
    }
    return new Promise((resolve, reject) => {
      if (this.#dead) {
        return;
      }
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, method, args });
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

  /** Ends the thread, whatever state it is in; what was not answered never is. */
  async end(): Promise<void> {
    this.#dead = true;
    this.#closing = true;
    this.#post({ close: true });
    await this.#closed;
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
      } else if ('unusable' in message) {
        const { unusable, damaged, canPass } = message;
        reject(new Unusable(unusable, damaged, canPass));
      } else {
        reject(new Error('the store did not start'));
      }
    });
  });
}

/** Opens or creates a store. Rejects with one sentence where it cannot. */
export async function startThread(
  data: ThreadData,
  options: ThreadOptions
): Promise<StoreThread> {
  const worker = new Worker(workerUrl(), { workerData: data });
  await started(worker);
  return new StoreThread(worker, options);
}

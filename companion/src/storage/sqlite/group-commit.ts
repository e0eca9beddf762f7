/**
 * Carries out queued calls in groups: everything that waits goes into one
 * transaction, one flush makes all of it durable, then all are answered.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { AnyCall, Answer, FromWorker } from './messages.ts';
import { Refused } from './refused.ts';

const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

const RETRY_FIRST_MS = 20;
const RETRY_MOST_MS = 1_000;

/** The primary result code of a failed statement; null for an error of another kind. */
export function sqliteCode(error: unknown): number | null {
  const code: unknown =
    error instanceof Error && 'errcode' in error ? error.errcode : null;
  return typeof code === 'number' ? code & 0xff : null;
}

function canPass(code: number | null): boolean {
  return code === BUSY || code === LOCKED || code === FULL;
}

/** Whether the file is not what it was written as. */
export function isDamage(code: number | null): boolean {
  return code === CORRUPT || code === NOTADB;
}

function refusalOf(
  error: unknown
): Extract<Answer, { error: unknown }>['error'] {
  if (error instanceof Refused) {
    return { code: error.code, detail: error.detail };
  }
  const code = sqliteCode(error);
  return isDamage(code)
    ? { code: 'INTERNAL', detail: 'the store is damaged here' }
    : {
        code: 'INTERNAL',
        detail: error instanceof Error ? error.message : undefined
      };
}

/** What the calls of a store do. */
export type Calls<C extends AnyCall> = {
  /** Carries one out; throws `Refused` for one that cannot be. */
  perform(call: C): unknown;
  isRead(method: string): boolean;
  /** A read that would miss what waits to be written, and so waits as well. */
  waits(method: string): boolean;
  /** Whether damage ends the store; if not, it refuses only the call that met it. */
  damageIsFatal: boolean;
};

export class GroupCommit<C extends AnyCall> {
  readonly #db: DatabaseSync;
  readonly #tell: (message: FromWorker) => void;
  readonly #calls: Calls<C>;
  #queue: C[] = [];
  #scheduled = false;
  #wait = 0;
  #over = false;

  constructor(
    db: DatabaseSync,
    tell: (message: FromWorker) => void,
    calls: Calls<C>
  ) {
    this.#db = db;
    this.#tell = tell;
    this.#calls = calls;
  }

  add(call: C): void {
    this.#queue.push(call);
    this.#schedule();
  }

  /** One last try for what is queued. */
  close(): void {
    this.#runGroup();
    this.#over = true;
  }

  #schedule(): void {
    if (this.#scheduled || this.#over) {
      return;
    }
    this.#scheduled = true;
    const run = () => {
      this.#scheduled = false;
      this.#runGroup();
    };
    if (this.#wait > 0) {
      setTimeout(run, this.#wait);
    } else {
      // Not at once: first take in everything that has arrived.
      setImmediate(run);
    }
  }

  #runGroup(): void {
    const calls = this.#queue;
    this.#queue = [];
    if (calls.length === 0 || this.#over) {
      return;
    }
    try {
      const answers = calls.every(({ method }) => this.#calls.isRead(method))
        ? calls.map(call => this.#answer(call))
        : this.#commit(calls);
      this.#recovered();
      this.#tell({ answers });
    } catch (error) {
      this.#rollback();
      if (!canPass(sqliteCode(error))) {
        this.#over = true;
        this.#tell({
          fatal: error instanceof Error ? error.message : String(error)
        });
        return;
      }
      this.#postpone(calls, error);
    }
  }

  #commit(calls: readonly C[]): Answer[] {
    this.#db.exec('BEGIN IMMEDIATE');
    const answers = calls.map(call => this.#inSavepoint(call));
    this.#db.exec('COMMIT');
    return answers;
  }

  /** A call that is refused leaves nothing behind, and the others stand. */
  #inSavepoint(call: C): Answer {
    if (this.#calls.isRead(call.method)) {
      return this.#answer(call);
    }
    this.#db.exec('SAVEPOINT call');
    const answer = this.#answer(call);
    if ('error' in answer) {
      this.#db.exec('ROLLBACK TO call');
    }
    this.#db.exec('RELEASE call');
    return answer;
  }

  #answer(call: C): Answer {
    try {
      return { id: call.id, value: this.#calls.perform(call) };
    } catch (error) {
      if (!this.#isOfOneCall(error)) {
        throw error;
      }
      return { id: call.id, error: refusalOf(error) };
    }
  }

  /** Whether the rest of the group can go on: the call alone is at fault, or one damaged page. */
  #isOfOneCall(error: unknown): boolean {
    const code = sqliteCode(error);
    if (isDamage(code)) {
      return !this.#calls.damageIsFatal;
    }
    return (
      error instanceof Refused ||
      (code !== null && ![NOMEM, IOERR].includes(code) && !canPass(code))
    );
  }

  #rollback(): void {
    if (this.#db.isTransaction) {
      this.#db.exec('ROLLBACK');
    }
  }

  /**
   * The group is tried again later. Reads are answered meanwhile, except those
   * that would miss what waits to be written.
   */
  #postpone(calls: readonly C[], error: unknown): void {
    this.#tell({
      healthy: false,
      reason: error instanceof Error ? error.message : String(error)
    });
    this.#wait = Math.min(
      RETRY_MOST_MS,
      Math.max(RETRY_FIRST_MS, 2 * this.#wait)
    );
    const waiting: C[] = [];
    const answers: Answer[] = [];
    for (const call of calls) {
      if (this.#calls.isRead(call.method) && !this.#calls.waits(call.method)) {
        try {
          answers.push(this.#answer(call));
          continue;
        } catch {
          // Reading does not work either; it waits like the rest.
        }
      }
      waiting.push(call);
    }
    if (answers.length > 0) {
      this.#tell({ answers });
    }
    this.#queue = [...waiting, ...this.#queue];
    this.#schedule();
  }

  #recovered(): void {
    if (this.#wait > 0) {
      this.#wait = 0;
      this.#tell({ healthy: true, reason: '' });
    }
  }
}

/**
 * Carries out queued calls in groups: everything that waits goes into one
 * transaction, one flush makes all of it durable, then all are answered.
 */
import type { DatabaseSync } from 'node:sqlite';
import { ContentCalls } from './content-calls.ts';
import { DocumentCalls } from './document-calls.ts';
import {
  readMethods,
  type Answer,
  type Call,
  type FromWorker
} from './messages.ts';
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
function sqliteCode(error: unknown): number | null {
  const code: unknown =
    error instanceof Error && 'errcode' in error ? error.errcode : null;
  return typeof code === 'number' ? code & 0xff : null;
}

function canPass(code: number | null): boolean {
  return code === BUSY || code === LOCKED || code === FULL;
}

/** Whether the rest of the group can go on: the call alone is at fault, or one damaged page. */
function isOfOneCall(error: unknown): boolean {
  const code = sqliteCode(error);
  return (
    error instanceof Refused ||
    (code !== null && ![NOMEM, IOERR].includes(code) && !canPass(code))
  );
}

function refusalOf(
  error: unknown
): Extract<Answer, { error: unknown }>['error'] {
  if (error instanceof Refused) {
    return { code: error.code, detail: error.detail };
  }
  const code = sqliteCode(error);
  return code === CORRUPT || code === NOTADB
    ? { code: 'INTERNAL', detail: 'the store is damaged here' }
    : {
        code: 'INTERNAL',
        detail: error instanceof Error ? error.message : undefined
      };
}

const reads: readonly string[] = readMethods;

export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #tell: (message: FromWorker) => void;
  readonly #content: ContentCalls;
  readonly #documents: DocumentCalls;
  #queue: Call[] = [];
  #scheduled = false;
  #wait = 0;
  #over = false;

  constructor(db: DatabaseSync, tell: (message: FromWorker) => void) {
    this.#db = db;
    this.#tell = tell;
    this.#content = new ContentCalls(db);
    this.#documents = new DocumentCalls(db, this.#content);
  }

  add(call: Call): void {
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
      const answers = calls.every(({ method }) => reads.includes(method))
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

  #commit(calls: readonly Call[]): Answer[] {
    this.#db.exec('BEGIN IMMEDIATE');
    const answers = calls.map(call => this.#inSavepoint(call));
    this.#db.exec('COMMIT');
    return answers;
  }

  /** A call that is refused leaves nothing behind, and the others stand. */
  #inSavepoint(call: Call): Answer {
    if (reads.includes(call.method)) {
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

  #answer(call: Call): Answer {
    try {
      return { id: call.id, value: this.#perform(call) };
    } catch (error) {
      if (!isOfOneCall(error)) {
        throw error;
      }
      return { id: call.id, error: refusalOf(error) };
    }
  }

  #perform(call: Call): unknown {
    switch (call.method) {
      case 'load':
        return this.#content.load(...call.args);
      case 'append':
        return this.#content.append(...call.args);
      case 'compact':
        return this.#content.compact(...call.args);
      case 'contributions':
        return this.#content.contributions(...call.args);
      case 'createDocument':
        return this.#documents.createDocument(...call.args);
      case 'putAside':
        return this.#content.putAside(...call.args);
      case 'aside':
        return this.#content.aside(...call.args);
      case 'asides':
        return this.#content.asides(...call.args);
      case 'document':
        return this.#documents.document(...call.args);
      case 'documentOfFile':
        return this.#documents.documentOfFile(...call.args);
      case 'documentsFor':
        return this.#documents.documentsFor(...call.args);
      case 'documentsOfServer':
        return this.#documents.documentsOfServer(...call.args);
      case 'updateDocument':
        return this.#documents.updateDocument(...call.args);
      case 'shares':
        return this.#documents.shares(...call.args);
      case 'putShare':
        return this.#documents.putShare(...call.args);
      case 'deleteShare':
        return this.#documents.deleteShare(...call.args);
      case 'expireShares':
        return this.#documents.expireShares(...call.args);
      case 'joinByLink':
        return this.#documents.joinByLink(...call.args);
      case 'setLeft':
        return this.#documents.setLeft(...call.args);
      case 'hasLeft':
        return this.#documents.hasLeft(...call.args);
      case 'audit':
        return this.#documents.audit(...call.args);
      case 'auditOf':
        return this.#documents.auditOf(...call.args);
    }
  }

  #rollback(): void {
    if (this.#db.isTransaction) {
      this.#db.exec('ROLLBACK');
    }
  }

  /**
   * The group is tried again later. Reads are answered meanwhile, except a load
   * that would miss what waits to be written.
   */
  #postpone(calls: readonly Call[], error: unknown): void {
    this.#tell({
      healthy: false,
      reason: error instanceof Error ? error.message : String(error)
    });
    this.#wait = Math.min(
      RETRY_MOST_MS,
      Math.max(RETRY_FIRST_MS, 2 * this.#wait)
    );
    const waiting: Call[] = [];
    const answers: Answer[] = [];
    for (const call of calls) {
      if (reads.includes(call.method) && call.method !== 'load') {
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

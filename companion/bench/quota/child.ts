import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

type Question = { id: number; ask: string; given: unknown };
type Answer = { id: number; answer?: unknown; failed?: string };

/** A part of a bench in a process of its own, which ends with the bench. */
export class Child {
  readonly process: ChildProcess;
  /** What it printed, once it has ended. */
  readonly printed: Promise<string>;
  #asked = 0;

  constructor(
    file: string,
    options: {
      args?: string[];
      execArgv?: string[];
      env?: Record<string, string>;
    } = {}
  ) {
    const { args = [], execArgv = [], env = {} } = options;
    this.process = fork(file, args, {
      execArgv,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc']
    });
    this.process.setMaxListeners(50);
    this.printed = text(this.process.stdout!);
  }

  /** What the child's `answers` say to `ask`; rejects when it has ended. */
  async call<T>(ask: string, given: unknown = null): Promise<T> {
    const id = ++this.#asked;
    const question: Question = { id, ask, given };
    return new Promise((resolve, reject) => {
      const hear = (message: Answer) => {
        if (message.id === id) {
          forget();
          if (message.failed === undefined) {
            resolve(message.answer as T);
          } else {
            reject(new Error(`${ask}: ${message.failed}`));
          }
        }
      };
      const gone = () => reject(new Error(`${ask}: the process has ended`));
      const forget = () => {
        this.process.off('message', hear);
        this.process.off('exit', gone);
      };
      this.process.on('message', hear);
      this.process.once('exit', gone);
      this.process.send(question, error => error && reject(error));
    });
  }

  async stop(): Promise<void> {
    const { process } = this;
    if (process.exitCode === null && process.signalCode === null) {
      const ended = once(process, 'exit');
      process.kill('SIGTERM');
      await ended;
    }
  }
}

/** In the child: what it says when it is asked. Nobody there to ask any more: it ends. */
export function answers(
  table: Record<string, (given: never) => unknown>
): void {
  process.on('message', ({ id, ask, given }: Question) => {
    void (async () => {
      const tell = (answer: Omit<Answer, 'id'>) =>
        process.send!({ id, ...answer });
      try {
        tell({ answer: await table[ask]!(given as never) });
      } catch (error) {
        tell({ failed: String(error) });
      }
    })();
  });
  process.once('disconnect', () => process.exit());
}

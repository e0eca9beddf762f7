import { createHash } from 'node:crypto';
import { partsOf, type ErrorCode } from '@jupyterlab-commons/protocol';
import type { TestCompanion } from '../http/test-companion.ts';
import type { TestSocket } from '../http/test-socket.ts';

export const hashOf = (text: string) =>
  createHash('sha256').update(text).digest('hex');

type Request = {
  id: number;
  method: string;
  path?: string;
  baseHash?: string | null;
  files?: Watched[];
  lost?: unknown;
};
type Watched = { document: string; path: string; hash: string | null };

/** A user's server that speaks the link protocol, with its files in memory. */
export class TestServer {
  readonly files = new Map<string, string>();
  readonly writes: { path: string; text: string }[] = [];
  watched: Watched[] = [];
  /** What it was told of the life before this one. */
  before: unknown[] = [];
  /** What it was asked, in order. */
  readonly methods: string[] = [];
  /** Frames that came, and writes that were refused. */
  asked = 0;
  refusals = 0;
  reads = 0;
  /** Why the file cannot be read as a text. */
  unreadable: string | null = null;
  /** What a write is refused with. */
  failing: { code: ErrorCode; detail?: string } | null = null;
  /** Writes are done, but the answer is lost with the link. */
  dropsAnswers = false;
  /** Nothing is answered at all. */
  silent = false;
  readonly link: TestSocket;
  #writing = new Map<number, { request: Request; parts: string[] }>();
  #wake = () => {};

  private constructor(link: TestSocket, files: Map<string, string>) {
    this.link = link;
    this.files = files;
    link.socket.removeAllListeners('message');
    link.socket.on('message', data => {
      this.#take(JSON.parse(String(data)));
      this.#wake();
    });
  }

  static async dial(
    commons: TestCompanion,
    user: string,
    files = new Map<string, string>()
  ): Promise<TestServer> {
    const link = commons.dial('link', [], {
      authorization: `token token-of-${user}`
    });
    const server = new TestServer(link, files);
    await link.opened();
    server.say({ news: 'hello', protocol: 1, version: '0.1.0' });
    return server;
  }

  say(frame: object): void {
    this.link.socket.send(JSON.stringify(frame));
  }

  /** Waits for what the companion asks until `look` holds. */
  async until(look: () => boolean): Promise<void> {
    while (!look()) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** Somebody else changes the file, and the server notices. */
  change(document: string, path: string, text: string | null): void {
    if (text === null) {
      this.files.delete(path);
    } else {
      this.files.set(path, text);
    }
    this.say({
      news: 'file',
      document,
      hash: text === null ? null : hashOf(text)
    });
  }

  #take(frame: Request & { part?: string; last?: boolean }): void {
    this.asked++;
    if (this.silent) {
      return;
    }
    const { id } = frame;
    if (frame.part !== undefined) {
      const writing = this.#writing.get(id)!;
      writing.parts.push(frame.part);
      if (frame.last) {
        this.#writing.delete(id);
        this.#write(writing.request, writing.parts.join(''));
      }
      return;
    }
    this.methods.push(frame.method);
    const text = this.files.get(frame.path ?? '');
    switch (frame.method) {
      case 'write':
        this.#writing.set(id, { request: frame, parts: [] });
        return;
      case 'watch':
        this.watched = frame.files!;
        this.say({ id, done: {} });
        return;
      case 'before':
        this.before.push(frame.lost);
        this.say({ id, done: {} });
        return;
      case 'read':
        this.reads++;
        if (this.unreadable !== null) {
          const detail = this.unreadable;
          this.say({ id, error: { code: 'FILE_UNSHAREABLE', detail } });
          return;
        }
        if (text === undefined) {
          this.say({ id, error: { code: 'FILE_MISSING' } });
          return;
        }
        partsOf(text).forEach((part, index, all) =>
          this.say({ id, part, last: index === all.length - 1 })
        );
        this.say({ id, done: { hash: hashOf(text) } });
        return;
      case 'keep': {
        if (this.failing) {
          this.say({ id, error: this.failing });
          return;
        }
        const keptAs = `${frame.path} (other version)`;
        this.files.set(keptAs, text!);
        this.say({ id, done: { keptAs, hash: hashOf(text!) } });
      }
    }
  }

  #write({ id, path = '', baseHash = null }: Request, text: string): void {
    const before = this.files.get(path);
    const same = before !== undefined && hashOf(before) === hashOf(text);
    if (this.failing) {
      this.refusals++;
      this.say({ id, error: this.failing });
    } else if (!same && before === undefined && baseHash !== null) {
      this.say({ id, error: { code: 'FILE_MISSING' } });
    } else if (!same && before !== undefined && hashOf(before) !== baseHash) {
      this.refusals++;
      this.say({ id, error: { code: 'FILE_CHANGED' } });
    } else {
      this.files.set(path, text);
      this.writes.push({ path, text });
      if (this.dropsAnswers) {
        this.link.socket.terminate();
      } else {
        this.say({ id, done: { hash: hashOf(text) } });
      }
    }
  }
}

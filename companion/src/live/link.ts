import {
  CommonsError,
  isErrorCode,
  linkAnswer,
  linkNews,
  linkPart,
  newsKindOf,
  partsOf,
  type LinkAnswer,
  type LinkNews,
  type LinkRequest,
  type NewsKind
} from '@jupyterlab-commons/protocol';
import type { WebSocket } from 'ws';
import { systemClock } from '../clock.ts';
import type { Proven } from '../hub/identity.ts';
import { PROTOCOL_OLDEST } from '../http/session.ts';
import { printable, reasonOf, type Log } from '../log.ts';
import type { Clock } from '../rooms/types.ts';
import { Gathered, isAboutSample } from './gathered.ts';
import { closeSocket, keepAlive } from './sockets.ts';

const ANSWER_MS = 30_000;
const HELLO_MS = 10_000;
/** Longer than from one ping of a server to the next: of thousands of links only one end pings. */
const PING_MS = 40_000;
const MOST_REQUESTS = 32;
/** Servers, named ones too, that one person may link at a time. */
const MOST_PER_USER = 20;
const MOST_LINKS = 10_000;

/** A request; `content` goes out in parts after it. */
export type LinkCall = Omit<LinkRequest, 'id'> & { content?: string };
export type LinkResult = {
  content: string;
  hash: string | null;
  keptAs: string | null;
};

type Waiting = {
  parts: string[];
  chars: number;
  resolve: (result: LinkResult) => void;
  reject: (error: CommonsError) => void;
  /** Puts the end of patience off. */
  touch: () => void;
  settle: () => void;
};

/** The link to one server of one user. Answers are matched by id; a server that is silent is given up. */
export class ServerLink {
  readonly user: string;
  readonly server: string;
  /** Its first `hello` need not be waited for any more. */
  greeted: () => void = () => {};
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #mostChars: number;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(options: {
    socket: WebSocket;
    user: string;
    server: string;
    clock: Clock;
    mostChars: number;
  }) {
    this.#socket = options.socket;
    this.user = options.user;
    this.server = options.server;
    this.#clock = options.clock;
    this.#mostChars = options.mostChars;
  }

  get open(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  /** Throws LINK_ABSENT when the link ends or is silent, otherwise what the server said. */
  async call({ content, ...request }: LinkCall): Promise<LinkResult> {
    if (!this.open || this.#waiting.size >= MOST_REQUESTS) {
      throw new CommonsError('LINK_ABSENT');
    }
    const id = this.#nextId++;
    const answer = this.#wait(id);
    answer.catch(() => {});
    try {
      await this.#send({ id, ...request });
      if (content !== undefined) {
        await this.#sendParts(id, content);
      }
    } catch {
      this.#waiting.get(id)?.reject(new CommonsError('LINK_ABSENT'));
    }
    return answer;
  }

  /** A part or an answer has come. */
  receive(message: unknown): void {
    const isPart =
      typeof message === 'object' &&
      message !== null &&
      Object.hasOwn(message, 'part');
    if (isPart) {
      const { id, part } = linkPart(message);
      this.#onPart(id, part);
    } else {
      this.#onAnswer(linkAnswer(message));
    }
  }

  close(code: 'TOO_MANY' | 'TOO_FAST' | 'BAD_REQUEST' | 'PAGE_TOO_OLD'): void {
    closeSocket(this.#socket, code);
  }

  /** Nobody will answer any more. */
  ended(): void {
    for (const waiting of [...this.#waiting.values()]) {
      waiting.reject(new CommonsError('LINK_ABSENT'));
    }
  }

  #wait(id: number): Promise<LinkResult> {
    return new Promise((resolve, reject) => {
      let cancel = () => {};
      const settle = () => {
        cancel();
        this.#waiting.delete(id);
      };
      const waiting: Waiting = {
        parts: [],
        chars: 0,
        settle,
        resolve: result => {
          settle();
          resolve(result);
        },
        reject: error => {
          settle();
          reject(error);
        },
        touch: () => {
          cancel();
          cancel = this.#clock.after(ANSWER_MS, () =>
            waiting.reject(new CommonsError('LINK_ABSENT', 'no answer'))
          );
        }
      };
      this.#waiting.set(id, waiting);
      waiting.touch();
    });
  }

  async #sendParts(id: number, content: string): Promise<void> {
    const parts = partsOf(content);
    for (const [index, part] of parts.entries()) {
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) {
        // The server has refused already; the rest would be sent for nothing.
        return;
      }
      await this.#send({ id, part, last: index === parts.length - 1 });
      waiting.touch();
    }
  }

  /** Resolves when the frame has left, so that a slow server slows us and not our memory. */
  #send(frame: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(JSON.stringify(frame), error =>
        error ? reject(error) : resolve()
      );
    });
  }

  #onPart(id: number, part: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return;
    }
    waiting.chars += part.length;
    if (waiting.chars > this.#mostChars) {
      waiting.reject(
        new CommonsError(
          'TOO_LARGE',
          `${this.#mostChars} characters (COMMONS_DOCUMENT_BYTES)`
        )
      );
      return;
    }
    waiting.parts.push(part);
    waiting.touch();
  }

  #onAnswer({ id, done, error }: LinkAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) {
      return;
    }
    if (error !== undefined) {
      const code = isErrorCode(error.code) ? error.code : 'INTERNAL';
      const detail =
        error.detail === undefined ? undefined : printable(error.detail);
      waiting.reject(new CommonsError(code, detail));
      return;
    }
    const { hash = null, keptAs = null } = done ?? {};
    waiting.resolve({ content: waiting.parts.join(''), hash, keptAs });
  }
}

/** Hears of links that have greeted; a link that a newer one has replaced is not heard any more. */
export interface LinkListener {
  up?(link: ServerLink): void;
  down?(user: string, server: string): void;
  file?(link: ServerLink, document: string, hash: string | null): void;
  /** `news` is not decoded: whoever listens decides whether it is worth reading. */
  sample?(link: ServerLink, news: unknown): void;
  goodbye?(link: ServerLink, news: unknown): void;
}

/** All links: one for each server of each user, and the newest wins. */
export class Links {
  readonly #links = new Map<string, ServerLink>();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #mostChars: number;
  readonly #listeners: LinkListener[] = [];
  readonly #frames: Gathered<ServerLink, Buffer | null>;

  constructor(options: {
    clock: Clock;
    log: Log;
    mostChars: number;
    /** A sample may wait so long for others to be read with. */
    gatherMs: number;
  }) {
    this.#frames = new Gathered({
      // Of the machine: it is about this process being busy, not about when things happen.
      clock: systemClock,
      waitMs: options.gatherMs,
      mayWait: isAboutSample,
      handle: (link, frame) => this.#hear(link, frame)
    });
    this.#clock = options.clock;
    this.#log = options.log;
    this.#mostChars = options.mostChars;
  }

  listen(listener: LinkListener): void {
    this.#listeners.push(listener);
  }

  /** The link of that server; throws LINK_ABSENT. */
  of(user: string, server: string): ServerLink {
    const link = this.#links.get(keyOf(user, server));
    if (link === undefined || !link.open) {
      throw new CommonsError('LINK_ABSENT');
    }
    return link;
  }

  has(user: string, server: string): boolean {
    return this.#links.get(keyOf(user, server))?.open ?? false;
  }

  /** A server of `user` has dialled in. It counts from its `hello` on. */
  attach(socket: WebSocket, { user, server }: Proven): void {
    keepAlive(socket, (ms, call) => this.#clock.after(ms, call), PING_MS);
    const link = new ServerLink({
      socket,
      user,
      server,
      clock: this.#clock,
      mostChars: this.#mostChars
    });
    link.greeted = this.#clock.after(HELLO_MS, () => link.close('BAD_REQUEST'));
    socket.on('message', (data, isBinary) =>
      this.#frames.hear(link, isBinary ? null : (data as Buffer))
    );
    socket.on('close', () => {
      link.greeted();
      this.#frames.flush(link);
      this.#ended(link);
    });
  }

  /** A frame of text; null for another one. Throws nothing. */
  #hear(link: ServerLink, frame: Buffer | null): void {
    try {
      this.#receive(link, frame && JSON.parse(String(frame)));
    } catch (error) {
      this.#log.warn('a link sent what cannot be read', {
        user: link.user,
        reason: reasonOf(error)
      });
      link.close('BAD_REQUEST');
    }
  }

  #receive(link: ServerLink, message: unknown): void {
    if (
      typeof message !== 'object' ||
      message === null ||
      !Object.hasOwn(message, 'news')
    ) {
      link.receive(message);
      return;
    }
    const kind = newsKindOf(message);
    if (kind === 'hello') {
      link.greeted();
      this.#hello(link, linkNews(message));
    } else if (kind === null) {
      this.#log.debug('a link told what is not known here', {
        user: link.user
      });
    } else if (this.#isCurrent(link)) {
      this.#tell(link, kind, message);
    }
  }

  #tell(
    link: ServerLink,
    kind: Exclude<NewsKind, 'hello'>,
    message: unknown
  ): void {
    switch (kind) {
      case 'sample':
        this.#listeners.forEach(each => each.sample?.(link, message));
        return;
      case 'goodbye':
        this.#listeners.forEach(each => each.goodbye?.(link, message));
        return;
      case 'file': {
        const { document, hash = null } = linkNews(message);
        if (document !== undefined) {
          this.#listeners.forEach(each => each.file?.(link, document, hash));
        }
      }
    }
  }

  #hello(link: ServerLink, { protocol = 1 }: LinkNews): void {
    if (protocol < PROTOCOL_OLDEST) {
      link.close('PAGE_TOO_OLD');
      return;
    }
    const key = keyOf(link.user, link.server);
    const before = this.#links.get(key);
    if (before === link) {
      return;
    }
    const own = [...this.#links.values()].filter(
      each => each.user === link.user
    ).length;
    if (
      before === undefined &&
      (own >= MOST_PER_USER || this.#links.size >= MOST_LINKS)
    ) {
      link.close('TOO_MANY');
      return;
    }
    if (before !== undefined) {
      // What it said before it was replaced counts.
      this.#frames.flush(before);
    }
    this.#links.set(key, link);
    before?.close('TOO_MANY');
    before?.ended();
    this.#log.info('link up', { user: link.user, server: link.server });
    this.#listeners.forEach(each => each.up?.(link));
  }

  #ended(link: ServerLink): void {
    link.ended();
    if (this.#isCurrent(link)) {
      this.#links.delete(keyOf(link.user, link.server));
      this.#log.info('link down', { user: link.user, server: link.server });
      this.#listeners.forEach(each => each.down?.(link.user, link.server));
    }
  }

  #isCurrent(link: ServerLink): boolean {
    return this.#links.get(keyOf(link.user, link.server)) === link;
  }
}

/** User names hold no slash, so no two pairs have the same key. */
function keyOf(user: string, server: string): string {
  return `${user}/${server}`;
}

import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { LinkSample } from '@jupyterlab-commons/protocol';
import type { WebSocket } from 'ws';
import type { Links } from '../../src/live/link.ts';

const fixture = new URL(
  '../../../protocol/fixtures/link-sample.json',
  import.meta.url
);
const example = (
  JSON.parse(readFileSync(fixture, 'utf8')) as { sample: LinkSample }
).sample;

/** The sample of the fixture, otherwise as told. */
export const sampleOf = (change: Partial<LinkSample> = {}): LinkSample => ({
  ...example,
  ...change
});

type Asked = { id: number; method?: string; lost?: unknown };

/** The server's end of a link, in memory: what it says has arrived when `say` returns. */
export class TestLink extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  readonly asked: Asked[] = [];
  /** The code with which the companion has closed it. */
  closed: string | null = null;

  static dial(links: Links, user = 'ada', server = ''): TestLink {
    const link = new TestLink();
    links.attach(link as unknown as WebSocket, {
      user,
      server,
      displayName: user,
      groups: [],
      admin: false
    });
    return link;
  }

  static greeted(links: Links, user = 'ada', server = ''): TestLink {
    const link = TestLink.dial(links, user, server);
    link.say({ news: 'hello', protocol: 1, version: '0.1.0' });
    return link;
  }

  say(frame: object): void {
    this.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }

  sample(change: Partial<LinkSample> = {}): void {
    this.say({ news: 'sample', sample: sampleOf(change) });
  }

  /** What it was asked by `before`. */
  get before(): Asked[] {
    return this.asked.filter(({ method }) => method === 'before');
  }

  /** Answers the last thing it was asked; the companion has read it when this resolves. */
  async answer(frame: object): Promise<void> {
    this.say({ id: this.asked.at(-1)!.id, ...frame });
    await new Promise(setImmediate);
  }

  /** The connection breaks. */
  async lose(): Promise<void> {
    this.close(1006, '');
    await new Promise(setImmediate);
  }

  // What the companion does with its end.

  send(text: string, done: (error?: Error) => void): void {
    this.asked.push(JSON.parse(text) as Asked);
    done();
  }

  ping(): void {
    this.emit('pong');
  }

  terminate(): void {
    this.close(1006, '');
  }

  close(_code: number, reason: string): void {
    if (this.readyState === this.OPEN) {
      this.readyState = 3;
      this.closed = reason;
      this.emit('close');
    }
  }
}

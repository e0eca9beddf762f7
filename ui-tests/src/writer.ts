import { expect } from '@playwright/test';
import { SocketClient, Y } from '../../companion/test/socket-client.ts';
import type { TestHub } from './hub.ts';

/**
 * A program that writes words into one cell of a notebook and knows which of
 * them the companion has said to be on disk.
 */
export class Writer {
  /** Every word that was written, in order. */
  readonly written: string[] = [];
  /** Those that were answered. */
  readonly answered = new Set<string>();
  private _client: SocketClient | null = null;
  private _doc = new Y.Doc();
  private _stop: () => void = () => undefined;

  constructor(
    private readonly _hub: TestHub,
    private readonly _options: {
      name: string;
      id: string;
      cell: number;
      session: () => Promise<string>;
    }
  ) {}

  /** Connects, again and again until it works; `forget` starts from an empty document. */
  async connect({ forget = false } = {}): Promise<void> {
    this._client?.close();
    if (forget) {
      this._doc = new Y.Doc();
    }
    const base = `${this._hub.url}services/commons/`;
    const open = async () => {
      const session = await this._options.session();
      this._client = await SocketClient.open(
        base,
        session,
        this._options.id,
        this._doc
      );
      return true;
    };
    await expect
      .poll(() => open().catch(() => false), { timeout: 30_000 })
      .toBe(true);
  }

  /** Writes one word after another, each when the one before is answered; ends with the connection. */
  async run(): Promise<void> {
    let running = true;
    const client = this._client!;
    const over = new Promise<void>(resolve => {
      this._stop = resolve;
      void client.ended.then(() => resolve());
    }).then(() => {
      running = false;
    });
    while (running) {
      const word = `${this._options.name}${this.written.length};`;
      this.written.push(word);
      this._append(word);
      await Promise.race([
        client.durable().then(() => this.answered.add(word)),
        over
      ]);
    }
  }

  /** Waits until so many words were answered since `before`. */
  async hasAnswered(more: number, before = this.answered.size): Promise<void> {
    await expect
      .poll(() => this.answered.size - before, { timeout: 30_000 })
      .toBeGreaterThanOrEqual(more);
  }

  stop(): void {
    this._stop();
  }

  close(): void {
    this.stop();
    this._client?.close();
  }

  private _append(word: string): void {
    const cell = this._doc
      .getArray<Y.Map<unknown>>('cells')
      .get(this._options.cell);
    const source = cell.get('source') as Y.Text;
    source.insert(source.length, word);
  }
}

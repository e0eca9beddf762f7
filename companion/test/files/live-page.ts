import { messageType, syncStep } from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { readSyncMessage } from 'y-protocols/sync';
import * as Y from 'yjs';
import type { TestCompanion } from '../http/test-companion.ts';
import type { TestSocket } from '../http/test-socket.ts';

/** A page that holds the document, over a real socket. */
export class LivePage {
  readonly doc = new Y.Doc();
  readonly socket: TestSocket;
  #sent = 0;

  private constructor(socket: TestSocket) {
    this.socket = socket;
    socket.socket.on('message', data => this.#hear(data as Buffer));
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) {
        this.#send(encoder => {
          encoding.writeVarUint(encoder, syncStep.update);
          encoding.writeVarUint8Array(encoder, update);
        });
        this.#sent++;
      }
    });
  }

  static async open(
    commons: TestCompanion,
    user: string,
    id: string
  ): Promise<LivePage> {
    const page = new LivePage(await commons.sync(user, id));
    page.#send(encoder => {
      encoding.writeVarUint(encoder, syncStep.step1);
      encoding.writeVarUint8Array(encoder, Y.encodeStateVector(page.doc));
    });
    const filled = () => page.doc.store.clients.size > 0;
    await page.socket.until(filled);
    return page;
  }

  get cells(): Y.Array<Y.Map<unknown>> {
    return this.doc.getArray('cells');
  }

  get sources(): string[] {
    return this.cells.map(cell => String(cell.get('source')));
  }

  /** Types at the end of a cell; resolves when that is on disk. */
  async type(cell: number, text: string): Promise<void> {
    const source = this.cells.get(cell).get('source') as Y.Text;
    source.insert(source.length, text);
    await this.saved();
  }

  async saved(): Promise<void> {
    await this.socket.frame('saved', ({ frames }) => frames >= this.#sent);
  }

  /** Waits until the cells read so. */
  async reads(sources: string[]): Promise<void> {
    await this.socket.until(
      () => JSON.stringify(this.sources) === JSON.stringify(sources)
    );
  }

  #send(write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    write(encoder);
    this.socket.socket.send(encoding.toUint8Array(encoder));
  }

  #hear(data: Buffer): void {
    const decoder = decoding.createDecoder(new Uint8Array(data));
    if (decoding.readVarUint(decoder) === messageType.sync) {
      const answer = encoding.createEncoder();
      encoding.writeVarUint(answer, messageType.sync);
      if (readSyncMessage(decoder, answer, this.doc, this) === syncStep.step1) {
        this.#sent++;
        this.socket.socket.send(encoding.toUint8Array(answer));
      }
    }
  }
}

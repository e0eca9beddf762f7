/** A live notebook in a room with a page, and the file that it came from. */
import { atOnce } from '@jupyterlab-commons/protocol';
import type * as Y from 'yjs';
import {
  prepareMerge,
  versionBefore,
  versionOfFile,
  type MergeResult,
  type OtherVersion
} from '../../src/merging/merge-document.ts';
import type { Outline, Pace, RoomLimits } from '../../src/rooms/types.ts';
import { ID, openTestRoom, turn, type TestRoom } from '../rooms/test-room.ts';
import type { TestPage } from '../rooms/test-page.ts';

export type FileCell = {
  id?: string;
  cell_type: string;
  source: string | string[];
  metadata?: object;
  outputs?: object[];
  execution_count?: number | null;
  attachments?: object;
};

export const code = (source: string, id?: string, more = {}): FileCell => ({
  cell_type: 'code',
  ...(id === undefined ? {} : { id }),
  source,
  metadata: {},
  outputs: [],
  execution_count: null,
  ...more
});

export const markdown = (source: string, id?: string, more = {}): FileCell => ({
  cell_type: 'markdown',
  ...(id === undefined ? {} : { id }),
  source,
  metadata: {},
  ...more
});

export const stream = (text: string) => ({
  output_type: 'stream',
  name: 'stdout',
  text
});

export const fileOf = (cells: FileCell[], metadata: object = {}): string =>
  JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 });

export class Live {
  readonly room: TestRoom;
  readonly page: TestPage;
  /** What the file said last. */
  base: Outline;
  #onTheWay = () => {};

  private constructor(room: TestRoom, page: TestPage, base: Outline) {
    this.room = room;
    this.page = page;
    this.base = base;
  }

  static async open(
    content: FileCell[] | string,
    metadata = {},
    options: { limits?: Partial<RoomLimits>; pace?: () => Pace } = {}
  ): Promise<Live> {
    const isText = typeof content === 'string';
    const room = await openTestRoom(
      isText
        ? { type: 'text', content, ...options }
        : { content: fileOf(content, metadata), ...options }
    );
    const { outline } = await room.rooms.content(ID);
    return new Live(room, await room.join('bob'), outline);
  }

  get source(): Y.Text {
    return this.page.doc.getText('source');
  }

  /** The text of a cell, as the page holds it. */
  text(cell: number): Y.Text {
    return this.page.cells.get(cell).get('source') as Y.Text;
  }

  /** What the file would say now. */
  async cells(): Promise<FileCell[]> {
    const { cells } = JSON.parse(await this.room.content()) as {
      cells: FileCell[];
    };
    return cells;
  }

  async sources(): Promise<string[]> {
    return (await this.cells()).map(({ source }) => [source].flat().join(''));
  }

  /** The file says this from now on. */
  async outside(
    file: FileCell[] | string,
    metadata?: object
  ): Promise<MergeResult> {
    const isText = this.base.type === 'text' || typeof file === 'string';
    const text = isText ? String(file) : fileOf(file as FileCell[], metadata);
    const result = await this.#change(
      'outside',
      atOnce(versionOfFile(this.base.type, text)),
      this.base
    );
    this.base = result.base;
    return result;
  }

  /** People edit, and what they did is on its way while the next change is made. */
  onTheWay(edit: () => void): void {
    this.#onTheWay = edit;
  }

  undo({ reversal }: MergeResult): Promise<MergeResult> {
    return this.#change('undo', versionBefore(reversal), reversal.after);
  }

  close(): Promise<void> {
    return this.room.close();
  }

  async #change(
    mark: 'outside' | 'undo',
    other: OtherVersion,
    base: Outline
  ): Promise<MergeResult> {
    await this.room.deliver();
    this.#onTheWay();
    this.#onTheWay = () => {};
    const whole = mark === 'undo';
    const change = this.room.rooms.change(ID, 'ada', mark, (doc, live) =>
      prepareMerge(doc, live, { base, other, whole })
    );
    change.catch(() => {});
    // It is made before anything that is on the way arrives.
    await turn();
    await this.room.deliver();
    const { result } = await change;
    await this.room.deliver();
    return result;
  }
}

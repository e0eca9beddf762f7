import assert from 'node:assert/strict';
import {
  messageType,
  syncStep,
  type FileState,
  type OwnMessage
} from '@jupyterlab-commons/protocol';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { MemoryStore } from '../../src/storage/memory.ts';
import { TestCompanion } from '../http/test-companion.ts';
import type { TestSocket } from '../http/test-socket.ts';
import { TestServer } from './test-server.ts';

const people = { ada: {}, bob: {} };

/** Ada's server with the text file `work/a.txt`, and the companion; both may end and come back. */
export class FileOwner {
  commons: TestCompanion;
  server: TestServer;

  private constructor(commons: TestCompanion, server: TestServer) {
    this.commons = commons;
    this.server = server;
  }

  static async start(): Promise<FileOwner> {
    const commons = await new TestCompanion().start({ people });
    const server = await TestServer.dial(commons, 'ada');
    server.files.set('work/a.txt', 'one');
    return new FileOwner(commons, server);
  }

  stop(): Promise<void> {
    return this.commons.stop();
  }

  /** Another companion with the same store; the server has not found it yet. */
  async restart(meanwhile: (store: MemoryStore) => void = () => {}) {
    const { store } = this.commons;
    await this.commons.stop();
    meanwhile(store);
    this.commons = await new TestCompanion(store).start({ people });
  }

  /** Another link, to the same files. */
  async reconnect(): Promise<void> {
    const { files } = this.server;
    this.server = await TestServer.dial(this.commons, 'ada', files);
  }

  share(): Promise<string> {
    const file = { name: 'a.txt', type: 'text', path: 'work/a.txt' };
    return this.commons.share('ada', file);
  }

  async state(id: string): Promise<FileState> {
    const { body } = await this.commons.call('ada', 'getDocument', { id });
    return body.fileState;
  }

  /** Shares the file and opens it in a page; `until` waits for what the page is told of the file. */
  async open() {
    const id = await this.share();
    const page = await this.commons.sync('ada', id);
    const type = typist(page);
    const until = (fileState: FileState, after = 0) =>
      page.until(() =>
        page.frames
          .slice(after)
          .some(each => each.type === 'status' && each.fileState === fileState)
      );
    return { id, page, type, until };
  }

  written(count: number): Promise<void> {
    const { server } = this;
    return server.until(() => server.writes.length >= count);
  }

  /** The file is changed in a way that nobody can merge, and that is found out. */
  async changedUnreadably(
    id: string,
    until: (state: FileState) => Promise<unknown>
  ): Promise<void> {
    this.server.unreadable = 'it is not UTF-8';
    this.server.change(id, 'work/a.txt', 'by git');
    await until('behind');
    this.commons.clock.advance(1000);
    await until('changed-outside');
  }

  /** A document that was closed with an edit that its file lacks. */
  async closedBehind(): Promise<string> {
    const { id, type, until } = await this.open();
    this.server.link.socket.terminate();
    await until('away');
    await type('A');
    const { status } = await this.commons.call('ada', 'closeDocument', { id });
    assert.equal(status, 204);
    return id;
  }
}

/** Adds a letter to the document, as a page would; resolves when it is on disk. */
export function typist(page: TestSocket): (text: string) => Promise<void> {
  const doc = new Y.Doc();
  let frames = 0;
  return async text => {
    const before = Y.encodeStateVector(doc);
    doc.getText('source').insert(doc.getText('source').length, text);
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, messageType.sync);
    encoding.writeVarUint(encoder, syncStep.update);
    encoding.writeVarUint8Array(encoder, Y.encodeStateAsUpdate(doc, before));
    page.socket.send(encoding.toUint8Array(encoder));
    const wanted = ++frames;
    await page.frame('saved', saved => saved.frames === wanted);
  };
}

/** How the file stands when it is neither behind nor away any more. */
export function settled(page: TestSocket, after = 0): Promise<FileState> {
  const ended = (each: OwnMessage) =>
    each.type === 'status' && !['away', 'behind'].includes(each.fileState)
      ? each.fileState
      : null;
  return page.until(() =>
    page.frames
      .slice(after)
      .reduce<FileState | null>((found, each) => found ?? ended(each), null)
  );
}

import {
  CommonsError,
  type DocumentType,
  type FileChoice,
  type FileState,
  type MergeUndone,
  type Person
} from '@jupyterlab-commons/protocol';
import type { LinkListener, Links, ServerLink } from '../live/link.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Clock, Outline } from '../rooms/types.ts';
import type { Files } from '../sharing/documents.ts';
import type { FileStatus, LiveRooms } from '../sharing/live-rooms.ts';
import type { DocumentStore, StoredDocument } from '../storage/store.ts';
import { KeptFile } from './kept-file.ts';
import { Merges } from './merges.ts';

/** Files that come or go within this time make one list. The server notices its own writes itself. */
const WATCH_MS = 200;
/** Nobody waits longer for the last write of a document; it goes on by itself. */
const RELEASE_MS = 5_000;

export type FileKeeperOptions = {
  store: DocumentStore;
  rooms: LiveRooms;
  links: Links;
  clock: Clock;
  log: Log;
  /** The owner's list shows another state from now on. */
  changed: (documentId: string) => void;
};

type WithFile = StoredDocument & {
  path: string;
  server: string;
  head?: number;
};

function hasFile(document: StoredDocument): document is WithFile {
  return document.path !== null && document.server !== null;
}

/** F: the files of all shared documents whose servers have linked, or which are being edited. */
export class FileKeeper implements Files, LinkListener {
  readonly #options: FileKeeperOptions;
  readonly #merges: Merges;
  readonly #files = new Map<string, KeptFile>();
  /** The last state that the owner's list was told; writes of every second are no news. */
  readonly #listed = new Map<string, FileState>();
  readonly #watches = new Map<string, () => void>();

  constructor(options: FileKeeperOptions) {
    this.#options = options;
    this.#merges = new Merges(options);
    options.links.listen(this);
  }

  async read(
    user: string,
    server: string,
    path: string,
    type: DocumentType
  ): Promise<{ content: string; hash: string | null }> {
    const link = this.#options.links.of(user, server);
    await this.#finish(user, server, path);
    return link.call({ method: 'read', path, type });
  }

  keep(document: StoredDocument, outline?: Outline): void {
    if (hasFile(document)) {
      const { id, file } = document;
      this.#track(document);
      this.#watchSoon(document.owner, document.server);
      if (outline !== undefined && file.hash !== null) {
        // Without it a change from outside is a matter of the owner, as long as nothing was written.
        this.#merges.remember(id, file.hash, outline).catch(() => {});
      }
    }
  }

  undoMerge(
    document: StoredDocument,
    merge: string,
    by: Person
  ): Promise<MergeUndone> {
    return this.#merges.undo(document, merge, by);
  }

  async release(document: StoredDocument): Promise<void> {
    const file = this.#files.get(document.id);
    if (file === undefined) {
      return;
    }
    const done = file.release().then(() => this.#letGo(file));
    let cancel = () => {};
    const late = new Promise<void>(resolve => {
      cancel = this.#options.clock.after(RELEASE_MS, resolve);
    });
    await Promise.race([done, late]);
    cancel();
  }

  /** How the file stands; derived from the store where it is not being kept at the moment. */
  stateOf(document: StoredDocument): FileState {
    return this.statusOf(document).fileState;
  }

  statusOf(document: StoredDocument): FileStatus {
    const kept = this.#files.get(document.id);
    if (kept !== undefined) {
      return kept.status;
    }
    const { state } = document.file;
    const told =
      !hasFile(document) || state === 'changed-outside' || state === 'missing';
    const fileDetail = told ? document.file.detail : null;
    return { fileState: told ? state : 'away', fileDetail, behind: 0 };
  }

  /** A document is in memory and may be edited: its pages hear how the file stands. */
  opened(document: StoredDocument): void {
    if (hasFile(document)) {
      this.#track(document);
    }
    this.#options.rooms.setFileStatus(document.id, this.statusOf(document));
  }

  /** Edits up to `seq` are on disk here. */
  journalled(id: string, seq: number): void {
    this.#files.get(id)?.edited(seq);
  }

  async choose(
    document: StoredDocument,
    choice: FileChoice
  ): Promise<{ fileState: FileState; keptAs: string | null }> {
    if (!hasFile(document)) {
      throw new CommonsError('BAD_REQUEST', 'this document has no file');
    }
    const file = this.#track(document);
    let keptAs: string | null = null;
    if (choice === 'keep-live') {
      keptAs = await file.keepLive();
    } else {
      await file.writeAgain();
    }
    return { fileState: file.state, keptAs };
  }

  up(link: ServerLink): void {
    this.#catchUp(link).catch((error: unknown) => {
      this.#options.log.warn('files could not catch up', {
        user: link.user,
        reason: reasonOf(error)
      });
    });
  }

  down(user: string, server: string): void {
    for (const file of this.#filesOf(user, server)) {
      file.linkDown();
      this.#letGo(file);
    }
  }

  file(link: ServerLink, id: string, hash: string | null): void {
    const file = this.#files.get(id);
    // F4: a server speaks of its own files only.
    if (
      file?.document.owner === link.user &&
      file.document.server === link.server
    ) {
      void file.found(hash);
    }
  }

  /** Writes everything that is missing, for as long as the links are there. */
  async flush(): Promise<void> {
    await flushAll([...this.#files.values()]);
  }

  /** Writes what the files of one server lack. */
  async flushOf(user: string, server: string): Promise<void> {
    await flushAll(this.#filesOf(user, server));
  }

  /** Whether somebody has a document open whose file this server keeps. */
  hasPeople(user: string, server: string): boolean {
    return this.#filesOf(user, server).some(
      ({ document }) => this.#options.rooms.present(document.id).length > 0
    );
  }

  stop(): void {
    this.#files.forEach(file => file.stop());
    this.#watches.forEach(cancel => cancel());
    this.#watches.clear();
  }

  async #catchUp(link: ServerLink): Promise<void> {
    const { user, server } = link;
    for (const document of await this.#options.store.documentsOfServer(
      user,
      server
    )) {
      this.keep(document);
    }
    // One after the other: each may have to be loaded to see whether anything is missing.
    for (const file of this.#filesOf(user, server)) {
      await file.linkUp();
      this.#letGo(file);
    }
    this.#watchSoon(user, server);
  }

  /** What closed documents still have to write into a file comes before it is read anew. */
  async #finish(user: string, server: string, path: string): Promise<void> {
    const documents = await this.#options.store.documentsOfServer(user, server);
    for (const document of documents) {
      if (document.closedAt !== null && document.path === path) {
        this.keep(document);
        await this.release(document);
      }
    }
  }

  #track(document: WithFile): KeptFile {
    const known = this.#files.get(document.id);
    if (known !== undefined) {
      return known;
    }
    const { store, rooms, links, clock } = this.#options;
    const { id, owner, server } = document;
    const file = new KeptFile({
      document,
      clock,
      content: () => rooms.content(id),
      ask: call => links.of(owner, server).call(call),
      linked: () => links.has(owner, server),
      save: stored => store.updateDocument(id, { file: stored }),
      remember: (hash, outline, and) =>
        this.#merges.remember(id, hash, outline, and),
      merge: outside => this.#merges.merge(document, outside),
      kept: (keptAs, reason) => this.#merges.kept(document, keptAs, reason),
      changed: status => this.#onChanged(id, status)
    });
    this.#files.set(id, file);
    return file;
  }

  /**
   * A closed document stays here only while its write is tried again. Where the
   * server is away, the store names the document when the server is back.
   */
  #letGo(file: KeptFile): void {
    const { id, owner, server } = file.document;
    if (
      this.#files.get(id) !== file ||
      !file.closed ||
      (!file.over && this.#options.links.has(owner, server))
    ) {
      return;
    }
    if (file.behind > 0) {
      const { state } = file;
      this.#options.log.warn(
        'a document was closed with edits that its file lacks',
        { document: id, state }
      );
    }
    file.stop();
    this.#files.delete(id);
    this.#listed.delete(id);
    this.#watchSoon(owner, server);
  }

  #filesOf(user: string, server: string): KeptFile[] {
    return [...this.#files.values()].filter(
      ({ document }) => document.owner === user && document.server === server
    );
  }

  #onChanged(id: string, status: FileStatus): void {
    this.#options.rooms.setFileStatus(id, status);
    const file = this.#files.get(id);
    if (file?.closed) {
      this.#letGo(file);
      return;
    }
    const state = status.fileState === 'behind' ? 'saved' : status.fileState;
    if (this.#listed.get(id) !== state) {
      this.#listed.set(id, state);
      this.#options.changed(id);
    }
  }

  /** Tells the server which files to look at. */
  #watchSoon(user: string, server: string): void {
    const key = `${user}/${server}`;
    if (this.#watches.has(key)) {
      return;
    }
    const { clock, links, log } = this.#options;
    const cancel = clock.after(WATCH_MS, () => {
      this.#watches.delete(key);
      if (!links.has(user, server)) {
        return;
      }
      const files = this.#filesOf(user, server).map(({ document, hash }) => ({
        document: document.id,
        path: document.path,
        hash
      }));
      links
        .of(user, server)
        .call({ method: 'watch', files })
        .catch((error: unknown) =>
          log.warn('watching failed', { user, reason: reasonOf(error) })
        );
    });
    this.#watches.set(key, cancel);
  }
}

async function flushAll(files: KeptFile[]): Promise<void> {
  await Promise.all(
    files.filter(file => file.behind > 0).map(file => file.flush())
  );
}

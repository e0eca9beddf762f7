import { randomBytes, randomInt } from 'node:crypto';
import {
  CommonsError,
  type DocumentInfo,
  type DocumentType,
  type NewDocument
} from '@jupyterlab-commons/protocol';
import type { Caller } from '../hub/callers.ts';
import { onOneLine, withoutMark } from '../rooms/line-ends.ts';
import type { Clock, Outline } from '../rooms/types.ts';
import type {
  AuditEntry,
  DocumentStore,
  StoredDocument
} from '../storage/store.ts';
import { rightIn, type Access } from './authorise.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { LiveRooms } from './live-rooms.ts';
import type { Notices } from './notices.ts';
import type { Views } from './views.ts';

/** What documents need of the owner's files. */
export interface Files {
  /** The file as it is now; throws LINK_ABSENT, FILE_MISSING or FILE_UNSHAREABLE. */
  read(
    user: string,
    server: string,
    path: string,
    type: DocumentType
  ): Promise<{ content: string; hash: string | null }>;
  /** From now on the file is kept equal to the document; `outline` is what both say now. */
  keep(document: StoredDocument, outline?: Outline): void;
  /** The document is closed: what the file lacks is written, now or when the server is back. */
  release(document: StoredDocument): Promise<void>;
}

export type Seed = (
  type: DocumentType,
  content: unknown
) => { update: Uint8Array; outline: Outline };

export type DocumentsOptions = {
  store: DocumentStore;
  rooms: LiveRooms;
  notices: Notices;
  views: Views;
  files: Files;
  seed: Seed;
  clock: Clock;
  most: number;
};

const ID_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** 26 letters of 36: 134 random bits. */
function newId(): string {
  return Array.from({ length: 26 }, () => ID_LETTERS[randomInt(36)]).join('');
}

/** D5 needs one spelling of a path; the owner's server decides whether it may be read (F5). */
export function tidyPath(path: string): string {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..') || /[\0\\]/.test(path)) {
    throw new CommonsError('FILE_UNSHAREABLE');
  }
  return parts.join('/');
}

/** What may stand as the name of a document: something, on one line. */
function tidyName(name: string): string {
  const tidy = onOneLine(name);
  if (tidy === '') {
    throw new CommonsError('BAD_REQUEST', 'body.name must not be empty');
  }
  return tidy;
}

/** The life of documents from sharing to the end of it. The door has been passed before. */
export class Documents {
  readonly #options: DocumentsOptions;
  readonly #queue = new KeyedQueue();

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  async list(caller: Caller): Promise<DocumentInfo[]> {
    const { store, views, clock } = this.#options;
    const now = clock.now();
    const documents = await store.documentsFor(
      caller.user,
      [...caller.groups],
      now
    );
    const seen: DocumentInfo[] = [];
    for (const document of documents) {
      const right = rightIn(
        document,
        await store.shares(document.id),
        caller,
        now
      );
      if (right !== null) {
        seen.push(await views.of(document, right));
      }
    }
    const age = (each: DocumentInfo) => each.changedAt ?? each.createdAt;
    return seen.sort((a, b) => age(b).localeCompare(age(a)));
  }

  /** A new document of the caller; `created` is false when that file is shared already (D5). */
  async create(
    caller: Caller,
    wanted: NewDocument,
    uploaded: () => string
  ): Promise<{ document: StoredDocument; created: boolean }> {
    const given = [wanted.content, wanted.upload, wanted.path].filter(
      each => each !== undefined
    );
    if (given.length !== 1) {
      throw new CommonsError(
        'BAD_REQUEST',
        'exactly one of content, upload and path is needed'
      );
    }
    const name = tidyName(wanted.name);
    if (wanted.path === undefined) {
      const content =
        wanted.upload === undefined
          ? wanted.content
          : parsed(wanted.type, uploaded());
      return this.#add(caller, {
        name,
        type: wanted.type,
        content,
        file: null
      });
    }
    const path = tidyPath(wanted.path);
    const key = JSON.stringify([caller.user, caller.server, path]);
    return this.#queue.run(key, () =>
      this.#ofFile(caller, name, wanted.type, path)
    );
  }

  async rename(access: Access, wanted: string): Promise<DocumentInfo> {
    const { store, notices, views } = this.#options;
    const name = tidyName(wanted);
    await store.updateDocument(access.document.id, { name });
    await this.audit(
      access.document.id,
      access.caller.user,
      'rename',
      `${access.document.name} to ${name}`
    );
    notices.changed(access.document.id);
    return views.of({ ...access.document, name }, access);
  }

  /** Stops sharing: for everybody at once, then the file gets what it lacks. */
  async close(access: Access): Promise<void> {
    const { store, rooms, notices, files, clock } = this.#options;
    const { document, caller } = access;
    const { id } = document;
    await store.updateDocument(id, { closedAt: clock.now() });
    // A4 before A5: an entry that cannot be written lets nobody stay.
    notices.closed(id);
    await rooms.close(id, 'DOCUMENT_CLOSED');
    await this.audit(id, caller.user, 'close', document.name).finally(() =>
      files.release(document)
    );
  }

  /** A6 */
  async leave(access: Access): Promise<void> {
    const { store, notices } = this.#options;
    const { document, caller } = access;
    if (access.document.owner === caller.user) {
      throw new CommonsError(
        'BAD_REQUEST',
        'the owner stops sharing instead of leaving'
      );
    }
    await store.setLeft(document.id, caller.user, true);
    await this.audit(document.id, caller.user, 'leave', '');
    notices.left(document.id, caller.user);
  }

  /** Following the link of a document puts it into the list of whoever followed it (A6). */
  async follow(access: Access): Promise<void> {
    const { store, notices, clock } = this.#options;
    const { document, caller } = access;
    if (document.owner === caller.user || caller.readOnly) {
      return;
    }
    const listed = await store.documentsFor(
      caller.user,
      [...caller.groups],
      clock.now()
    );
    if (listed.some(each => each.id === document.id)) {
      return;
    }
    await store.setLeft(document.id, caller.user, false);
    if (access.byLink) {
      await store.joinByLink(document.id, caller.user, clock.now());
    }
    await this.audit(
      document.id,
      caller.user,
      'join',
      access.byLink ? 'by the link' : 'again'
    );
    notices.joined(document.id, caller.user);
  }

  async audit(
    document: string,
    actor: string,
    action: AuditEntry['action'],
    detail: string
  ): Promise<void> {
    const { store, clock } = this.#options;
    await store.audit({
      document,
      at: clock.now(),
      actor,
      action,
      detail: detail.slice(0, 512)
    });
  }

  async #ofFile(
    caller: Caller,
    name: string,
    type: DocumentType,
    path: string
  ) {
    const { store, files } = this.#options;
    const known = await store.documentOfFile(caller.user, caller.server, path);
    if (known !== null) {
      return { document: known, created: false };
    }
    const { content, hash } = await files.read(
      caller.user,
      caller.server,
      path,
      type
    );
    const file = { path, server: caller.server, hash };
    return this.#add(caller, {
      name,
      type,
      content: parsed(type, content),
      file
    });
  }

  async #add(
    caller: Caller,
    wanted: {
      name: string;
      type: DocumentType;
      content: unknown;
      file: { path: string; server: string; hash: string | null } | null;
    }
  ): Promise<{ document: StoredDocument; created: boolean }> {
    const { store, notices, files, seed, clock } = this.#options;
    await this.#checkRoom(caller);
    const now = clock.now();
    const { update, outline } = seed(wanted.type, wanted.content);
    const document: StoredDocument = {
      id: newId(),
      name: wanted.name,
      type: wanted.type,
      epoch: randomBytes(16).toString('hex'),
      owner: caller.user,
      ownerDisplayName: caller.displayName,
      path: wanted.file?.path ?? null,
      server: wanted.file?.server ?? null,
      createdAt: now,
      changedAt: null,
      closedAt: null,
      file: {
        state: wanted.file === null ? 'none' : 'saved',
        detail: null,
        hash: wanted.file?.hash ?? null,
        seq: 1,
        sent: null
      }
    };
    await store.createDocument(document, { seq: 1, user: '', at: now, update });
    if (wanted.file !== null) {
      files.keep(document, outline);
    }
    await notices.rightsChanged(document.id);
    return { document, created: true };
  }

  async #checkRoom(caller: Caller): Promise<void> {
    const { store, most, clock } = this.#options;
    const known = await store.documentsFor(caller.user, [], clock.now());
    if (known.filter(each => each.owner === caller.user).length >= most) {
      throw new CommonsError('TOO_MANY', `documents of one person: ${most}`);
    }
  }
}

/** The text of a file as what seeds a document. */
function parsed(type: DocumentType, content: string): unknown {
  if (type === 'text') {
    return content;
  }
  try {
    return JSON.parse(withoutMark(content)) as unknown;
  } catch {
    throw new CommonsError('FILE_UNSHAREABLE', 'it is not JSON');
  }
}

import {
  documentChange,
  fileChoice,
  newDocument,
  newUpload,
  type CreatedDocument,
  type FileChoice,
  type FileState,
  type MergeUndone,
  type Person
} from '@jupyterlab-commons/protocol';
import type { DocumentStore, StoredDocument } from '../storage/store.ts';
import { contributorsOf } from '../sharing/contributors.ts';
import type { Documents } from '../sharing/documents.ts';
import type { LiveRooms } from '../sharing/live-rooms.ts';
import type { Views } from '../sharing/views.ts';
import type { Resources } from './router.ts';
import type { Uploads } from './uploads.ts';

const MOST_AUDIT_ENTRIES = 1000;

/** What the owner may decide about the file, and an editor about what was merged from it. */
export interface FileChooser {
  choose(
    document: StoredDocument,
    choice: FileChoice
  ): Promise<{ fileState: FileState; keptAs: string | null }>;
  undoMerge(
    document: StoredDocument,
    merge: string,
    by: Person
  ): Promise<MergeUndone>;
}

type Names =
  | 'createUpload'
  | 'putChunk'
  | 'createDocument'
  | 'listDocuments'
  | 'getDocument'
  | 'renameDocument'
  | 'closeDocument'
  | 'getContent'
  | 'chooseFile'
  | 'contributors'
  | 'undoMerge'
  | 'leaveDocument'
  | 'listAudit';

export function documentResources(options: {
  documents: Documents;
  views: Views;
  rooms: LiveRooms;
  files: FileChooser;
  uploads: Uploads;
  store: DocumentStore;
}): Pick<Resources, Names> {
  const { documents, views, rooms, files, uploads, store } = options;
  return {
    async createUpload({ caller, body }) {
      const { bytes } = await body(newUpload);
      return { status: 201, json: uploads.create(caller.user, bytes) };
    },
    async putChunk({ caller, parts, chunk }) {
      uploads.put(
        caller.user,
        parts.upload ?? '',
        parts.index ?? '',
        await chunk()
      );
      return { status: 204 };
    },
    async createDocument({ caller, body }) {
      const wanted = await body(newDocument);
      const { document, created } = await documents.create(caller, wanted, () =>
        uploads.take(caller.user, wanted.upload ?? '')
      );
      const json: CreatedDocument = { id: document.id, epoch: document.epoch };
      return { status: created ? 201 : 200, json };
    },
    async listDocuments({ caller }) {
      return { status: 200, json: { documents: await documents.list(caller) } };
    },
    async getDocument({ access }) {
      await documents.follow(access);
      return { status: 200, json: await views.of(access.document, access) };
    },
    async renameDocument({ access, body }) {
      const { name } = await body(documentChange);
      return { status: 200, json: await documents.rename(access, name) };
    },
    async closeDocument({ access }) {
      await documents.close(access);
      return { status: 204 };
    },
    /** What a copy is made of: the file as it would be, never shown as a page of ours. */
    async getContent({ access }) {
      const { text } = await rooms.content(access.document.id);
      const type =
        access.document.type === 'notebook' ? 'application/json' : 'text/plain';
      return { status: 200, text, type: `${type}; charset=utf-8` };
    },
    async chooseFile({ access, body, caller }) {
      const { choice } = await body(fileChoice);
      const json = await files.choose(access.document, choice);
      const kept =
        json.keptAs === null ? '' : `; the other version is ${json.keptAs}`;
      await documents.audit(
        access.document.id,
        caller.user,
        'file',
        `${choice}${kept}`
      );
      return { status: 200, json };
    },
    async contributors({ access, query }) {
      const { document } = access;
      const since = query.get('since');
      const json = await contributorsOf({ store, rooms }, document, since);
      return { status: 200, json };
    },
    async undoMerge({ access, caller, parts }) {
      const { user, displayName } = caller;
      const json = await files.undoMerge(access.document, parts.merge ?? '', {
        user,
        displayName
      });
      if (json.merged !== null) {
        await documents.audit(
          access.document.id,
          user,
          'file',
          'a change from outside was undone'
        );
      }
      return { status: 200, json };
    },
    async leaveDocument({ access }) {
      await documents.leave(access);
      return { status: 204 };
    },
    async listAudit({ access }) {
      const entries = await store.auditOf(
        access.document.id,
        MOST_AUDIT_ENTRIES
      );
      return {
        status: 200,
        json: {
          entries: entries.map(({ at, actor, action, detail }) => ({
            at: new Date(at).toISOString(),
            actor,
            action,
            detail
          }))
        }
      };
    }
  };
}

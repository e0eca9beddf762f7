import type {
  DocumentInfo,
  FileState,
  Share
} from '@jupyterlab-commons/protocol';
import type {
  DocumentStore,
  StoredDocument,
  StoredShare
} from '../storage/store.ts';
import type { Right } from './authorise.ts';
import type { LiveRooms } from './live-rooms.ts';

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));

/** A share as its document's owner sees it. */
export function shareView(share: StoredShare): Share {
  const { kind, name, displayName, role, expiresAt, grantedAt, grantedBy } =
    share;
  return {
    kind,
    name,
    displayName,
    role,
    expiresAt: isoOrNull(expiresAt),
    grantedAt: iso(grantedAt),
    grantedBy
  };
}

/** Documents as one reader may see them. */
export class Views {
  readonly #store: DocumentStore;
  readonly #rooms: Pick<LiveRooms, 'present'>;
  readonly #fileState: (document: StoredDocument) => FileState;

  constructor(options: {
    store: DocumentStore;
    rooms: Pick<LiveRooms, 'present'>;
    fileState: (document: StoredDocument) => FileState;
  }) {
    this.#store = options.store;
    this.#rooms = options.rooms;
    this.#fileState = options.fileState;
  }

  /** The path, the server and the number of shares are for the owner alone. */
  async of(document: StoredDocument, right: Right): Promise<DocumentInfo> {
    const owner = right.role === 'owner';
    return {
      id: document.id,
      name: document.name,
      type: document.type,
      epoch: document.epoch,
      owner: { user: document.owner, displayName: document.ownerDisplayName },
      role: right.role,
      roleUntil: isoOrNull(right.until),
      path: owner ? document.path : null,
      server: owner ? document.server : null,
      fileState: this.#fileState(document),
      createdAt: iso(document.createdAt),
      changedAt: isoOrNull(document.changedAt),
      present: this.#rooms.present(document.id),
      shareCount: owner ? (await this.#store.shares(document.id)).length : 0
    };
  }
}

import type {
  DocumentType,
  FileState,
  ShareKind,
  SharedRole
} from '@jupyterlab-commons/protocol';

/** Milliseconds since 1970, by the companion's clock. */
export type Millis = number;

/**
 * What sets an edit apart from those that people make in what the file says:
 * - `outside`: a change of the owner's file, and `undo`: the undoing of one.
 * - `unseen`: it changes nothing that a file shows, as the flags of a page.
 */
export type JournalMark = 'outside' | 'undo' | 'unseen';

/** The edits of one person in one document. */
export type Contribution = {
  user: string;
  /** Rows of the journal that have no mark; one is what a page sent at a time. */
  changes: number;
  /** The last of them. */
  at: Millis;
};

/** Edits are counted by these hours: the rows themselves go when a snapshot stands for them. */
export const CONTRIBUTION_MS = 3_600_000;

/** One accepted edit. `seq` counts from 1 within a document, without gaps. */
export type JournalRow = {
  seq: number;
  /** Who sent it; empty for the companion itself. */
  user: string;
  at: Millis;
  update: Uint8Array;
  mark?: JournalMark;
};

/** What is needed to bring a document back into memory. */
export type StoredContent = {
  /** The newest snapshot that is whole, covering rows up to and with `seq`. */
  snapshot: { seq: number; state: Uint8Array } | null;
  /** The rows after the snapshot, oldest first. */
  rows: JournalRow[];
  /** Which user each Yjs client id belongs to, for ever. */
  owners: Map<number, string>;
};

export type StoredDocument = {
  id: string;
  name: string;
  type: DocumentType;
  epoch: string;
  owner: string;
  ownerDisplayName: string;
  /** Relative to the root of `server` of the owner; null when it came from content. */
  path: string | null;
  server: string | null;
  createdAt: Millis;
  changedAt: Millis | null;
  /** When the owner stopped sharing; the content stays until retention ends. */
  closedAt: Millis | null;
  /** How the owner's file stood when it was last touched. */
  file: {
    state: FileState;
    detail: string | null;
    hash: string | null;
    seq: number;
    /** What a write that was not answered yet would make of the hash: the file may hold it. */
    sent: string | null;
  };
};

/** A document, and the last edit in it. */
export type DocumentWithHead = StoredDocument & { head: number };

export type StoredShare = {
  document: string;
  kind: ShareKind;
  /** User or group; empty for the link. */
  name: string;
  displayName: string;
  role: SharedRole;
  expiresAt: Millis | null;
  grantedAt: Millis;
  grantedBy: string;
};

export type AuditEntry = {
  document: string;
  at: Millis;
  actor: string;
  action:
    | 'create'
    | 'rename'
    | 'grant'
    | 'revoke'
    | 'expire'
    | 'join'
    | 'leave'
    | 'close'
    | 'file';
  detail: string;
};

/**
 * Where documents live. One contract suite (`test/storage/contract.ts`) tests
 * every implementation. Every method that writes resolves only when a crash can
 * no longer undo it; one that rejects has written nothing. Calls for one
 * document are carried out in the order in which they were made.
 */
export interface DocumentStore {
  /** Rejects, and never answers "empty", when the document is unknown or damaged. */
  load(id: string): Promise<StoredContent>;
  /** Adds rows and the client ids that came with them. Rejects a row whose `seq` is not the next one. */
  append(
    id: string,
    rows: JournalRow[],
    owners: [clientId: number, user: string][]
  ): Promise<void>;
  /**
   * Puts a snapshot of everything up to `seq`. The snapshot before it and the
   * rows since that one stay, so that one damaged snapshot loses nothing.
   */
  compact(id: string, seq: number, state: Uint8Array): Promise<void>;
  /**
   * Everybody whose last edit is not before `since`, most edits first. Who is
   * named is exact; the edits of an hour are counted as a whole.
   */
  contributions(
    id: string,
    since: Millis,
    limit: number
  ): Promise<Contribution[]>;

  /** The document, its first row and an audit entry, or nothing. */
  createDocument(document: StoredDocument, seed: JournalRow): Promise<void>;
  document(id: string): Promise<StoredDocument | null>;
  /** The open document of that file, if it is shared. */
  documentOfFile(
    owner: string,
    server: string,
    path: string
  ): Promise<StoredDocument | null>;
  /** Open documents that `user` owns, or that a share, a group of theirs or a link they followed opens. */
  documentsFor(
    user: string,
    groups: string[],
    now: Millis
  ): Promise<StoredDocument[]>;
  /**
   * Documents whose file is kept by this server of this owner: the open ones,
   * and closed ones whose file lacks edits that nobody but time stands in the way of.
   */
  documentsOfServer(owner: string, server: string): Promise<DocumentWithHead[]>;
  updateDocument(
    id: string,
    change: Partial<
      Pick<StoredDocument, 'name' | 'changedAt' | 'closedAt' | 'file'>
    >
  ): Promise<void>;

  /**
   * Puts what is kept beside a document, each under its name; null takes it
   * away. All of it or nothing.
   */
  putAside(
    id: string,
    changes: Record<string, Uint8Array | null>
  ): Promise<void>;
  /** What is kept under that name; null for nothing, and for what is damaged. */
  aside(id: string, name: string): Promise<Uint8Array | null>;
  /** The names of what is kept, sorted. */
  asides(id: string): Promise<string[]>;

  shares(document: string): Promise<StoredShare[]>;
  putShare(share: StoredShare): Promise<void>;
  deleteShare(document: string, kind: ShareKind, name: string): Promise<void>;
  /** Shares whose end has come, taken out and returned. */
  expireShares(now: Millis): Promise<StoredShare[]>;

  /** Remembers that somebody came by the link, so that it stays in their list. */
  joinByLink(document: string, user: string, at: Millis): Promise<void>;
  /** Whether somebody has left; they are not shown the document again until they are invited anew or follow the link. */
  setLeft(document: string, user: string, left: boolean): Promise<void>;
  hasLeft(document: string, user: string): Promise<boolean>;

  audit(entry: AuditEntry): Promise<void>;
  /** Newest first, at most `limit`. */
  auditOf(document: string, limit: number): Promise<AuditEntry[]>;

  /** Whether writes work at the moment; `readyz` asks. */
  healthy(): boolean;
  /** Finishes what was begun and closes. Nothing may be called after it. */
  close(): Promise<void>;
}

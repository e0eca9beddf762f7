import type {
  DocumentInfo,
  DocumentType,
  Share,
  SharedRole
} from '@jupyterlab-commons/protocol';
import type { Problem } from '../ui/problem-words';

/** Somebody to be let in; `problem` says why the last try did not do it. */
export type Invitation = {
  kind: 'users' | 'groups';
  name: string;
  displayName: string;
  role: SharedRole;
  expiresAt: string | null;
  problem: string | null;
};

/** A plain file of this person, and how it becomes a live document. */
export interface IPlainFile {
  readonly name: string;
  readonly type: DocumentType;
  /** Saves the file, makes it live, and returns the document's id. May be called again after a failure. */
  goLive(): Promise<string>;
  /** Puts the live panel in the place of the plain one. */
  showLive(id: string): Promise<void>;
}

/**
 * What the dialog can show.
 * - `choose`: a plain file; whatever is chosen stays in the dialog until `share`.
 * - `manage`: a document of this person, live.
 * - `guest`: a document of somebody else.
 * - `stopped`: the owner ended the sharing just now.
 */
export type ShareState =
  | { kind: 'loading' }
  | { kind: 'choose'; type: DocumentType }
  | { kind: 'manage'; document: DocumentInfo; shares: readonly Share[] }
  | { kind: 'guest'; document: DocumentInfo }
  | { kind: 'stopped' }
  | { kind: 'failed'; problem: Problem };

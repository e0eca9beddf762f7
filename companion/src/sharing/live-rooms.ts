import type {
  ErrorCode,
  FileState,
  MergedMessage,
  PresentPerson
} from '@jupyterlab-commons/protocol';
import type { Outline, Prepare } from '../rooms/types.ts';
import type { JournalMark } from '../storage/store.ts';

/** How the owner's file stands, as the pages of a document are told. */
export type FileStatus = {
  fileState: FileState;
  fileDetail: string | null;
  /** Edits that the file does not hold yet. */
  behind: number;
};

/** A document as a file would hold it, and the last edit in it, which is on disk. */
export type FileContent = {
  text: string;
  outline: Outline;
  seq: number;
  closed: boolean;
};

/** What sharing, files and HTTP need of the documents in memory. */
export interface LiveRooms {
  /** Who has it open now; empty for a document that is not in memory. */
  present(id: string): PresentPerson[];
  /** Loads the document when needed, also one that is closed: who may see it is asked elsewhere. */
  content(id: string): Promise<FileContent>;
  /** Closes all connections with `code`, once everything taken is on disk. */
  close(id: string, code: ErrorCode): Promise<void>;
  /** A change of the companion's own, in one step; see `rooms/edits.ts`. */
  change<T>(
    id: string,
    user: string,
    mark: JournalMark,
    prepare: Prepare<T>
  ): Promise<{ result: T; seq: number }>;
  /** Tells the pages that have it open of a merge. */
  tellMerged(id: string, merged: MergedMessage): void;
  /** Tells the pages that have it open, now and when they join. */
  setFileStatus(id: string, status: FileStatus): void;
}

import type {
  ErrorCode,
  FileState,
  PresentPerson
} from '@jupyterlab-commons/protocol';

/** How the owner's file stands, as the pages of a document are told. */
export type FileStatus = {
  fileState: FileState;
  fileDetail: string | null;
  /** Edits that the file does not hold yet. */
  behind: number;
};

/** A document as a file would hold it, and the last edit in it, which is on disk. */
export type FileContent = { text: string; seq: number; closed: boolean };

/** What sharing, files and HTTP need of the documents in memory. */
export interface LiveRooms {
  /** Who has it open now; empty for a document that is not in memory. */
  present(id: string): PresentPerson[];
  /** Loads the document when needed, also one that is closed: who may see it is asked elsewhere. */
  content(id: string): Promise<FileContent>;
  /** Closes all connections with `code`, once everything taken is on disk. */
  close(id: string, code: ErrorCode): Promise<void>;
  /** Tells the pages that have it open, now and when they join. */
  setFileStatus(id: string, status: FileStatus): void;
}

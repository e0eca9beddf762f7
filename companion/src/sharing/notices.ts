import type { Person } from '@jupyterlab-commons/protocol';

/** What sharing tells the parts that hold open sockets (A4, E). */
export interface Notices {
  /** Rights to the document may be others now; `by` is who invited somebody. Resolves when it is enforced. */
  rightsChanged(id: string, by?: Person): Promise<void>;
  /** Rights of people who have a document open may have ended by now. */
  timePassed(): Promise<void>;
  /** When the next right ends that somebody has a document open with; null for none. */
  nextEnd(): number | null;
  /** Somebody came by the link: from now on they hear of the document. */
  joined(id: string, user: string): void;
  /** Somebody took the document from their own list. */
  left(id: string, user: string): void;
  /** The name or the state of the document is another. */
  changed(id: string): void;
  /** Sharing has stopped. */
  closed(id: string): void;
}

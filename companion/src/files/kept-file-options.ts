import type { LinkCall, LinkResult } from '../live/link.ts';
import type { Clock, Outline } from '../rooms/types.ts';
import type { FileContent, FileStatus } from '../sharing/live-rooms.ts';
import type { StoredDocument } from '../storage/store.ts';
import type { Merged, OutsideFile } from './merges.ts';

/** What is kept of the file in the store. */
export type Stored = StoredDocument['file'];

export type KeptFileOptions = {
  /** `head` is the last edit in it, where that is known. */
  document: StoredDocument & { path: string; server: string; head?: number };
  clock: Clock;
  content: () => Promise<FileContent>;
  /** Asks the owner's server; throws LINK_ABSENT. */
  ask: (call: LinkCall) => Promise<LinkResult>;
  linked: () => boolean;
  save: (file: Stored) => Promise<void>;
  /** Keeps what the file says at `hash`, and what it said at `and`: a change from outside is merged against it. */
  remember: (
    hash: string,
    outline: Outline,
    and: readonly (string | null)[]
  ) => Promise<void>;
  /** Merges an outside version into the document; a text says why it cannot be. */
  merge: (outside: OutsideFile) => Promise<Merged | string>;
  /** A version that cannot be merged, for this reason, was put beside the file, since nobody can choose any more. */
  kept: (keptAs: string | null, reason: string) => Promise<void>;
  /** Told after each change of the status. */
  changed: (status: FileStatus) => void;
};

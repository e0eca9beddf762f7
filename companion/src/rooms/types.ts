import type {
  ErrorCode,
  Person,
  Role,
  StatusMessage,
  Steps
} from '@jupyterlab-commons/protocol';
import type * as Y from 'yjs';
import type { Outline } from './outline.ts';

export type { Outline };

/**
 * One open socket as a room sees it. Rooms know nothing of sockets: `live/`
 * implements this for WebSockets, tests implement it in memory.
 */
export interface RoomConnection {
  /** Unique in this process. */
  readonly id: number;
  readonly person: Person;
  /** The role at the moment of asking; it may drop while an edit is on its way. */
  role: Role;
  /** Queues one whole frame. Never throws; a closed connection swallows it. */
  send(frame: Uint8Array): void;
  /** Says why (a `refusal` frame), then closes with the code of the error. */
  close(code: ErrorCode, detail?: string): void;
}

/** Time as a room needs it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds by a clock that nobody sets: only differences mean something. */
  monotonic(): number;
  /** Calls once after `ms`; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** What others may want to know of a room. */
export interface RoomListener {
  /** Rows up to `seq` are on disk; `byPerson` is false for the companion's own. */
  journalled(room: { id: string }, seq: number, byPerson: boolean): void;
  /** Somebody came or went. */
  presenceChanged(room: { id: string }): void;
  /** The store began or ceased to fail. */
  statusChanged(
    room: { id: string },
    status: Pick<StatusMessage, 'writable' | 'reason'>
  ): void;
}

/** What a change of the companion's own will do. */
export type Prepared<T> = {
  /** Makes the change, so that after each step the document is a good one; null where there is nothing to do. */
  apply: (() => Steps<void>) | null;
  /** Whether cells go by it or change their place. */
  takesCells: boolean;
  /** Cells afterwards. */
  cells: number;
  /** Called after it, before anybody else can edit. */
  done: (outline: Outline) => T;
};

/** Looks at the document, and changes nothing yet. */
export type Prepare<T> = (doc: Y.Doc, outline: Outline) => Steps<Prepared<T>>;

/** When long work lets others have their turn. */
export interface Pace {
  /** Whether the piece that is being worked on has taken long enough. */
  spent(): boolean;
  /** Resolves when others have had their turn; then the next piece begins. */
  pause(): Promise<void>;
}

/** Bounds of reliability-security section 7 that a room enforces. */
export type RoomLimits = {
  messageBytes: number;
  documentBytes: number;
  structsPerMessage: number;
  clientIdsPerConnection: number;
  presenceBytes: number;
  cells: number;
  /** Rows after which a snapshot is made. */
  compactRows: number;
  /** Bytes of rows after which a snapshot is made. */
  compactBytes: number;
};

/** The bounds of a companion that was told nothing else. */
export const defaultRoomLimits: RoomLimits = {
  messageBytes: 16 * 1024 * 1024,
  documentBytes: 100 * 1024 * 1024,
  structsPerMessage: 20_000,
  clientIdsPerConnection: 8,
  presenceBytes: 4096,
  cells: 10_000,
  compactRows: 500,
  compactBytes: 4 * 1024 * 1024
};

/** Where a room tells the admin what it met; values are escaped and capped by whoever writes them. */
export type RoomLog = (
  message: string,
  facts: Record<string, string | number>
) => void;

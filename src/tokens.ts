import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';
import type { IDocumentWidget } from '@jupyterlab/docregistry';
import type * as React from 'react';
import type { Awareness } from 'y-protocols/awareness';
import type {
  CommonsError,
  Decoder,
  DocumentInfo,
  EventMessage,
  MergedMessage,
  Role,
  RouteName,
  Session,
  StatusMessage,
  UsageHistory,
  UsageSample
} from '@jupyterlab-commons/protocol';

/**
 * How the page stands with the companion.
 * - `connecting`: no answer yet.
 * - `ready`: signed in and listening to events.
 * - `absent`: this server has no companion (no hub configuration); all of our
 *   verbs hide or explain themselves.
 * - `failed`: it was tried and refused or did not answer; retried by itself when
 *   `error.retry`.
 */
export type CompanionState =
  | { kind: 'connecting' }
  | { kind: 'ready'; session: Session }
  | { kind: 'absent'; reason: string }
  | { kind: 'failed'; error: CommonsError };

/** The page's one way to the companion: calls, tickets and events. */
export interface ICompanion {
  readonly state: CompanionState;
  readonly stateChanged: ISignal<ICompanion, CompanionState>;

  /** What the companion tells this page, in the order in which it said it. */
  readonly events: ISignal<ICompanion, EventMessage>;

  /**
   * Calls one route and decodes the answer. Rejects with a CommonsError, always:
   * HUB_ABSENT or STOPPING when nothing answers. Signs in first when needed.
   */
  call<T>(
    route: RouteName,
    options: {
      parts?: Record<string, string | number>;
      query?: Record<string, string>;
      body?: unknown;
      answer: Decoder<T>;
    }
  ): Promise<T>;

  /** The address of a WebSocket route, without any proof in it. */
  socketUrl(route: 'sync' | 'events', parts?: Record<string, string>): string;

  /** The link that opens a document for anybody who may see it, in their own server. */
  linkTo(documentId: string): string;

  /** Tries again now instead of at the next turn. */
  retry(): void;
}

export const ICompanion = new Token<ICompanion>(
  'jupyterlab-commons:ICompanion',
  'Calls, tickets and events of the companion beside the hub.'
);

/** The documents that this person may see, kept current by events. */
export interface IDocuments {
  /** `null` until the first answer. Newest first. */
  readonly list: readonly DocumentInfo[] | null;
  readonly listChanged: ISignal<IDocuments, void>;
  /** Somebody shared a document with this person just now. */
  readonly invited: ISignal<IDocuments, { document: DocumentInfo; by: string }>;
  /** From the list, or asked for; rejects with NOT_FOUND. */
  find(id: string): Promise<DocumentInfo>;
  refresh(): Promise<void>;
}

export const IDocuments = new Token<IDocuments>(
  'jupyterlab-commons:IDocuments',
  'The documents shared by and with this person.'
);

/**
 * What the page may truthfully say about the edits made in it.
 * - `saved`: every edit made here is on the companion's disk.
 * - `saving`: `count` frames are on their way.
 * - `offline`: not connected; `kept` says whether edits wait here.
 * - `readonly`: edits are not taken; `error` says why.
 * - `ended`: the connection was refused for good; `error` says what to do.
 */
export type SaveState =
  | { kind: 'connecting' }
  | { kind: 'saved' }
  | { kind: 'saving'; count: number }
  | { kind: 'offline'; kept: boolean }
  | { kind: 'readonly'; error: CommonsError }
  | { kind: 'ended'; error: CommonsError };

/** A live document that is open in this page. */
export interface ILiveEntry extends IDisposable {
  readonly info: DocumentInfo;
  readonly role: Role;
  readonly saveState: SaveState;
  /** How the owner's file stands; null before the companion has said so. */
  readonly status: StatusMessage | null;
  /** The last change from outside that was merged while it was open here. */
  readonly merged: MergedMessage | null;
  readonly awareness: Awareness;
  /** Any of the above has changed. */
  readonly changed: ISignal<ILiveEntry, void>;
  readonly disposed: ISignal<ILiveEntry, void>;
}

/** The name of the drive of live documents, in front of each of their paths. */
export const LIVE_DRIVE = 'live';

/** Opens live documents and knows those that are open. */
export interface ILiveDocuments {
  /** Opens (or shows) the document in the main area. */
  open(id: string): Promise<IDocumentWidget | undefined>;
  /** The entry behind a document path such as `live:<id>/<name>.ipynb`; null for other paths. */
  entryOf(path: string): ILiveEntry | null;
  readonly entries: Iterable<ILiveEntry>;
  readonly entryAdded: ISignal<ILiveDocuments, ILiveEntry>;
  /** The path under which JupyterLab knows the document. */
  pathOf(document: Pick<DocumentInfo, 'id' | 'name' | 'type'>): string;
}

export const ILiveDocuments = new Token<ILiveDocuments>(
  'jupyterlab-commons:ILiveDocuments',
  'Opens live documents and knows those that are open.'
);

/**
 * What this server uses, as the page knows it.
 * - `connecting`: nothing has come yet.
 * - `ready`: `sample` is the latest; `history` is the last hour, kept current,
 *   and null until a panel was looked at.
 * - `failed`: the stream is down, tried again by itself; `last` and `history`
 *   are what was known.
 */
export type UsageState =
  | { kind: 'connecting' }
  | { kind: 'ready'; sample: UsageSample; history: UsageHistory | null }
  | {
      kind: 'failed';
      error: CommonsError;
      last: UsageSample | null;
      history: UsageHistory | null;
    };

/** The one stream of measurements from the own server, shared by all panels. */
export interface IUsage {
  readonly state: UsageState;
  readonly stateChanged: ISignal<IUsage, UsageState>;
  /**
   * Somebody looks, until the answer is disposed: every second for `panel`,
   * every five for `status`. Nobody looking, or a hidden page, means no traffic.
   */
  look(view: 'status' | 'panel'): IDisposable;
  /** Measures the folders of the home now. */
  scanHome(): void;
}

export const IUsage = new Token<IUsage>(
  'jupyterlab-commons:IUsage',
  'What this server uses of its machine, as one stream for all panels.'
);

/** The panel of resources, for what other plugins show in it. */
export interface IResources {
  /**
   * Fetches a part of the panel when that is first shown. The part draws nothing
   * where it has nothing to say.
   */
  readonly sections: (() => Promise<React.ComponentType>)[];
}

export const IResources = new Token<IResources>(
  'jupyterlab-commons:IResources'
);

/**
 * The JSON bodies of HTTP calls and of the `events` socket. One example of each
 * lies in `fixtures/`, read by the tests of all three languages.
 */
import {
  anything,
  count,
  flag,
  list,
  moment,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';

/** Raised when a peer must change; companions serve this and the one before it. */
export const PROTOCOL_VERSION = 1;

const name = text(255);
const role = oneOf(['view', 'edit', 'owner']);
const sharedRole = oneOf(['view', 'edit']);
const documentType = oneOf(['notebook', 'text']);
export type DocumentType = Decoded<typeof documentType>;

/** `GET api/info` (no sign-in needed; names no user and no document). */
export const info = record({
  version: text(64),
  protocol: count(1),
  /** The oldest protocol that is served; a page below it is told to reload. */
  protocolOldest: count(1),
  capabilities: list(text(64)),
  limits: record({
    /** Bytes of one WebSocket message. */
    messageBytes: count(1),
    /** Bytes of one document, encoded. */
    documentBytes: count(1),
    /** Bytes of one HTTP body; larger content is sent in chunks of this size. */
    bodyBytes: count(1)
  })
});
export type Info = Decoded<typeof info>;

/** `GET healthz`, `GET readyz`. */
export const health = record({
  status: oneOf(['ok', 'starting', 'stopping', 'failing'])
});
export type Health = Decoded<typeof health>;

/** `POST api/session`. Sent with `Authorization: token …`; `session` renews an earlier one. */
export const sessionRequest = record({
  session: optional(text(4096)),
  protocol: optional(count(1))
});
export const session = record({
  /** Goes into `Authorization: Bearer …` of every other call. */
  session: text(4096),
  user: name,
  displayName: name,
  groups: list(name),
  admin: flag,
  /** The named server whose page this is; empty for the default one. */
  server: text(255),
  expiresAt: moment,
  renewAfterSeconds: count(1)
});
export type Session = Decoded<typeof session>;

/** A person as shown to others; written by the companion, never by a page. */
export const person = record({ user: name, displayName: name });
export type Person = Decoded<typeof person>;

/** Somebody who has the document open right now. */
export const presentPerson = record({
  user: name,
  displayName: name,
  role,
  /** How many pages of theirs show it. */
  pages: count(1)
});
export type PresentPerson = Decoded<typeof presentPerson>;

/**
 * How the owner's file stands to the document.
 * - `none`: the document came from content; there is no file.
 * - `saved`: the file holds everything.
 * - `behind`: newer edits will be written within seconds.
 * - `away`: the owner's server is not connected; the file catches up when it is.
 * - `changed-outside`: somebody changed the file, and it cannot be merged; neither side is overwritten.
 * - `missing`: the file was moved or deleted.
 * - `failed`: writing fails; `fileDetail` says why.
 */
export const fileState = oneOf([
  'none',
  'saved',
  'behind',
  'away',
  'changed-outside',
  'missing',
  'failed'
]);
export type FileState = Decoded<typeof fileState>;

/** One document as its reader may see it. */
export const documentInfo = record({
  id: text(26),
  name,
  type: documentType,
  epoch: text(64),
  owner: person,
  /** What the caller is to it. */
  role,
  /** When the caller's right ends, if it does. */
  roleUntil: nullable(moment),
  /** Relative to the owner's server root; only the owner sees it. */
  path: nullable(text(4096)),
  /** The owner's server that keeps the file; only the owner sees it. */
  server: nullable(text(255)),
  fileState,
  createdAt: moment,
  /** The last edit; null for none since it was shared. */
  changedAt: nullable(moment),
  present: list(presentPerson),
  /** How many people, groups and links it is shared with; only the owner sees it, others get 0. */
  shareCount: count()
});
export type DocumentInfo = Decoded<typeof documentInfo>;

/** `GET api/documents`: mine and shared with me, newest first. */
export const documentList = record({ documents: list(documentInfo) });

/** `POST api/documents`: exactly one of `content`, `upload` and `path`. */
export const newDocument = record({
  name,
  type: documentType,
  /** A notebook as JSON object, or a text; bodies over the limit use `upload`. */
  content: optional(anything),
  /** An upload whose chunks have all arrived. */
  upload: optional(text(64)),
  /** A file of the caller's server, read over the link. */
  path: optional(text(4096))
});
export type NewDocument = Decoded<typeof newDocument>;

/** Answer to `POST api/documents`: 201, or 200 when that file is shared already. */
export const createdDocument = record({ id: text(26), epoch: text(64) });
export type CreatedDocument = Decoded<typeof createdDocument>;

/** `POST api/uploads`, then `PUT api/uploads/:upload/chunks/:index` from 0 on. */
export const newUpload = record({ bytes: count(1) });
export const createdUpload = record({
  upload: text(64),
  chunkBytes: count(1),
  chunks: count(1)
});
export type CreatedUpload = Decoded<typeof createdUpload>;

/** `PATCH api/documents/:id`. Renames the document, not the file. */
export const documentChange = record({ name });

/** Who a share is for. A link has an empty name. */
export const shareKind = oneOf(['users', 'groups', 'link']);
export type ShareKind = Decoded<typeof shareKind>;

/** `PUT api/documents/:id/shares/users/:name`, `…/groups/:name`, `…/link`. */
export const shareChange = record({
  role: sharedRole,
  /** Null or missing: until taken back. */
  expiresAt: optional(nullable(moment))
});
export type ShareChange = Decoded<typeof shareChange>;

export const share = record({
  kind: shareKind,
  name: text(255),
  displayName: text(255),
  role: sharedRole,
  expiresAt: nullable(moment),
  grantedAt: moment,
  grantedBy: name
});
export type Share = Decoded<typeof share>;

/** `GET api/documents/:id/shares`. */
export const shareList = record({ shares: list(share) });

/** `GET api/documents/:id/audit`, newest first. */
export const auditList = record({
  entries: list(
    record({
      at: moment,
      actor: name,
      action: oneOf([
        'create',
        'rename',
        'grant',
        'revoke',
        'expire',
        'join',
        'leave',
        'close',
        'file'
      ]),
      detail: text(512)
    })
  )
});

/** Names in a list of contributors. */
export const CONTRIBUTORS_MOST = 200;

/**
 * `GET api/documents/:id/contributors?since=`: who has changed what the document
 * says since that moment (milliseconds since 1970; without: ever), most changes
 * first. Who is named is exact; changes are counted by whole hours.
 */
export const contributors = record({
  contributors: list(
    record({
      user: name,
      displayName: name,
      /** What was sent at a time and is on disk: a keystroke or a paste. */
      changes: count(1),
      /** The last of them. */
      at: moment
    }),
    CONTRIBUTORS_MOST
  )
});
export type Contributors = Decoded<typeof contributors>;

/** `POST api/documents/:id/tickets` `{epoch?}` and `POST api/events/tickets`. */
export const ticketRequest = record({
  /** The epoch of the copy this page holds; refused with EPOCH_CHANGED if it is another. */
  epoch: optional(text(64))
});
export const ticket = record({
  ticket: text(128),
  expiresAt: moment,
  role: nullable(role),
  epoch: nullable(text(64))
});
export type Ticket = Decoded<typeof ticket>;

/** `GET api/people?q=`: whom the caller may want to share with, best match first. */
export const peopleList = record({
  people: list(person),
  groups: list(record({ name }))
});
export type PeopleList = Decoded<typeof peopleList>;

/** `POST api/documents/:id/file`: what to do about a file that was changed outside or is missing. */
export const fileChoice = record({
  /**
   * `keep-live`: the outside version is copied beside the file, then the live
   * document is written. `write-again`: writes a missing file anew.
   */
  choice: oneOf(['keep-live', 'write-again'])
});
export type FileChoice = Decoded<typeof fileChoice>['choice'];
export const fileChosen = record({
  fileState,
  /** Where the outside version was put, relative to the owner's root. */
  keptAs: nullable(text(4096))
});

/** What the `events` socket says; one JSON object a message. Unknown types are ignored. */
export const eventMessage = record({
  type: oneOf(['hello', 'invited', 'changed', 'removed', 'presence', 'quota']),
  /** With invited and changed: how it is now. */
  document: optional(documentInfo),
  /** With invited: who shared it. */
  by: optional(person),
  /** With removed and presence. */
  id: optional(text(26)),
  /** With removed: the code of the reason (SHARE_ENDED, DOCUMENT_CLOSED). */
  reason: optional(text(64)),
  /** With presence. */
  present: optional(list(presentPerson)),
  /** With quota: what `quotaNews` reads, and a page only once it has some. */
  quota: optional(anything)
});
export type EventMessage = Decoded<typeof eventMessage>;

/** SQLite rows <-> what the store's callers see. The tables are STRICT, so kinds are known. */
import { createHash } from 'node:crypto';
import {
  fileState,
  oneOf,
  shareKind,
  type DocumentType
} from '@jupyterlab-commons/protocol';
import type {
  AuditEntry,
  Contribution,
  JournalMark,
  JournalRow,
  StoredDocument,
  StoredShare
} from '../store.ts';

export type SqlRow = Record<
  string,
  null | number | bigint | string | Uint8Array
>;

const documentType = oneOf<DocumentType>(['notebook', 'text']);
const sharedRole = oneOf(['view', 'edit']);
const auditAction = oneOf<AuditEntry['action']>([
  'create',
  'rename',
  'grant',
  'revoke',
  'expire',
  'join',
  'leave',
  'close',
  'file'
]);

function textOrNull(value: SqlRow[string] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOrNull(value: SqlRow[string] | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

export function documentOf(row: SqlRow): StoredDocument {
  return {
    id: String(row.id),
    name: String(row.name),
    type: documentType(row.type),
    epoch: String(row.epoch),
    owner: String(row.owner),
    ownerDisplayName: String(row.owner_display_name),
    path: textOrNull(row.path),
    server: textOrNull(row.server),
    createdAt: Number(row.created_at),
    changedAt: numberOrNull(row.changed_at),
    closedAt: numberOrNull(row.closed_at),
    file: {
      state: fileState(row.file_state),
      detail: textOrNull(row.file_detail),
      hash: textOrNull(row.file_hash),
      seq: Number(row.file_seq),
      sent: textOrNull(row.file_sent)
    }
  };
}

export function shareOf(row: SqlRow): StoredShare {
  return {
    document: String(row.document),
    kind: shareKind(row.kind),
    name: String(row.name),
    displayName: String(row.display_name),
    role: sharedRole(row.role),
    expiresAt: numberOrNull(row.expires_at),
    grantedAt: Number(row.granted_at),
    grantedBy: String(row.granted_by)
  };
}

export function auditOf(row: SqlRow): AuditEntry {
  return {
    document: String(row.document),
    at: Number(row.at),
    actor: String(row.actor),
    action: auditAction(row.action),
    detail: String(row.detail)
  };
}

/** Finds damage on disk; nobody forges it, since who writes the file writes the sum as well. */
export function sumOf(
  document: string,
  seq: number,
  data: Uint8Array,
  who = ''
): Uint8Array {
  return createHash('sha1')
    .update(`${document}\n${seq}\n${who}\n`)
    .update(data)
    .digest();
}

function sameBytes(a: Uint8Array, b: SqlRow[string] | undefined): boolean {
  return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}

const marks: readonly unknown[] = [
  'outside',
  'undo',
  'unseen'
] satisfies JournalMark[];

/** Who an edit is of, for its sum. */
export function whoOf({
  user,
  at,
  mark
}: Pick<JournalRow, 'user' | 'at' | 'mark'>): string {
  return mark === undefined ? `${user} ${at}` : `${user} ${at} ${mark}`;
}

export function contributionOf(row: SqlRow): Contribution {
  return {
    user: String(row.user),
    changes: Number(row.changes),
    at: Number(row.at)
  };
}

/** What is kept beside a document, or null when it is damaged. */
export function asideOf(document: string, row: SqlRow): Uint8Array | null {
  const { data } = row;
  return data instanceof Uint8Array &&
    sameBytes(sumOf(document, 0, data, String(row.name)), row.sum)
    ? data
    : null;
}

/** The row of the journal, or null when it is damaged. */
export function journalRowOf(document: string, row: SqlRow): JournalRow | null {
  const { data } = row;
  const seq = Number(row.seq);
  const user = String(row.user);
  const at = Number(row.at);
  const mark = marks.includes(row.mark) ? (row.mark as JournalMark) : undefined;
  if (
    !(data instanceof Uint8Array) ||
    !sameBytes(sumOf(document, seq, data, whoOf({ user, at, mark })), row.sum)
  ) {
    return null;
  }
  const found = { seq, user, at, update: data };
  return mark === undefined ? found : { ...found, mark };
}

/** The snapshot, or null when it is damaged. */
export function snapshotOf(
  document: string,
  row: SqlRow
): { seq: number; state: Uint8Array } | null {
  const { data } = row;
  const seq = Number(row.seq);
  return data instanceof Uint8Array &&
    sameBytes(sumOf(document, seq, data), row.sum)
    ? { seq, state: data }
    : null;
}

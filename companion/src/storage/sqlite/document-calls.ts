/** The calls about documents, shares, visitors and the audit log. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { ShareKind } from '@jupyterlab-commons/protocol';
import type {
  AuditEntry,
  DocumentWithHead,
  JournalRow,
  Millis,
  StoredDocument,
  StoredShare
} from '../store.ts';
import type { ContentCalls } from './content-calls.ts';
import { Refused } from './refused.ts';
import { auditOf, documentOf, shareOf } from './rows.ts';

const forUser = `
SELECT d.* FROM documents d
LEFT JOIN visitors v ON v.document = d.id AND v.user = :user
WHERE d.closed_at IS NULL AND (
  d.owner = :user
  OR (COALESCE(v.has_left, 0) = 0 AND EXISTS (
    SELECT 1 FROM shares s
    WHERE s.document = d.id AND (s.expires_at IS NULL OR s.expires_at > :now) AND (
      (s.kind = 'users' AND s.name = :user)
      OR (s.kind = 'groups' AND s.name IN (SELECT value FROM json_each(:groups)))
      OR (s.kind = 'link' AND v.joined_at IS NOT NULL)
    )
  ))
) ORDER BY d.created_at DESC`;

const ofServer = `
SELECT * FROM documents
WHERE owner = ? AND server = ? AND path IS NOT NULL AND (
  closed_at IS NULL
  OR (file_seq < head AND file_state NOT IN ('changed-outside', 'missing'))
) ORDER BY created_at DESC`;

export class DocumentCalls {
  readonly #content: ContentCalls;
  readonly #statements = new Map<string, StatementSync>();
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync, content: ContentCalls) {
    this.#db = db;
    this.#content = content;
  }

  createDocument(document: StoredDocument, seed: JournalRow): void {
    if (seed.seq !== 1) {
      throw new Refused('INTERNAL', 'the first row must be row 1');
    }
    const { file } = document;
    if (
      this.document(document.id) !== null ||
      (document.path !== null &&
        this.documentOfFile(
          document.owner,
          document.server ?? '',
          document.path
        ) !== null)
    ) {
      throw new Refused('INTERNAL', 'the document exists already');
    }
    this.#run(
      'INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)',
      ...[document.id, document.name, document.type, document.epoch],
      ...[
        document.owner,
        document.ownerDisplayName,
        document.path,
        document.server
      ],
      ...[document.createdAt, document.changedAt, document.closedAt],
      ...[file.state, file.detail, file.hash, file.seq, file.sent]
    );
    this.#content.insertRow(document.id, seed);
    this.audit({
      document: document.id,
      at: document.createdAt,
      actor: document.owner,
      action: 'create',
      detail: document.name
    });
  }

  document(id: string): StoredDocument | null {
    const row = this.#prepare('SELECT * FROM documents WHERE id = ?').get(id);
    return row === undefined ? null : documentOf(row);
  }

  documentOfFile(
    owner: string,
    server: string,
    path: string
  ): StoredDocument | null {
    const row = this.#prepare(
      'SELECT * FROM documents WHERE owner = ? AND server = ? AND path = ? AND closed_at IS NULL'
    ).get(owner, server, path);
    return row === undefined ? null : documentOf(row);
  }

  documentsFor(user: string, groups: string[], now: Millis): StoredDocument[] {
    return this.#prepare(forUser)
      .all({ user, now, groups: JSON.stringify(groups) })
      .map(documentOf);
  }

  documentsOfServer(owner: string, server: string): DocumentWithHead[] {
    return this.#prepare(ofServer)
      .all(owner, server)
      .map(row => ({ ...documentOf(row), head: Number(row.head) }));
  }

  updateDocument(
    id: string,
    change: Partial<
      Pick<StoredDocument, 'name' | 'changedAt' | 'closedAt' | 'file'>
    >
  ): void {
    const known = this.#mustExist(id);
    const { name, changedAt, closedAt, file } = { ...known, ...change };
    this.#run(
      'UPDATE documents SET name = ?, changed_at = ?, closed_at = ?, file_state = ?, file_detail = ?, file_hash = ?, file_seq = ?, file_sent = ? WHERE id = ?',
      ...[
        name,
        changedAt,
        closedAt,
        file.state,
        file.detail,
        file.hash,
        file.seq,
        file.sent,
        id
      ]
    );
  }

  shares(document: string): StoredShare[] {
    this.#mustExist(document);
    return this.#prepare(
      'SELECT * FROM shares WHERE document = ? ORDER BY granted_at'
    )
      .all(document)
      .map(shareOf);
  }

  putShare(share: StoredShare): void {
    this.#mustExist(share.document);
    this.#run(
      'INSERT OR REPLACE INTO shares VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ...[share.document, share.kind, share.name, share.displayName],
      ...[share.role, share.expiresAt, share.grantedAt, share.grantedBy]
    );
  }

  deleteShare(document: string, kind: ShareKind, name: string): void {
    this.#mustExist(document);
    this.#run(
      'DELETE FROM shares WHERE document = ? AND kind = ? AND name = ?',
      document,
      kind,
      name
    );
  }

  expireShares(now: Millis): StoredShare[] {
    return this.#prepare('DELETE FROM shares WHERE expires_at <= ? RETURNING *')
      .all(now)
      .map(shareOf);
  }

  joinByLink(document: string, user: string, at: Millis): void {
    this.#mustExist(document);
    this.#run(
      'INSERT INTO visitors VALUES (?, ?, ?, 0) ON CONFLICT DO UPDATE SET joined_at = excluded.joined_at, has_left = 0',
      ...[document, user, at]
    );
  }

  setLeft(document: string, user: string, left: boolean): void {
    this.#mustExist(document);
    this.#run(
      'INSERT INTO visitors VALUES (?, ?, NULL, ?) ON CONFLICT DO UPDATE SET has_left = excluded.has_left',
      ...[document, user, left ? 1 : 0]
    );
  }

  hasLeft(document: string, user: string): boolean {
    this.#mustExist(document);
    const row = this.#prepare(
      'SELECT has_left FROM visitors WHERE document = ? AND user = ?'
    ).get(document, user);
    return row?.has_left === 1;
  }

  audit(entry: AuditEntry): void {
    this.#mustExist(entry.document);
    const { document, at, actor, action, detail } = entry;
    this.#run(
      'INSERT INTO audit VALUES (NULL, ?, ?, ?, ?, ?)',
      document,
      at,
      actor,
      action,
      detail
    );
  }

  auditOf(document: string, limit: number): AuditEntry[] {
    this.#mustExist(document);
    return this.#prepare(
      'SELECT * FROM audit WHERE document = ? ORDER BY number DESC LIMIT ?'
    )
      .all(document, limit)
      .map(auditOf);
  }

  #mustExist(id: string): StoredDocument {
    const document = this.document(id);
    if (document === null) {
      throw new Refused('NOT_FOUND');
    }
    return document;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

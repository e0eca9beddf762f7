import type { DatabaseSync } from 'node:sqlite';
import { ContentCalls } from './content-calls.ts';
import { DocumentCalls } from './document-calls.ts';
import { GroupCommit } from './group-commit.ts';
import { readMethods, type Call, type FromWorker } from './messages.ts';

const reads: readonly string[] = readMethods;

/** Carries out the calls of a store of documents. */
export function documentGroup(
  db: DatabaseSync,
  tell: (message: FromWorker) => void
): GroupCommit<Call> {
  const content = new ContentCalls(db);
  const documents = new DocumentCalls(db, content);
  return new GroupCommit<Call>(db, tell, {
    perform: call => perform(call, content, documents),
    isRead: method => reads.includes(method),
    waits: method => method === 'load',
    damageIsFatal: false
  });
}

function perform(
  call: Call,
  content: ContentCalls,
  documents: DocumentCalls
): unknown {
  switch (call.method) {
    case 'load':
      return content.load(...call.args);
    case 'append':
      return content.append(...call.args);
    case 'compact':
      return content.compact(...call.args);
    case 'contributions':
      return content.contributions(...call.args);
    case 'createDocument':
      return documents.createDocument(...call.args);
    case 'putAside':
      return content.putAside(...call.args);
    case 'aside':
      return content.aside(...call.args);
    case 'asides':
      return content.asides(...call.args);
    case 'document':
      return documents.document(...call.args);
    case 'documentOfFile':
      return documents.documentOfFile(...call.args);
    case 'documentsFor':
      return documents.documentsFor(...call.args);
    case 'documentsOfServer':
      return documents.documentsOfServer(...call.args);
    case 'updateDocument':
      return documents.updateDocument(...call.args);
    case 'shares':
      return documents.shares(...call.args);
    case 'putShare':
      return documents.putShare(...call.args);
    case 'deleteShare':
      return documents.deleteShare(...call.args);
    case 'expireShares':
      return documents.expireShares(...call.args);
    case 'joinByLink':
      return documents.joinByLink(...call.args);
    case 'setLeft':
      return documents.setLeft(...call.args);
    case 'hasLeft':
      return documents.hasLeft(...call.args);
    case 'audit':
      return documents.audit(...call.args);
    case 'auditOf':
      return documents.auditOf(...call.args);
  }
}

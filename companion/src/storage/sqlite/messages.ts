/** What a store and its worker thread say to each other. */
import type { ErrorCode } from '@jupyterlab-commons/protocol';
import type { LedgerStore } from '../ledger-store.ts';
import type { DocumentStore } from '../store.ts';

/** What the thread is for: each kind has a file and calls of its own. */
export type ThreadData = {
  directory: string;
  kind: 'documents' | 'ledger';
  /** Look through the whole file before it is used: it may be damaged. */
  check: boolean;
};

export type AnyCall = { id: number; method: string; args: unknown[] };

/** Methods that only read; they are answered also while nothing can be written. */
export const readMethods = [
  'load',
  'contributions',
  'aside',
  'asides',
  'document',
  'documentOfFile',
  'documentsFor',
  'documentsOfServer',
  'shares',
  'hasLeft',
  'auditOf'
] as const;

export const writeMethods = [
  'append',
  'compact',
  'putAside',
  'createDocument',
  'updateDocument',
  'putShare',
  'deleteShare',
  'expireShares',
  'joinByLink',
  'setLeft',
  'audit'
] as const;

export type Method =
  (typeof readMethods)[number] | (typeof writeMethods)[number];

export type Call = {
  [M in Method]: { id: number; method: M; args: Parameters<DocumentStore[M]> };
}[Method];

/** Methods of a ledger's store that only read. */
export const ledgerReads = [
  'runs',
  'seen',
  'users',
  'corrections',
  'metered',
  'reported',
  'lives',
  'overrides',
  'notices',
  'stops',
  'requests',
  'audited',
  'meta'
] as const;

/** Those that write what may be written again without harm. */
export const ledgerPuts = [
  'putPoll',
  'putCorrection',
  'putMetered',
  'putOverride',
  'deleteOverride',
  'putNotices',
  'putStop',
  'deleteStop',
  'putRequest',
  'deleteRequest',
  'putMeta',
  'prune'
] as const;

/** Those that add. Each call has a name, so that one that is made again adds nothing. */
export const ledgerAdds = ['putReported', 'audit'] as const;

export type LedgerMethod =
  (typeof ledgerReads)[number] | (typeof ledgerPuts)[number];
export type LedgerAdd = (typeof ledgerAdds)[number];

export type LedgerCall =
  | {
      [M in LedgerMethod]: {
        id: number;
        method: M;
        args: Parameters<LedgerStore[M]>;
      };
    }[LedgerMethod]
  | {
      [M in LedgerAdd]: {
        id: number;
        method: M;
        args: [name: string, ...Parameters<LedgerStore[M]>];
      };
    }[LedgerAdd];

export type ToWorker = AnyCall | { close: true };

export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode; detail: string | undefined } };

export type FromWorker =
  | { answers: Answer[] }
  /** The first message; or why the store cannot be used. */
  | { ready: true }
  | { unusable: string; damaged: boolean; canPass: boolean }
  | { healthy: boolean; reason: string }
  /** A flush failed in a way after which nobody knows what is on disk. */
  | { fatal: string }
  | { closed: true };

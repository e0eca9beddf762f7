/** What the store and its worker thread say to each other. */
import type { ErrorCode } from '@jupyterlab-commons/protocol';
import type { DocumentStore } from '../store.ts';

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

export type ToWorker = Call | { close: true };

export type Answer =
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode; detail: string | undefined } };

export type FromWorker =
  | { answers: Answer[] }
  /** The first message; or why the store cannot be used. */
  | { ready: true }
  | { unusable: string }
  | { healthy: boolean; reason: string }
  /** A flush failed in a way after which nobody knows what is on disk. */
  | { fatal: string }
  | { closed: true };

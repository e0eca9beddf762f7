import type { DocumentType, ErrorCode } from '@jupyterlab-commons/protocol';
import type { DocumentStore } from '../storage/store.ts';
import type { Member } from './member.ts';
import type { Clock, Pace, RoomLimits } from './types.ts';

/** What edits need of their room. */
export interface EditsHost {
  readonly id: string;
  readonly type: DocumentType;
  readonly store: DocumentStore;
  readonly clock: Clock;
  readonly limits: RoomLimits;
  readonly pace: () => Pace;
  members(): Iterable<Member>;
  /** Whose a client id is that has only shown itself so far. */
  reservedFor(client: number): string | undefined;
  drop(member: Member, code: ErrorCode, detail?: string): void;
  violation(member: Member, reason: string): void;
  /** Whether this person has used up the work that places of edits may cost. */
  tooCostly(member: Member, steps: number): boolean;
  slow(member: Member, milliseconds: number, bytes: number): void;
  journalled(seq: number, byPerson: boolean): void;
  /** An edit has brought cells back that a change of the companion's own had taken. */
  broughtBack(texts: readonly string[]): void;
  writableChanged(): void;
  /** The room cannot go on. */
  fail(error: unknown): void;
}

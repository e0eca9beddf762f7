/**
 * The frames of `WS sync/:id`: y-websocket's protocol (a varint type, then the
 * message) with six types of our own. 2 is never sent by the companion, since
 * two families of clients read it differently, and 125 belongs to chat.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import {
  count,
  flag,
  nullable,
  oneOf,
  optional,
  record,
  text,
  type Decoded
} from './decode.ts';
import { fileState } from './bodies.ts';
import { mergedMessage, type MergedMessage } from './merged.ts';
import { isErrorCode, type ErrorCode } from './errors.ts';
import type { Role } from './roles.ts';

/** The first sub-protocol of `sync` and `events`; the ticket is the second. Only this one is echoed. */
export const SUBPROTOCOL = 'commons.v1';

export const messageType = {
  sync: 0,
  awareness: 1,
  queryAwareness: 3,
  /** Companion to page: how many of this connection's update frames are on disk. */
  saved: 101,
  /** Companion to page: the role of this connection from now on. */
  role: 102,
  /** Companion to page, before anything else: the epoch of the document. */
  epoch: 103,
  /** Companion to page: one frame was refused, or the close that follows is explained. */
  refusal: 104,
  /** Companion to page: whether the document takes edits, and how the file stands. */
  status: 105,
  /** Companion to page: a change of the file was merged, or such a merge was undone. */
  merged: 106
} as const;

/** The second varint of a frame of type `sync`. */
export const syncStep = { step1: 0, step2: 1, update: 2 } as const;

export const refusalMessage = record({
  code: text(64),
  detail: nullable(text(256)),
  /** Whether the connection is closed after this. */
  final: flag
});
export const statusMessage = record({
  /** False while the store cannot save: edits are refused, not lost. */
  writable: flag,
  /** With `writable: false`: an error code. */
  reason: nullable(text(64)),
  fileState,
  /** With `failed`: what the owner's server said. With `changed-outside`: why it could not be merged. */
  fileDetail: nullable(text(256)),
  /** Edits in the document that the file does not hold yet. */
  behind: optional(count())
});
export type StatusMessage = Decoded<typeof statusMessage>;
const roleMessage = record({ role: oneOf(['view', 'edit', 'owner']) });
const epochMessage = record({ epoch: text(64) });

/** A frame of our own, decoded. */
export type OwnMessage =
  | { type: 'saved'; frames: number }
  | { type: 'role'; role: Role }
  | { type: 'epoch'; epoch: string }
  | { type: 'refusal'; code: ErrorCode; detail: string | null; final: boolean }
  | ({ type: 'status' } & StatusMessage)
  | ({ type: 'merged' } & MergedMessage);

/** One frame, its type in front. */
export function encodeOwnMessage(message: OwnMessage): Uint8Array {
  const encoder = encoding.createEncoder();
  const { type, ...body } = message;
  encoding.writeVarUint(encoder, messageType[type]);
  if (message.type === 'saved') {
    encoding.writeVarUint(encoder, message.frames);
  } else {
    encoding.writeVarString(encoder, JSON.stringify(body));
  }
  return encoding.toUint8Array(encoder);
}

/**
 * Reads what follows the type of a frame; null for a type that is not ours or
 * that a newer companion has added. Throws BAD_REQUEST on a malformed body.
 */
export function decodeOwnMessage(
  type: number,
  decoder: decoding.Decoder
): OwnMessage | null {
  if (type === messageType.saved) {
    return { type: 'saved', frames: decoding.readVarUint(decoder) };
  }
  const body = () => JSON.parse(decoding.readVarString(decoder)) as unknown;
  switch (type) {
    case messageType.role:
      return { type: 'role', ...roleMessage(body()) };
    case messageType.epoch:
      return { type: 'epoch', ...epochMessage(body()) };
    case messageType.refusal: {
      const { code, ...rest } = refusalMessage(body());
      return {
        type: 'refusal',
        ...rest,
        code: isErrorCode(code) ? code : 'INTERNAL'
      };
    }
    case messageType.status:
      return { type: 'status', ...statusMessage(body()) };
    case messageType.merged:
      return { type: 'merged', ...mergedMessage(body()) };
    default:
      return null;
  }
}

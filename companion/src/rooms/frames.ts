/** The frames of y-websocket's protocol. Each holds one message, since old clients read no more. */
import { messageType, syncStep } from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

export type Message =
  | { type: 'step1'; stateVector: Uint8Array }
  | { type: 'edit'; step2: boolean; update: Uint8Array }
  | { type: 'presence'; payload: Uint8Array }
  | { type: 'queryPresence' }
  /** A type of a newer page; to be passed over. */
  | { type: 'other' };

/** A frame ended early or late. `edit` tells whether it was to change the document. */
export class BadFrame extends Error {
  readonly edit: boolean;

  constructor(message: string, edit: boolean) {
    super(message);
    this.name = 'BadFrame';
    this.edit = edit;
  }
}

function readSync(decoder: decoding.Decoder): Message {
  const step = decoding.readVarUint(decoder);
  if (step === syncStep.step1) {
    return { type: 'step1', stateVector: decoding.readVarUint8Array(decoder) };
  }
  if (step !== syncStep.step2 && step !== syncStep.update) {
    throw new BadFrame('no such step of sync', false);
  }
  let update: Uint8Array | null = null;
  try {
    update = decoding.readVarUint8Array(decoder);
  } catch {
    // Told below, together with a length that does not fit.
  }
  if (update === null || decoder.pos !== decoder.arr.length) {
    throw new BadFrame('not consumed to its last byte', true);
  }
  return { type: 'edit', step2: step === syncStep.step2, update };
}

function readBody(type: number, decoder: decoding.Decoder): Message {
  switch (type) {
    case messageType.sync:
      return readSync(decoder);
    case messageType.awareness:
      return { type: 'presence', payload: decoding.readVarUint8Array(decoder) };
    case messageType.queryAwareness:
      return { type: 'queryPresence' };
    default:
      decoder.pos = decoder.arr.length;
      return { type: 'other' };
  }
}

/** Reads one frame; throws {@link BadFrame} for everything that is not exactly one message. */
export function readFrame(frame: Uint8Array): Message {
  const decoder = decoding.createDecoder(frame);
  let message: Message;
  try {
    message = readBody(decoding.readVarUint(decoder), decoder);
  } catch (error) {
    throw error instanceof BadFrame
      ? error
      : new BadFrame('cannot be read', false);
  }
  if (decoder.pos !== frame.length) {
    throw new BadFrame('not consumed to its last byte', false);
  }
  return message;
}

function syncFrame(step: number, body: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageType.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint8Array(encoder, body);
  return encoding.toUint8Array(encoder);
}

export function step1Frame(stateVector: Uint8Array): Uint8Array {
  return syncFrame(syncStep.step1, stateVector);
}

export function step2Frame(update: Uint8Array): Uint8Array {
  return syncFrame(syncStep.step2, update);
}

export function updateFrame(update: Uint8Array): Uint8Array {
  return syncFrame(syncStep.update, update);
}

/** One entry of a presence frame; `state` null means gone. */
export type PresenceEntry = {
  client: number;
  clock: number;
  state: string | null;
};

export function presenceFrame(entries: readonly PresenceEntry[]): Uint8Array {
  const inner = encoding.createEncoder();
  encoding.writeVarUint(inner, entries.length);
  for (const { client, clock, state } of entries) {
    encoding.writeVarUint(inner, client);
    encoding.writeVarUint(inner, clock);
    encoding.writeVarString(inner, state ?? 'null');
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageType.awareness);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner));
  return encoding.toUint8Array(encoder);
}

/** The entries of a presence message; throws on malformed bytes. */
export function readPresence(
  payload: Uint8Array,
  most: number
): PresenceEntry[] {
  const decoder = decoding.createDecoder(payload);
  const count = decoding.readVarUint(decoder);
  const entries: PresenceEntry[] = [];
  for (let index = 0; index < Math.min(count, most); index++) {
    const client = decoding.readVarUint(decoder);
    const clock = decoding.readVarUint(decoder);
    const text = decoding.readVarString(decoder);
    entries.push({ client, clock, state: text === 'null' ? null : text });
  }
  return entries;
}

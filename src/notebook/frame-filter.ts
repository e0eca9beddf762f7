import { messageType, syncStep } from '@jupyterlab-commons/protocol';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';

export interface IFrameFilterOptions {
  awareness: Awareness;
  /** Whether a sync step 2 has been sent on the present connection. */
  offered: () => boolean;
  /** An update frame is about to leave; `whole` for a sync step 2. */
  onUpdate: (whole: boolean) => void;
}

/**
 * What y-websocket wants to send, made into what the companion takes; null for
 * a frame that must not leave.
 */
export function filterFrame(
  frame: Uint8Array,
  { awareness, offered, onUpdate }: IFrameFilterOptions
): Uint8Array | null {
  const decoder = decoding.createDecoder(frame);
  const type = decoding.readVarUint(decoder);
  if (type === messageType.awareness) {
    return ownPresence(frame, decoder, awareness);
  }
  if (type !== messageType.sync) {
    return frame;
  }
  const step = decoding.readVarUint(decoder);
  if (step === syncStep.update && !offered()) {
    // After a reconnect it may follow on edits that the companion lacks (S6: no
    // gaps). The sync step 2 that is about to leave contains it.
    return null;
  }
  if (step !== syncStep.step1) {
    onUpdate(step === syncStep.step2);
  }
  return frame;
}

/**
 * y-websocket passes on every change of presence it hears of, also when somebody
 * else has left; the companion takes one client id per connection (S10).
 */
function ownPresence(
  frame: Uint8Array,
  decoder: decoding.Decoder,
  awareness: Awareness
): Uint8Array | null {
  const update = decoding.createDecoder(decoding.readVarUint8Array(decoder));
  const count = decoding.readVarUint(update);
  const clients: number[] = [];
  for (let index = 0; index < count; index++) {
    clients.push(decoding.readVarUint(update));
    decoding.readVarUint(update);
    decoding.readVarString(update);
  }
  if (!clients.includes(awareness.clientID)) {
    return null;
  }
  if (count === 1) {
    return frame;
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, messageType.awareness);
  encoding.writeVarUint8Array(
    encoder,
    encodeAwarenessUpdate(awareness, [awareness.clientID])
  );
  return encoding.toUint8Array(encoder);
}

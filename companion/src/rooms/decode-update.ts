import type { Decoder } from 'lib0/decoding';
import * as Y from 'yjs';
import { malformed, Violation } from './violation.ts';

export type Decoded = ReturnType<typeof Y.decodeUpdate>;

/** Ranges of one delete set; a step 2 repeats every deletion there ever was. */
const DELETIONS_MOST = 1_000_000;

/** Set by the reader below; `decodeUpdateV2` makes its decoder itself and keeps it. */
let lastReader: BoundedReader | null = null;
let structsLeft = 0;

function remember(reader: BoundedReader): void {
  lastReader = reader;
}

/** Reads as Yjs does, but gives up early, and remembers where it ended. */
class BoundedReader extends Y.UpdateDecoderV1 {
  readonly sections: number[] = [];
  #deletionsLeft = DELETIONS_MOST;

  constructor(decoder: Decoder) {
    super(decoder);
    remember(this);
  }

  override readInfo(): number {
    if (--structsLeft < 0) {
      throw malformed('too many structs');
    }
    return super.readInfo();
  }

  override readClient(): number {
    const client = super.readClient();
    this.sections.push(client);
    return client;
  }

  override readDsClock(): number {
    if (--this.#deletionsLeft < 0) {
      throw malformed('too many deletions');
    }
    return super.readDsClock();
  }
}

/** Decodes an update of version 1; throws unless it is one, to its last byte. */
export function decodeUpdate(update: Uint8Array, most: number): Decoded {
  structsLeft = most;
  lastReader = null;
  let decoded: Decoded;
  try {
    decoded = Y.decodeUpdateV2(update, BoundedReader);
  } catch (error) {
    throw error instanceof Violation ? error : malformed('cannot be decoded');
  }
  // Assigned while decoding, which control flow analysis cannot see.
  const reader = lastReader as BoundedReader | null;
  if (reader === null || reader.restDecoder.pos !== update.length) {
    throw malformed('not consumed to its last byte');
  }
  // Yjs keeps only the last of two sections of one client: the first would be a gap.
  if (new Set(reader.sections).size !== reader.sections.length) {
    throw malformed('one client twice');
  }
  return decoded;
}

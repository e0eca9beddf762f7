import { encodeOwnMessage } from '@jupyterlab-commons/protocol';
import { Bucket } from './rate.ts';
import type { RoomConnection } from './types.ts';

/** Full answers to sync step 1 cost as much as the document is large. */
const SYNCS_PER_SECOND = 1;
const SYNCS_AT_ONCE = 20;

/** A connection in a room, and how far it and the room have got with each other. */
export class Member {
  readonly connection: RoomConnection;
  readonly syncs: Bucket;
  /** The last row that was in the answer to its sync step 1; null before that. */
  syncedTo: number | null = null;
  /** The room has asked it for what is missing and got no answer yet. */
  asked = false;
  /** It holds edits that were refused, so later ones may build on them. */
  holdsRefused = false;
  /** How many client ids it has brought. */
  newClients = 0;
  #saved = 0;
  #told = 0;
  /** Frames that came before what they build on; the answer to step 1 holds them again. */
  #deferred = 0;

  constructor(connection: RoomConnection, now: number) {
    this.connection = connection;
    this.syncs = new Bucket(SYNCS_PER_SECOND, SYNCS_AT_ONCE, now);
  }

  defer(): void {
    this.#deferred++;
  }

  /** Takes the deferred frames out; they share the fate of the answer. */
  takeDeferred(): number {
    const deferred = this.#deferred;
    this.#deferred = 0;
    return deferred;
  }

  /** These frames are on disk. */
  countSaved(frames: number): void {
    this.#saved += frames;
  }

  /** Tells how many frames are on disk, if that is news or `always`. */
  tellSaved(always = false): void {
    if (always || this.#told !== this.#saved) {
      this.#told = this.#saved;
      this.connection.send(
        encodeOwnMessage({ type: 'saved', frames: this.#saved })
      );
    }
  }
}

import * as Y from 'yjs';
import { updateFrame } from './frames.ts';

/** Larger batches are not merged: merging would cost more than the frames it saves. */
const ROWS_MOST = 200;
const BYTES_MOST = 256 * 1024;

/** Updates that follow each other, as few frames. */
export function framesOf(updates: Uint8Array[]): Uint8Array[] {
  const bytes = updates.reduce((sum, update) => sum + update.length, 0);
  if (
    updates.length > 1 &&
    updates.length <= ROWS_MOST &&
    bytes <= BYTES_MOST
  ) {
    try {
      return [updateFrame(Y.mergeUpdates(updates))];
    } catch {
      // One by one is always right.
    }
  }
  return updates.map(updateFrame);
}

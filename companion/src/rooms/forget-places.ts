import type * as Y from 'yjs';

/**
 * Yjs remembers where in a list it was last, and forgets it after an edit of
 * somebody else. To it these edits are our own: what it remembers would be wrong.
 */
export function forgetPlaces(transaction: Y.Transaction): void {
  for (const { _searchMarker: places } of transaction.changed.keys()) {
    if (places) {
      places.length = 0;
    }
  }
}

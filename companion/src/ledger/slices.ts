import { othersTurn } from '../clock.ts';

/** A turn of the event loop is this, what came in meanwhile, and now and then a collection of garbage. */
const SLICE_MS = 2;

/** Does something for each, and lets others have their turn every few milliseconds. */
export async function inSlices<T>(
  items: Iterable<T>,
  act: (item: T) => void
): Promise<void> {
  let begun = performance.now();
  for (const item of items) {
    act(item);
    if (performance.now() - begun > SLICE_MS) {
      await othersTurn();
      begun = performance.now();
    }
  }
}

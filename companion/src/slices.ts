/** Lets what waits in the event loop go first. */
export type Breathe = () => Promise<void>;

export const breathe: Breathe = () =>
  new Promise(resolve => setImmediate(resolve));

/** How many are handled in one go: far less than 10 ms of work each. */
const AT_ONCE = 200;

/** The items, with a breath after each few, so that thousands hold nobody up. */
export async function* slices<T>(
  items: Iterable<T>,
  pause: Breathe = breathe
): AsyncGenerator<T> {
  let handled = 0;
  for (const item of items) {
    if (handled > 0 && handled % AT_ONCE === 0) {
      await pause();
    }
    handled++;
    yield item;
  }
}

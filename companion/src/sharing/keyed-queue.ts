/** Runs calls of the same key one after the other, of different keys side by side. */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  run<T>(key: string, call: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = before.then(call, call);
    const tail = mine
      .catch(() => {})
      .then(() => {
        if (this.#tails.get(key) === tail) {
          this.#tails.delete(key);
        }
      });
    this.#tails.set(key, tail);
    return mine;
  }
}

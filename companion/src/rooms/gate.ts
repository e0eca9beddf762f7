/** Lets actions through at once while open, and keeps them in order while closed. */
export class Gate {
  readonly #bytesMost: number;
  #waiting: (() => void)[] | null = null;
  #bytes = 0;

  constructor(bytesMost: number) {
    this.#bytesMost = bytesMost;
  }

  get closed(): boolean {
    return this.#waiting !== null;
  }

  close(): void {
    this.#waiting ??= [];
  }

  /** Carries out what waited; stops, and keeps the rest, where one of them closes the gate again. */
  open(): void {
    const waited = this.#waiting ?? [];
    this.#waiting = null;
    this.#bytes = 0;
    for (const [index, act] of waited.entries()) {
      act();
      if (this.closed) {
        this.#waiting = waited.slice(index + 1);
        return;
      }
    }
  }

  /** False, and nothing is kept, when too much waits already. */
  pass(bytes: number, act: () => void): boolean {
    if (this.#waiting === null) {
      act();
      return true;
    }
    if (this.#bytes + bytes > this.#bytesMost) {
      return false;
    }
    this.#bytes += bytes;
    this.#waiting.push(act);
    return true;
  }
}

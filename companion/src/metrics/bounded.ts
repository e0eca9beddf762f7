/** What stands for every name beyond the bound. */
export const OTHERS = 'other';
const MOST_CHARACTERS = 100;

/**
 * Values of a label that cannot grow without end: the first `most` names are
 * told by themselves, for as long as the process lives; all others together.
 */
export class BoundedNames {
  readonly #names = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  label(name: string): string {
    if (this.#names.has(name)) {
      return name;
    }
    if (
      this.#names.size >= this.#most ||
      name === '' ||
      name.length > MOST_CHARACTERS
    ) {
      return OTHERS;
    }
    this.#names.add(name);
    return name;
  }
}

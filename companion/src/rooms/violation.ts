/** Why an update may not be applied. */
export class Violation extends Error {
  /**
   * `unknown`: it builds on something that the room does not have, which an
   * honest page can do while the room asks it for what is missing.
   */
  readonly kind: 'malformed' | 'unknown';

  constructor(kind: 'malformed' | 'unknown', message: string) {
    super(message);
    this.name = 'Violation';
    this.kind = kind;
  }
}

export function malformed(message: string): Violation {
  return new Violation('malformed', message);
}

export function unknown(message: string): Violation {
  return new Violation('unknown', message);
}

import { CommonsError } from './errors.ts';

/**
 * Turns JSON from outside into a type, or throws BAD_REQUEST with the place
 * that is wrong. Unknown keys are dropped, so that a newer peer can add some.
 */
export type Decoder<T> = (value: unknown) => T;

export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** Something is not as it must be. The place grows on the way out: what is right costs no text. */
class Wrong extends CommonsError {
  readonly wanted: string;
  readonly place: string;

  constructor(wanted: string, place = '', whole = 'body') {
    super('BAD_REQUEST', `${whole}${place} must be ${wanted}`);
    this.wanted = wanted;
    this.place = place;
  }
}

/** Decodes what stands under a key, or at a place of a list. */
function within<T>(item: Decoder<T>, value: unknown, key: string | number): T {
  try {
    return item(value);
  } catch (error) {
    if (error instanceof Wrong) {
      const step = typeof key === 'number' ? `[${key}]` : `.${key}`;
      throw new Wrong(error.wanted, step + error.place);
    }
    throw error;
  }
}

/** The same, and what is wrong is told as a place of `whole` instead of the body. */
export function partOf<T>(whole: string, decode: Decoder<T>): Decoder<T> {
  return value => {
    try {
      return decode(value);
    } catch (error) {
      throw error instanceof Wrong
        ? new Wrong(error.wanted, error.place, whole)
        : error;
    }
  };
}

/** A string of at most `most` UTF-16 units. */
export function text(most = 1024): Decoder<string> {
  return value => {
    if (typeof value !== 'string' || value.length > most) {
      throw new Wrong(`a text of at most ${most} characters`);
    }
    return value;
  };
}

/** A finite number between the bounds; whole unless `fraction` is set. */
export function count(
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
  fraction = false
): Decoder<number> {
  return value => {
    if (
      typeof value !== 'number' ||
      !(value >= least && value <= most) ||
      (!fraction && !Number.isInteger(value))
    ) {
      throw new Wrong(`a number from ${least} to ${most}`);
    }
    return value;
  };
}

export const flag: Decoder<boolean> = value => {
  if (typeof value !== 'boolean') {
    throw new Wrong('true or false');
  }
  return value;
};

export function oneOf<const T extends string>(words: readonly T[]): Decoder<T> {
  return value => {
    if (!words.includes(value as T)) {
      throw new Wrong(`one of ${words.join(', ')}`);
    }
    return value as T;
  };
}

/** A moment as ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const moment: Decoder<string> = value => {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) {
    throw new Wrong('a date and time such as 2026-01-31T12:00:00Z');
  }
  return value;
};

export function list<T>(item: Decoder<T>, most = 10_000): Decoder<T[]> {
  return value => {
    if (!Array.isArray(value) || value.length > most) {
      throw new Wrong(`a list of at most ${most}`);
    }
    return value.map((each, index) => within(item, each, index));
  };
}

/** An object whose keys are data; a key that would mean something to JavaScript is dropped. */
export function dictionary<T>(
  item: Decoder<T>,
  most = 10_000
): Decoder<Record<string, T>> {
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Wrong('an object');
    }
    const entries = Object.entries(value).filter(
      ([key]) => key !== '__proto__'
    );
    if (entries.length > most) {
      throw new Wrong(`an object of at most ${most} keys`);
    }
    return Object.fromEntries(
      entries.map(([key, each]) => [key, within(item, each, key)])
    );
  };
}

/** Also takes null. */
export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return value => (value === null ? null : inner(value));
}

/** Also takes a missing key. */
export function optional<T>(inner: Decoder<T>): Decoder<T | undefined> {
  return value => (value === undefined ? undefined : inner(value));
}

/** Any JSON value, untouched. */
export const anything: Decoder<unknown> = value => value;

type Fields = Record<string, Decoder<unknown>>;
type FieldsDecoded<F extends Fields> = {
  [K in keyof F as undefined extends Decoded<F[K]> ? never : K]: Decoded<F[K]>;
} & {
  [K in keyof F as undefined extends Decoded<F[K]> ? K : never]?: Decoded<F[K]>;
};

/** An object with these keys; others are dropped. */
export function record<F extends Fields>(fields: F): Decoder<FieldsDecoded<F>> {
  const decoders = Object.entries(fields);
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new Wrong('an object');
    }
    const out: Record<string, unknown> = {};
    for (const [key, decode] of decoders) {
      const own = Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
      const decoded = within(decode, own, key);
      if (decoded !== undefined) {
        out[key] = decoded;
      }
    }
    return out as FieldsDecoded<F>;
  };
}

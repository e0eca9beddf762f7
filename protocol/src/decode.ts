import { CommonsError } from './errors.ts';

/**
 * Turns JSON from outside into a type, or throws BAD_REQUEST with the place
 * that is wrong. Unknown keys are dropped, so that a newer peer can add some.
 */
export type Decoder<T> = (value: unknown, place?: string) => T;

export type Decoded<D> = D extends Decoder<infer T> ? T : never;

function wrong(place: string, wanted: string): CommonsError {
  return new CommonsError('BAD_REQUEST', `${place} must be ${wanted}`);
}

/** A string of at most `most` UTF-16 units. */
export function text(most = 1024): Decoder<string> {
  return (value, place = 'body') => {
    if (typeof value !== 'string' || value.length > most) {
      throw wrong(place, `a text of at most ${most} characters`);
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
  return (value, place = 'body') => {
    if (
      typeof value !== 'number' ||
      !(value >= least && value <= most) ||
      (!fraction && !Number.isInteger(value))
    ) {
      throw wrong(place, `a number from ${least} to ${most}`);
    }
    return value;
  };
}

export const flag: Decoder<boolean> = (value, place = 'body') => {
  if (typeof value !== 'boolean') {
    throw wrong(place, 'true or false');
  }
  return value;
};

export function oneOf<const T extends string>(words: readonly T[]): Decoder<T> {
  return (value, place = 'body') => {
    if (!words.includes(value as T)) {
      throw wrong(place, `one of ${words.join(', ')}`);
    }
    return value as T;
  };
}

/** A moment as ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const moment: Decoder<string> = (value, place = 'body') => {
  if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) {
    throw wrong(place, 'a date and time such as 2026-01-31T12:00:00Z');
  }
  return value;
};

export function list<T>(item: Decoder<T>, most = 10_000): Decoder<T[]> {
  return (value, place = 'body') => {
    if (!Array.isArray(value) || value.length > most) {
      throw wrong(place, `a list of at most ${most}`);
    }
    return value.map((each, index) => item(each, `${place}[${index}]`));
  };
}

/** An object whose keys are data; a key that would mean something to JavaScript is dropped. */
export function dictionary<T>(
  item: Decoder<T>,
  most = 10_000
): Decoder<Record<string, T>> {
  return (value, place = 'body') => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(place, 'an object');
    }
    const entries = Object.entries(value).filter(
      ([key]) => key !== '__proto__'
    );
    if (entries.length > most) {
      throw wrong(place, `an object of at most ${most} keys`);
    }
    return Object.fromEntries(
      entries.map(([key, each]) => [key, item(each, `${place}.${key}`)])
    );
  };
}

/** Also takes null. */
export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, place = 'body') =>
    value === null ? null : inner(value, place);
}

/** Also takes a missing key. */
export function optional<T>(inner: Decoder<T>): Decoder<T | undefined> {
  return (value, place = 'body') =>
    value === undefined ? undefined : inner(value, place);
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
  return (value, place = 'body') => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(place, 'an object');
    }
    const out: Record<string, unknown> = {};
    for (const [key, decode] of decoders) {
      const own = Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined;
      const decoded = decode(own, `${place}.${key}`);
      if (decoded !== undefined) {
        out[key] = decoded;
      }
    }
    return out as FieldsDecoded<F>;
  };
}

/** JSON from outside, made safe to carry on. */
export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DEPTH_MOST = 100;

/**
 * A copy without `__proto__`, which would change objects on the way, and
 * without what is no JSON. Throws a RangeError when nested over 100 levels.
 */
export function cleanJson(value: unknown, depth = 0): unknown {
  if (depth > DEPTH_MOST) {
    throw new RangeError('nested too deeply');
  }
  if (Array.isArray(value)) {
    return value.map(each => cleanJson(each, depth + 1));
  }
  if (isObject(value)) {
    const copy: JsonObject = {};
    for (const [key, inner] of Object.entries(value)) {
      if (key !== '__proto__') {
        copy[key] = cleanJson(inner, depth + 1);
      }
    }
    return copy;
  }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    default:
      return null;
  }
}

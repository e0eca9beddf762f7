type Json = unknown;

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON Merge Patch (RFC 7396): what is in the patch replaces, objects are merged,
 * `null` removes. Neither argument is changed; parts that stay are shared.
 */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) {
    return patch;
  }
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, change] of Object.entries(patch)) {
    if (change === null) {
      merged.delete(key);
    } else {
      merged.set(key, mergePatch(merged.get(key), change));
    }
  }
  // An own key `__proto__` is data here and never becomes a prototype.
  return Object.fromEntries(merged);
}

import * as Y from 'yjs';
import { malformed } from './violation.ts';

const VALUE_DEPTH_MOST = 100;

/** Values must be JSON, and not so deep that encoding them again overflows the stack. */
function checkValues(values: readonly unknown[]): void {
  let level: unknown[] = [...values];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > VALUE_DEPTH_MOST) {
      throw malformed('a value is nested too deeply');
    }
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'bigint' || value instanceof Uint8Array) {
        throw malformed('a value is not JSON');
      }
      if (typeof value === 'object' && value !== null) {
        for (const inner of Object.values(value)) {
          next.push(inner);
        }
      }
    }
    level = next;
  }
}

const sharedTypes: readonly unknown[] = [Y.Map, Y.Array, Y.Text];

/** Only what the documents of JupyterLab are made of. */
export function checkContent(item: Y.Item): void {
  const { content } = item;
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) {
    checkValues(content.arr);
  } else if (content instanceof Y.ContentType) {
    if (!sharedTypes.includes(content.type.constructor)) {
      throw malformed('a type that no document has');
    }
  } else if (!(
    content instanceof Y.ContentString || content instanceof Y.ContentDeleted
  )) {
    throw malformed('content that no document has');
  }
}

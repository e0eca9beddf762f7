/** Remembers what a step was last done with, so that it can be skipped. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync
} from 'node:fs';
import { join, relative } from 'node:path';
import { at, cache, root } from './paths.mjs';

const IGNORED = new Set([
  'node_modules',
  'lib',
  'dist',
  '__pycache__',
  '.ipynb_checkpoints'
]);

/** All files below the given paths (relative to the project), sorted. */
export function filesBelow(...paths) {
  const files = [];
  const visit = path => {
    if (!existsSync(path)) {
      return;
    }
    if (!statSync(path).isDirectory()) {
      files.push(path);
      return;
    }
    for (const name of readdirSync(path).sort()) {
      if (!IGNORED.has(name)) {
        visit(join(path, name));
      }
    }
  };
  paths.forEach(path => visit(at(path)));
  return files;
}

/** A hash of the names and bytes of all files below `paths` and of `extra`. */
export function hashOf(paths, ...extra) {
  const hash = createHash('sha256').update(JSON.stringify(extra));
  for (const file of filesBelow(...paths)) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

const stampFile = name => join(cache, 'stamps', name);

/**
 * Does `work` unless it was done with the same `hash` before and all of
 * `outputs` are there. The stamp is written only after it has succeeded.
 */
export async function unlessDone(
  name,
  { hash, outputs = [], force = false },
  work
) {
  const file = stampFile(name);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (!force && before === hash && outputs.every(path => existsSync(path))) {
    return 'unchanged';
  }
  const remark = await work();
  mkdirSync(join(cache, 'stamps'), { recursive: true });
  writeFileSync(file, hash);
  return remark;
}

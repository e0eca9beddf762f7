/** By what cells are found to be similar; the rules are those of `cells.ts`. */

const FEATURES_MOST = 1000;
const LINE_ENDS = /^[ \t\r]+|[ \t\r]+$/g;
const WORDS = /[A-Za-z0-9_\u0080-\u{10ffff}]+/gu;

/** How much two sets have in common, from 0 to 1. */
export function dice(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const each of small) {
    common += large.has(each) ? 1 : 0;
  }
  const total = a.size + b.size;
  return total === 0 ? 0 : (2 * common) / total;
}

function firstOf(all: Iterable<string>): Set<string> {
  const features = new Set<string>();
  for (const each of all) {
    if (features.size === FEATURES_MOST) {
      break;
    }
    features.add(each);
  }
  return features;
}

function* linesOf(source: string): Iterable<string> {
  for (const line of source.split('\n')) {
    const bare = line.replace(LINE_ENDS, '');
    if (bare !== '') {
      yield bare;
    }
  }
}

function* wordsOf(source: string): Iterable<string> {
  for (const [word] of source.matchAll(WORDS)) {
    yield word;
  }
}

/** `lines` of step 3. */
export function linesIn(source: string): Set<string> {
  return firstOf(linesOf(source));
}

/** `words` of step 4. */
export function wordsIn(source: string): Set<string> {
  return firstOf(wordsOf(source));
}

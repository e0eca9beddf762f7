/** Two texts that came from a third become one: by lines, and within a line that both changed by words. */
import { diff, type Change } from './sequence-diff.ts';

export type TextMerge = {
  text: string;
  /** How many passages of the outside version were taken. */
  taken: number;
  /** What the live version says where both said something else; it stayed. */
  conflicts: string[];
};

type Sides = { base: string[]; live: string[]; outside: string[] };
type Sided = Change & { side: 'live' | 'outside' };
/** Changes that have to be decided on together. */
type Region = { live: Change[]; outside: Change[] };

const WORDS = /\n|[^\S\n]+|[\p{L}\p{N}\p{M}_]+|[^]/gu;
const WORD = /[\p{L}\p{N}_]/u;
/** Of a passage that both sides changed each must have left this share of words, else it is another text. */
const LEFT_LEAST = 0.5;
/** Longer passages are no line that two people touched at once. */
const PASSAGE_MOST = 4_000;

/** The lines of a text, each with its end. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

export function wordsOf(text: string): string[] {
  return text.match(WORDS) ?? [];
}

export function mergeText(
  base: string,
  live: string,
  outside: string
): TextMerge {
  if (outside === base || outside === live) {
    return { text: live, taken: 0, conflicts: [] };
  }
  const sides = {
    base: linesOf(base),
    live: linesOf(live),
    outside: linesOf(outside)
  };
  return merge(sides, touches, mergeWords);
}

/** Lines that stand beside each other belong together. */
function touches(one: Change, other: Change): boolean {
  return one.from <= other.to && other.from <= one.to;
}

/**
 * Words may be changed side by side. But what is put beside a passage that the
 * other side has taken away belonged to it, and of two things put at one place
 * nobody knows which comes first.
 */
function collides(one: Change, other: Change): boolean {
  if (one.from < other.to && other.from < one.to) {
    return true;
  }
  const takesAway = ({ start, end }: Change) => start === end;
  const puts = ({ from, to }: Change) => from === to;
  return (
    touches(one, other) &&
    (takesAway(one) || takesAway(other) || (puts(one) && puts(other)))
  );
}

function mergeWords(
  base: string,
  live: string,
  outside: string
): string | null {
  if (Math.max(base.length, live.length, outside.length) > PASSAGE_MOST) {
    return null;
  }
  const sides = {
    base: wordsOf(base),
    live: wordsOf(live),
    outside: wordsOf(outside)
  };
  if (
    leftOf(sides.base, sides.live) < LEFT_LEAST ||
    leftOf(sides.base, sides.outside) < LEFT_LEAST
  ) {
    return null;
  }
  const { text, conflicts } = merge(sides, collides, () => null);
  return conflicts.length === 0 ? text : null;
}

/** The share of the words of `base` that are still there. */
function leftOf(base: readonly string[], side: readonly string[]): number {
  const count = (words: readonly string[]) =>
    words.filter(word => WORD.test(word)).length;
  const gone = diff(base, side).reduce(
    (sum, { from, to }) => sum + count(base.slice(from, to)),
    0
  );
  const all = count(base);
  return all === 0 ? 0 : 1 - gone / all;
}

function merge(
  sides: Sides,
  meets: (one: Change, other: Change) => boolean,
  within: (base: string, live: string, outside: string) => string | null
): TextMerge {
  const out: string[] = [];
  const conflicts: string[] = [];
  let taken = 0;
  let done = 0;
  for (const region of regionsOf(sides, meets)) {
    const all = [...region.live, ...region.outside];
    const from = Math.min(...all.map(each => each.from));
    const to = Math.max(...all.map(each => each.to));
    const base = sides.base.slice(from, to).join('');
    const live = passage(sides.live, region.live, from, to) ?? base;
    const outside = passage(sides.outside, region.outside, from, to) ?? base;
    out.push(sides.base.slice(done, from).join(''));
    done = to;
    if (region.outside.length === 0 || live === outside) {
      out.push(live);
      continue;
    }
    const merged =
      region.live.length === 0 ? outside : within(base, live, outside);
    if (merged === null) {
      conflicts.push(live.trim() === '' ? outside : live);
    } else {
      taken++;
    }
    out.push(merged ?? live);
  }
  out.push(sides.base.slice(done).join(''));
  return { text: out.join(''), taken, conflicts };
}

/** What one side says where the base says `from` to `to`; null where it changed nothing. */
function passage(
  side: readonly string[],
  changes: readonly Change[],
  from: number,
  to: number
): string | null {
  const [first] = changes;
  const last = changes.at(-1);
  return first === undefined || last === undefined
    ? null
    : side
        .slice(first.start - (first.from - from), last.end + (to - last.to))
        .join('');
}

function regionsOf(
  { base, live, outside }: Sides,
  meets: (one: Change, other: Change) => boolean
): Region[] {
  const changes: Sided[] = [
    ...diff(base, live).map(each => ({ ...each, side: 'live' as const })),
    ...diff(base, outside).map(each => ({ ...each, side: 'outside' as const }))
  ].sort((a, b) => a.from - b.from || a.to - b.to);
  const regions: Region[] = [];
  for (const change of changes) {
    const { side } = change;
    const other = side === 'live' ? 'outside' : 'live';
    const last = regions.at(-1);
    if (last?.[other].some(each => meets(each, change))) {
      last[side].push(change);
    } else {
      regions.push({ live: [], outside: [], [side]: [change] });
    }
  }
  return regions;
}

/** The pieces to take out and put in, from the last to the first, so that one text becomes another. */
export function editsBetween(
  before: string,
  after: string
): { at: number; take: number; put: string }[] {
  const lines = piecesBetween(linesOf(before), linesOf(after));
  return lines
    .flatMap(({ at, taken, put }) =>
      piecesBetween(wordsOf(taken), wordsOf(put)).map(piece => ({
        at: at + piece.at,
        take: piece.taken.length,
        put: piece.put
      }))
    )
    .reverse();
}

function piecesBetween(before: string[], after: string[]) {
  let at = 0;
  let done = 0;
  return diff(before, after).map(({ from, to, start, end }) => {
    at += before.slice(done, from).join('').length;
    const taken = before.slice(from, to).join('');
    const piece = { at, taken, put: after.slice(start, end).join('') };
    at += taken.length;
    done = to;
    return piece;
  });
}

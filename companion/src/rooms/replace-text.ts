import type * as Y from 'yjs';

function isHalf(text: string, at: number, first: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === first;
}

/** Makes one text of another by one replacement in the middle; no character is cut in half. */
export function replaceText(text: Y.Text, wanted: string): void {
  const before = text.toString();
  const most = Math.min(before.length, wanted.length);
  let start = 0;
  while (start < most && before[start] === wanted[start]) {
    start++;
  }
  if (start > 0 && isHalf(before, start - 1, 0xd800)) {
    start--;
  }
  let end = 0;
  while (end < most - start && before.at(-1 - end) === wanted.at(-1 - end)) {
    end++;
  }
  if (end > 0 && isHalf(before, before.length - end, 0xdc00)) {
    end--;
  }
  text.delete(start, before.length - start - end);
  text.insert(start, wanted.slice(start, wanted.length - end));
}

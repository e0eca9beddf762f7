/** What is searched for; every part that is given must hold. */
export type Search = {
  text: string;
  author: string;
  /** Days as the person wrote them, `2024-01-31`. */
  since: string;
  until: string;
  path: string;
};

export const NO_SEARCH: Search = {
  text: '',
  author: '',
  since: '',
  until: '',
  path: ''
};

type Key = Exclude<keyof Search, 'text'>;

/** `author:ana`, `path:"my file.py"`, or a word, or several in quotes. */
const PART = /(?:(author|since|until|path):)?(?:"([^"]*)"?|(\S+))/gi;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Reads the one field. A key without a value is not asked for yet. */
export function readSearch(field: string): Search {
  const found = { ...NO_SEARCH };
  const words: string[] = [];
  for (const [, key, quoted, bare] of field.matchAll(PART)) {
    const value = quoted ?? bare ?? '';
    if (key === undefined) {
      // `author:` with nothing behind it comes here as a word.
      if (!/^(author|since|until|path):$/i.test(value)) {
        words.push(value);
      }
    } else {
      found[key.toLowerCase() as Key] = value;
    }
  }
  return { ...found, text: words.filter(each => each !== '').join(' ') };
}

/** The field's text for a search; `readSearch` reads it back. */
export function writeSearch(search: Search): string {
  const keys: Key[] = ['author', 'since', 'until', 'path'];
  return [
    search.text,
    ...keys.flatMap(key =>
      search[key] === '' ? [] : [`${key}:${quoted(search[key])}`]
    )
  ]
    .filter(each => each !== '')
    .join(' ');
}

function quoted(value: string): string {
  const plain = value.replaceAll('"', '');
  return /\s/.test(plain) ? `"${plain}"` : plain;
}

export function isSearch(search: Search): boolean {
  return Object.values(search).some(each => each !== '');
}

/** Midnight of a day here, in milliseconds; null for what is no day. */
export function startOfDay(day: string): number | null {
  const [, year, month, date] = DAY.exec(day) ?? [];
  if (year === undefined) {
    return null;
  }
  const moment = new Date(Number(year), Number(month) - 1, Number(date));
  const isReal =
    moment.getMonth() === Number(month) - 1 && moment.getTime() >= 0;
  return isReal ? moment.getTime() : null;
}

/** The last moment of a day; not 24 hours, because clocks are put forward. */
export function endOfDay(day: string): number | null {
  const start = startOfDay(day);
  if (start === null) {
    return null;
  }
  const next = new Date(start);
  next.setDate(next.getDate() + 1);
  return next.getTime() - 1;
}

/** The key whose value is no day; null when all can be asked. */
export function wrongDay(search: Search): 'since' | 'until' | null {
  const isWrong = (key: 'since' | 'until') =>
    search[key] !== '' && startOfDay(search[key]) === null;
  return isWrong('since') ? 'since' : isWrong('until') ? 'until' : null;
}

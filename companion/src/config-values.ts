import { levels, type Level } from './log.ts';

/** A setting that cannot be used; `message` is the one sentence to print. */
export class SettingError extends Error {}

export function whole(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new SettingError(`a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

export const verbatim = (text: string): string => text;

export const listed = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');

export function yesNo(text: string): boolean {
  if (['1', 'true', 'yes'].includes(text)) {
    return true;
  }
  if (['0', 'false', 'no', ''].includes(text)) {
    return false;
  }
  throw new SettingError('1 or 0');
}

export function httpUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    throw new SettingError('an http or https address');
  }
  return text.replace(/\/+$/, '');
}

/** Exact origins only: a pattern that matches a prefix has opened other servers before. */
export function origins(text: string): string[] {
  return listed(text).map(part => {
    const origin = URL.parse(part)?.origin;
    if (
      origin === undefined ||
      origin === 'null' ||
      origin !== part.replace(/\/$/, '')
    ) {
      throw new SettingError(
        'a list of origins such as https://hub.example.org'
      );
    }
    return origin;
  });
}

export function pathPrefix(text: string): string {
  if (!/^\/[\w./~%@-]*$/.test(text) || text.includes('//')) {
    throw new SettingError('a path such as /services/commons/');
  }
  return text.endsWith('/') ? text : `${text}/`;
}

export function logLevel(text: string): Level {
  const found = levels.find(level => level === text);
  if (found === undefined) {
    throw new SettingError(`one of ${levels.join(', ')}`);
  }
  return found;
}

/** Group of the hub -> people, or `@group`s of people, who look after it. */
export type GroupTable = ReadonlyMap<string, readonly string[]>;

export function groupAdmins(text: string): GroupTable {
  const isName = (value: unknown) =>
    typeof value === 'string' && value !== '' && value.length <= 255;
  const table = asObject(text);
  const rows = Object.entries(table ?? {});
  if (
    table === null ||
    !rows.every(([group, people]) => isName(group) && isNames(people))
  ) {
    throw new SettingError('JSON such as {"research": ["carol", "@leads"]}');
  }
  return new Map(rows as [string, string[]][]);

  function isNames(people: unknown): boolean {
    return Array.isArray(people) && people.every(isName);
  }
}

function asObject(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

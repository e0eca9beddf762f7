/**
 * One JSON object a line, on stderr. Values come from people and machines that
 * are not trusted: each is cut at 256 characters, control and direction
 * characters are spelled out, and what looks like a credential is dropped.
 */
import { showUnprintable } from '@jupyterlab-commons/protocol';

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

export type Fields = Record<
  string,
  string | number | boolean | null | undefined
>;

export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

const MOST_CHARACTERS = 256;
const CREDENTIAL = /\b(?:cs1\.[\w.-]+|(?:token|bearer)\s+[\w.~+/=-]+)/gi;
const SECRET_KEY = /token|authorization|ticket|session|cookie|secret/i;

/** What may stand in a log line for a value from outside. */
export function printable(value: string, most = MOST_CHARACTERS): string {
  const cut = value.slice(0, most).replace(CREDENTIAL, '[removed]');
  return showUnprintable(
    cut,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  );
}

/** The reason in an unknown exception, without its stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : String(error);
}

export function createLog(options: {
  level: Level;
  write: (line: string) => void;
  now?: () => number;
}): Log {
  const { level: least, write, now = Date.now } = options;
  const line = (level: Level, event: string, fields: Fields = {}) => {
    if (levels.indexOf(level) < levels.indexOf(least)) {
      return;
    }
    const entry: Fields = { time: new Date(now()).toISOString(), level, event };
    for (const [key, value] of Object.entries(fields)) {
      if (!SECRET_KEY.test(key)) {
        entry[key] = typeof value === 'string' ? printable(value) : value;
      }
    }
    write(`${JSON.stringify(entry)}\n`);
  };
  return {
    debug: (event, fields) => line('debug', event, fields),
    info: (event, fields) => line('info', event, fields),
    warn: (event, fields) => line('warn', event, fields),
    error: (event, fields) => line('error', event, fields)
  };
}

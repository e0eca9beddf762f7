import type { Node } from 'yaml';
import { momentOf, secondsOf } from './file-units.ts';
import type { Fields, FileReader } from './file-reader.ts';
import type { WindowRule } from './types.ts';

const periods = ['day', 'week', 'month'] as const;
const kinds = ['rolling', 'calendar', 'balance'] as const;
const LEAST_SECONDS = 60;
const MOST_SECONDS = 366 * 86_400;
const example = {
  rolling: 'window: {rolling: 30d}',
  calendar: 'window: {calendar: month}',
  balance: 'window: {balance: {refill: 20, every: week, cap: 60}}'
};

/** `cap`: the limit of a balance, where the window names it. */
type Read = { rule: WindowRule; cap: number | null };

/** The time that counts; what is stored counts now. */
export function readWindow(
  reader: FileReader,
  fields: Fields,
  zone: string
): Read | null {
  const node = fields.get('window');
  const storage = reader.plain(fields.get('resource')) === 'storage-gib';
  if (reader.plain(node) === 'now' || (storage && node === undefined)) {
    if (!storage) {
      reader.tell(
        node,
        `\`window: now\` goes with \`storage-gib\` only; write for example \`${example.calendar}\``
      );
    }
    return { rule: { kind: 'now' }, cap: null };
  }
  if (storage) {
    reader.tell(node, 'what is stored counts as it is now; take `window` away');
    return null;
  }
  if (node === undefined) {
    fields.need('window', example.calendar);
    return null;
  }
  return readSpan(reader, node, zone);
}

function readSpan(reader: FileReader, node: Node, zone: string): Read | null {
  if (!reader.isObject(node)) {
    reader.tell(
      node,
      `\`window\` must be rolling, calendar or balance; write for example \`${example.calendar}\``
    );
    return null;
  }
  const window = reader.fields(node, '`window`', kinds);
  const named = kinds.filter(kind => window?.get(kind) !== undefined);
  const [kind] = named;
  if (window === null || kind === undefined || named.length > 1) {
    reader.tell(
      node,
      `\`window\` needs exactly one of rolling, calendar and balance; write for example \`${example[kind ?? 'calendar']}\``
    );
    return null;
  }
  const value = window.get(kind)!;
  switch (kind) {
    case 'calendar': {
      const every = reader.word(value, '`calendar`', periods);
      return every === null ? null : { rule: { kind, every, zone }, cap: null };
    }
    case 'rolling': {
      const seconds = reader.unit(
        value,
        {
          what: '`rolling` must be a time with a unit',
          example: example.rolling
        },
        secondsOf
      );
      if (
        seconds !== null &&
        (seconds < LEAST_SECONDS || seconds > MOST_SECONDS)
      ) {
        reader.tell(value, '`rolling` must be from `1m` to `366d`');
        return null;
      }
      return seconds === null
        ? null
        : { rule: { kind, seconds: Math.round(seconds) }, cap: null };
    }
    case 'balance':
      return readBalance(reader, value, zone);
  }
}

function readBalance(
  reader: FileReader,
  node: Node,
  zone: string
): Read | null {
  const fields = reader.fields(node, '`balance`', [
    'refill',
    'every',
    'cap',
    'since'
  ]);
  if (fields === null) {
    return null;
  }
  const amount = reader.number(
    fields.need('refill', 'refill: 20'),
    { what: '`refill`', example: 'refill: 20' },
    { least: 1e-6, most: 1e9 }
  );
  const every = reader.word(
    fields.need('every', 'every: week'),
    '`every`',
    periods
  );
  const cap = reader.number(
    fields.get('cap'),
    { what: '`cap`', example: 'cap: 60' },
    { least: 0, most: 1e9 }
  );
  const since = reader.unit(
    fields.get('since'),
    { what: '`since` must be a day', example: 'since: 2026-10-01' },
    momentOf
  );
  return amount === null || every === null
    ? null
    : { rule: { kind: 'balance', amount, every, since, zone }, cap };
}

import { othersTurn } from '../clock.ts';
import type { LedgerUser, LedgerView, Millis } from '../ledger/types.ts';
import { printable } from '../log.ts';
import {
  summedNames,
  usedByDay,
  usedOfCorrection,
  usedOfRun,
  type Day,
  type Used
} from './use.ts';

/** People between two breaths of the process. */
const SLICE_MS = 4;
/** What a spreadsheet would take for a formula, also after blanks and in its wide forms. */
const FORMULA = /^[\s\u00a0\u3000]*[=+\-@\t\r＝＋－＠|%]/;
const sums = [
  'server_hours',
  'cpu_hours',
  'memory_gib_hours',
  'gpu_hours',
  'credits'
];

export type CsvWanted = {
  by: 'day' | 'run';
  days: readonly Day[];
  people: readonly LedgerUser[];
};

/** A cell that stays text wherever it is opened. */
export function textCell(text: string): string {
  const safe = printable(text);
  const still = FORMULA.test(safe) ? `'${safe}` : safe;
  return `"${still.replaceAll('"', '""')}"`;
}

function numberCell(value: number): string {
  return String(Number(value.toFixed(6)));
}

function timeCell(at: Millis): string {
  return new Date(at).toISOString();
}

/** The lines of a table, some at a time, so that nothing else waits for thousands of people. */
export async function* usageCsv(
  ledger: LedgerView,
  { by, days, people }: CsvWanted
): AsyncGenerator<string> {
  yield by === 'day'
    ? `user,display_name,day,${sums.join(',')}\r\n`
    : `user,kind,server,profile,from,to,${sums.join(',')},by,reason\r\n`;
  let text = '';
  let until = performance.now() + SLICE_MS;
  for (const person of people) {
    text +=
      by === 'day'
        ? dayLines(ledger, person, days)
        : runLines(ledger, person.user, days);
    if (performance.now() >= until || text.length > 65_536) {
      if (text !== '') {
        yield text;
        text = '';
      }
      await othersTurn();
      until = performance.now() + SLICE_MS;
    }
  }
  if (text !== '') {
    yield text;
  }
}

/** Days without use have no line. */
function dayLines(
  ledger: LedgerView,
  { user, displayName }: LedgerUser,
  days: readonly Day[]
): string {
  const who = `${textCell(user)},${textCell(displayName)}`;
  return usedByDay(ledger, user, days)
    .map((used, index) =>
      summedNames.every(name => used[name] === 0)
        ? ''
        : `${who},${days[index]!.day},${sumCells(used)}\r\n`
    )
    .join('');
}

/** Runs, cut at the ends of the time that is asked for, and corrections. */
function runLines(
  ledger: LedgerView,
  user: string,
  days: readonly Day[]
): string {
  const from = days[0]!.from;
  const to = days.at(-1)!.to;
  const runs = ledger
    .runs(user, from)
    .filter(run => run.from < to)
    .map(run =>
      [
        textCell(user),
        'run',
        textCell(run.server),
        textCell(run.profile),
        timeCell(Math.max(run.from, from)),
        timeCell(Math.min(run.to, to)),
        sumCells(usedOfRun(run, from, to)),
        '',
        ''
      ].join(',')
    );
  const corrections = ledger
    .corrections(user, from)
    .filter(({ at }) => at < to)
    .map(each =>
      [
        textCell(user),
        'correction',
        '',
        '',
        timeCell(each.at),
        timeCell(each.at),
        sumCells(usedOfCorrection(each)),
        textCell(each.by),
        textCell(each.reason)
      ].join(',')
    );
  return [...runs, ...corrections].map(line => `${line}\r\n`).join('');
}

function sumCells(used: Readonly<Used>): string {
  return summedNames.map(name => numberCell(used[name])).join(',');
}

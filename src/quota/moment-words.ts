import type { TranslationBundle } from '@jupyterlab/translation';
import { language } from '../ui/language';
import { clock } from '../ui/time';

const DAY_MS = 86_400_000;
/** The last moment that a Date can name. */
const LAST = 8.64e15;
/** The weekday alone names a day up to this far ahead. */
const NAMED_DAYS = 6;

type Format = Intl.DateTimeFormatOptions;
const TIME: Format = { hour: 'numeric', minute: '2-digit' };

const format = (at: Date, options: Format) =>
  new Intl.DateTimeFormat(language(), options).format(at);

const isSameDay = (one: Date, other: Date) =>
  one.toDateString() === other.toDateString();

/**
 * A moment near now in the person's own zone and language: "today 14:00",
 * "Thursday 14:00", "3 Dec, 14:00", and with its year when that is another.
 */
export function momentWords(
  trans: TranslationBundle,
  at: number,
  now: number
): string {
  const date = new Date(Math.min(at, LAST));
  const today = new Date(Math.min(now, LAST));
  if (isSameDay(date, today)) {
    return trans.__('today %1', clock(date.getTime()));
  }
  const apart = date.getTime() - today.getTime();
  if (apart > 0 && apart < NAMED_DAYS * DAY_MS) {
    return format(date, { weekday: 'long', ...TIME });
  }
  const day: Format = { day: 'numeric', month: 'short' };
  return date.getFullYear() === today.getFullYear()
    ? format(date, { ...day, ...TIME })
    : format(date, { ...day, year: 'numeric' });
}

/** A day written as 2026-03-10, which is one of the zone of the policies: "10 Mar". */
export function dayWords(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at)
    ? day
    : format(new Date(at), { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

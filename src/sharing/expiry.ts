import type { TranslationBundle } from '@jupyterlab/translation';

const DAY = 86_400_000;

/** How long somebody is let in; `date` is a day that the owner picks. */
export const expiryChoices = ['none', 'day', 'week', 'month', 'date'] as const;
export type ExpiryChoice = (typeof expiryChoices)[number];

const DAYS: Partial<Record<ExpiryChoice, number>> = {
  day: 1,
  week: 7,
  month: 30
};

export function expiryWords(
  trans: TranslationBundle,
  choice: ExpiryChoice
): string {
  switch (choice) {
    case 'none':
      return trans.__('No end');
    case 'day':
      return trans.__('For 1 day');
    case 'week':
      return trans.__('For 1 week');
    case 'month':
      return trans.__('For 30 days');
    case 'date':
      return trans.__('Until a date…');
  }
}

/** The end of the picked day where the owner sits; null for no date or one that is over. */
export function endOfDay(date: string, now: number): string | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) {
    return null;
  }
  const end = new Date(+parts[1]!, +parts[2]! - 1, +parts[3]!, 23, 59, 59);
  return end.getTime() > now ? end.toISOString() : null;
}

/** The day of a moment as a date field wants it, in local time. */
export function dayOf(moment: string | number): string {
  const at = new Date(moment);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** When a choice made now ends: null for never, undefined for a date that is missing or over. */
export function expiryOf(
  choice: ExpiryChoice,
  date: string,
  now: number
): string | null | undefined {
  if (choice === 'none') {
    return null;
  }
  if (choice === 'date') {
    return endOfDay(date, now) ?? undefined;
  }
  return new Date(now + DAYS[choice]! * DAY).toISOString();
}

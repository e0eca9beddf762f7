import type { QuotaResource, UsedDay } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { language } from '../ui/language';
import { noticeName } from '../ui/notice-name';
import { numberWords } from '../ui/units';

/** From here on a limit limits nothing, and digits say nothing. */
export const ENDLESS = 1e12;

const LONG = 1e6;
/** What was used at all is not called nothing. */
const LEAST = 0.01;

/** Rounded down, so that nothing is called used up before it is. Always short. */
export function amountNumber(amount: number): string {
  if (amount >= LONG) {
    return longNumber(Math.min(amount, ENDLESS));
  }
  if (amount > 0 && amount < LEAST) {
    return `< ${numberWords(LEAST, 2)}`;
  }
  const decimals = amount < 1 ? 2 : amount < 100 ? 1 : 0;
  const scale = 10 ** decimals;
  return numberWords(Math.floor(amount * scale + 1e-6) / scale, decimals);
}

/** "12.3M", with three digits. */
function longNumber(amount: number): string {
  const scale = 10 ** (Math.floor(Math.log10(amount)) - 2);
  return new Intl.NumberFormat(language(), {
    notation: 'compact',
    maximumSignificantDigits: 3
  }).format(Math.floor(amount / scale) * scale);
}

/** "12.5 GPU hours (A100)". A GB is 1024 MB, as everywhere in these panels. */
export function amountWords(
  trans: TranslationBundle,
  amount: number,
  what: { resource: QuotaResource; gpu?: string }
): string {
  const number = amountNumber(amount);
  switch (what.resource) {
    case 'server-hours':
      return trans._n('%2 server hour', '%2 server hours', amount, number);
    case 'cpu-hours':
      return trans._n('%2 core hour', '%2 core hours', amount, number);
    case 'memory-gib-hours':
      return trans._n('%2 GB hour', '%2 GB hours', amount, number);
    case 'gpu-hours':
      return what.gpu === undefined
        ? trans._n('%2 GPU hour', '%2 GPU hours', amount, number)
        : trans._n(
            '%2 GPU hour (%3)',
            '%2 GPU hours (%3)',
            amount,
            number,
            noticeName(what.gpu)
          );
    case 'credits':
      return trans._n('%2 credit', '%2 credits', amount, number);
    case 'storage-gib':
      return trans.__('%1 GB', number);
  }
}

/** "34.2 of 50 GPU hours". */
export function usedOfWords(
  trans: TranslationBundle,
  used: number,
  limit: number,
  what: { resource: QuotaResource; gpu?: string }
): string {
  return limit >= ENDLESS
    ? trans.__('%1, no limit', amountWords(trans, used, what))
    : trans.__('%1 of %2', amountNumber(used), amountWords(trans, limit, what));
}

/** The sums of a day, each with the resource that it is of. */
export const dayResources = {
  serverHours: 'server-hours',
  cpuHours: 'cpu-hours',
  memoryGibHours: 'memory-gib-hours',
  gpuHours: 'gpu-hours',
  credits: 'credits'
} as const satisfies Partial<Record<keyof UsedDay, QuotaResource>>;
export type DayKey = keyof typeof dayResources;

/** What a column of such sums is called. */
export function dayKeyWords(trans: TranslationBundle, key: DayKey): string {
  switch (key) {
    case 'serverHours':
      return trans.__('Server hours');
    case 'cpuHours':
      return trans.__('Core hours');
    case 'memoryGibHours':
      return trans.__('GB hours of memory');
    case 'gpuHours':
      return trans.__('GPU hours');
    case 'credits':
      return trans.__('Credits');
  }
}

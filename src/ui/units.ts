import type { TranslationBundle } from '@jupyterlab/translation';
import { language } from './language';

const KIB = 1024;
export const MIB = KIB * KIB;
const GIB = KIB * MIB;
const TIB = KIB * GIB;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const formats = new Map<string, Intl.NumberFormat>();

/** A number in the reader's language with at most so many decimals. */
export function numberWords(value: number, decimals = 0): string {
  const key = `${document.documentElement.lang} ${decimals}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(language(), {
      maximumFractionDigits: decimals
    });
    formats.set(key, format);
  }
  return format.format(value);
}

/** The unit in which so many bytes are said; 999.6 MB is said as 1 GB. */
function unitOf(bytes: number): number {
  const fits = (unit: number) => bytes >= 999.5 * unit;
  return fits(GIB) ? TIB : fits(MIB) ? GIB : fits(KIB) ? MIB : KIB;
}

function inUnit(bytes: number, unit: number): string {
  const value = bytes / unit;
  return numberWords(value, value < (unit >= GIB ? 99.95 : 9.95) ? 1 : 0);
}

/**
 * Bytes as hubs and `nvidia-smi` count them: 1 GB is 1024 MB. What JupyterHub
 * calls `4G` is 4 GB here.
 */
export function bytesWords(trans: TranslationBundle, bytes: number): string {
  const unit = unitOf(bytes);
  const number = inUnit(bytes, unit);
  switch (unit) {
    case TIB:
      return trans.__('%1 TB', number);
    case GIB:
      return trans.__('%1 GB', number);
    case MIB:
      return trans.__('%1 MB', number);
    default:
      return trans.__('%1 KB', number);
  }
}

/** "3.2 of 4 GB"; the unit is said once where it is the same. */
export function bytesOfWords(
  trans: TranslationBundle,
  used: number,
  limit: number
): string {
  const unit = unitOf(limit);
  const number =
    used === 0 || used >= unit / 10
      ? inUnit(used, unit)
      : bytesWords(trans, used);
  return trans.__('%1 of %2', number, bytesWords(trans, limit));
}

export function rateWords(trans: TranslationBundle, rate: number): string {
  return trans.__('%1/s', bytesWords(trans, rate));
}

const coresNumber = (cores: number) => numberWords(cores, cores < 9.95 ? 2 : 1);

export function coresWords(trans: TranslationBundle, cores: number): string {
  return trans._n('%2 core', '%2 cores', cores, coresNumber(cores));
}

/** "1.5 of 2 cores". */
export function coresOfWords(
  trans: TranslationBundle,
  used: number,
  limit: number
): string {
  return trans.__('%1 of %2', coresNumber(used), coresWords(trans, limit));
}

export function percentWords(
  trans: TranslationBundle,
  percent: number
): string {
  return trans.__(
    '%1%',
    numberWords(percent, percent > 0 && percent < 1 ? 1 : 0)
  );
}

/** Whole percent, rounded down: nothing is called full before it is. */
export function percentOf(used: number, most: number): number {
  return most > 0 ? Math.min(100, Math.floor((100 * used) / most)) : 0;
}

/** "25 s", "12 min", "2 h 5 min", "3 days". */
export function durationWords(
  trans: TranslationBundle,
  seconds: number
): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) {
    return trans.__('%1 s', numberWords(whole));
  }
  if (whole < HOUR) {
    return trans.__('%1 min', numberWords(Math.floor(whole / MINUTE)));
  }
  if (whole >= 2 * DAY) {
    return trans._n('%1 day', '%1 days', Math.floor(whole / DAY));
  }
  const hours = numberWords(Math.floor(whole / HOUR));
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  return minutes === 0 || whole >= 10 * HOUR
    ? trans.__('%1 h', hours)
    : trans.__('%1 h %2 min', hours, numberWords(minutes));
}

/** What stands where a figure is absent. It is never drawn as 0. */
export function notReported(trans: TranslationBundle): string {
  return trans.__('not reported');
}

/** The figure in words, or that it is not reported. */
export function reported(
  trans: TranslationBundle,
  value: number | undefined,
  words: (trans: TranslationBundle, value: number) => string
): string {
  return value === undefined ? notReported(trans) : words(trans, value);
}

/** How the numbers of a series in the history are meant. */
export type SeriesUnit = 'memory' | 'cpu' | 'percent' | 'rate';

/** One number of a series: whole MiB, hundredths of a core, percent or KiB a second. */
export function seriesWords(
  trans: TranslationBundle,
  unit: SeriesUnit,
  value: number
): string {
  switch (unit) {
    case 'memory':
      return bytesWords(trans, value * MIB);
    case 'cpu':
      return coresWords(trans, value / 100);
    case 'percent':
      return percentWords(trans, value);
    case 'rate':
      return rateWords(trans, value * KIB);
  }
}

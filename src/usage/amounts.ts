import { language } from '../ui/language';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** A number in the reader's language with so many decimals, so that it keeps its width. */
export function fixed(value: number, least: number, most = least): string {
  return value.toLocaleString(language(), {
    minimumFractionDigits: least,
    maximumFractionDigits: most
  });
}

const isLarge = (bytes: number) => bytes >= GIB;

/** Only the number, in the unit in which `most` is said. */
export function number(bytes: number, most = bytes): string {
  return isLarge(most) ? fixed(bytes / GIB, 1) : fixed(bytes / MIB, 0);
}

/** "3.2 GB" or "310 MB". */
export function amount(bytes: number): string {
  return `${number(bytes)} ${isLarge(bytes) ? 'GB' : 'MB'}`;
}

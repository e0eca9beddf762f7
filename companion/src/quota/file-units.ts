/** Numbers with units, as people write them; null for what is none. */

const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800
};

/** `30d`, `12h`, `10m`, `45s`, `2w`, in seconds. */
export function secondsOf(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([smhdw])$/.exec(text.trim());
  return match === null ? null : Number(match[1]) * SECONDS[match[2]!]!;
}

/** `64G`, `512M`, `1.5T`, each a power of 1024 as for the hub's own limits, in bytes. */
export function bytesOf(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,3})?) ?([KMGTP])(?:i?B)?$/i.exec(
    text.trim()
  );
  return match === null
    ? null
    : Number(match[1]) * 1024 ** ('KMGTP'.indexOf(match[2]!.toUpperCase()) + 1);
}

/** `2026-10-01`, the start of that day in UTC, or a whole date and time. */
export function momentOf(text: string): number | null {
  const whole = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d))?$/;
  const at = whole.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) || at < 0 ? null : at;
}

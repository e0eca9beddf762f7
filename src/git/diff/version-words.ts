import { PathExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  GIT_INDEX,
  GIT_WORKTREE,
  type GitCommit
} from '@jupyterlab-commons/protocol';
import { language } from '../../ui/language';
import { shortName } from '../../ui/words';

const SHORT_CHARS = 7;

/** "a1b2c3d", "now", "staged"; nothing before the first commit. */
export function revisionWords(
  trans: TranslationBundle,
  rev: string | undefined
): string {
  switch (rev) {
    case undefined:
      return trans.__('nothing');
    case GIT_WORKTREE:
      return trans.__('now');
    case GIT_INDEX:
      return trans.__('staged');
    default:
      return shortName(rev.slice(0, SHORT_CHARS));
  }
}

/** "Ana · 21 Nov 2026, 12:00 · Fix the plot". */
export function commitWords({
  row
}: {
  row: Pick<GitCommit['row'], 'author' | 'at' | 'subject'>;
}): string {
  return [row.author.name, dateWords(row.at), row.subject]
    .map(each => shortName(each))
    .join(' · ');
}

export function dateWords(at: number): string {
  try {
    return new Intl.DateTimeFormat(language(), {
      dateStyle: 'medium',
      timeStyle: 'short'
    }).format(at);
  } catch {
    // A commit may name a time that no calendar has.
    return '?';
  }
}

const DAY_MS = 86_400_000;
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * DAY_MS],
  ['month', 30 * DAY_MS],
  ['week', 7 * DAY_MS],
  ['day', DAY_MS],
  ['hour', 3_600_000],
  ['minute', 60_000]
];

/** "3 weeks ago": the largest unit that fits. */
export function agoWords(at: number, now = Date.now()): string {
  const apart = at - now;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  const [unit, size] = UNITS.find(([, most]) => Math.abs(apart) >= most) ?? [
    'second',
    Infinity
  ];
  return format.format(Math.trunc(apart / size) || 0, unit);
}

/** The name of a file of git, fit for a sentence. */
export function fileName(path: string): string {
  return shortName(PathExt.basename(path));
}

/** Where the contents API has a file of a repository; null for a name that it cannot say. */
export function contentsPath(repo: string, path: string): string | null {
  return path.startsWith('raw:') ? null : PathExt.join(repo, path);
}

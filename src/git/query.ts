import type { GitRef } from '@jupyterlab-commons/protocol';
import type { HistoryQuery } from '../client/git';
import { endOfDay, startOfDay, type Search } from './search';

/** A branch, remote branch or tag, with the commit that it is at. */
export type Branch = GitRef & { hash: string };

/** What the list is a list of. */
export type Question = { repo: string } & HistoryQuery;

/** `file` is the one whose history is listed; a path that is searched for comes before it. */
export function questionOf(
  repo: string,
  file: string | undefined,
  branch: Branch | null,
  search: Search
): Question {
  const { text, author, since, until, path } = search;
  return {
    repo,
    ref: branch === null ? undefined : fullName(branch),
    path: path.replace(/^[./]*\//, '') || file,
    text: text || undefined,
    author: author || undefined,
    since: startOfDay(since) ?? undefined,
    until: endOfDay(until) ?? undefined
  };
}

export function isSame(one: Question | null, other: Question): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Names that are the same short are told apart; one that cannot be said, by its commit. */
function fullName({ kind, name, hash }: Branch): string {
  if (name.includes('\ufffd')) {
    return hash;
  }
  switch (kind) {
    case 'head':
      return 'HEAD';
    case 'branch':
      return `refs/heads/${name}`;
    case 'remote':
      return `refs/remotes/${name}`;
    case 'tag':
      return `refs/tags/${name}`;
  }
}

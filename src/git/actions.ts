import type { GitFileChange, GitRow } from '@jupyterlab-commons/protocol';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** What can be done with one version of a file, or to keep one; the panel turns it into a command. */
export type GitVerb = 'diff' | 'open' | 'restore' | 'checkpoint';

export const commandOfGitVerb: Record<GitVerb, string> = {
  diff: 'commons:git-show-diff',
  open: 'commons:git-open-version',
  restore: 'commons:git-restore',
  checkpoint: 'commons:git-checkpoint'
};

export type RunGitVerb = (
  verb: GitVerb,
  args: ReadonlyPartialJSONObject
) => void;

/** One file in two versions; `from` is absent where the file's history begins. */
export type FileVersions = {
  repo: string;
  path: string;
  to: string;
  from?: string;
  fromPath?: string;
  isDeleted: boolean;
};

/** What a commit did to a file, or what lies between two commits. */
export function versionsOf(
  repo: string,
  file: GitFileChange,
  row: GitRow,
  from: string | undefined = row.parents[0]
): FileVersions {
  return {
    repo,
    path: file.path,
    to: row.hash,
    from,
    fromPath: file.from,
    isDeleted: file.change === 'deleted'
  };
}

/** The arguments of the comparison. */
export function diffArgs(versions: FileVersions): ReadonlyPartialJSONObject {
  const { repo, path, to, from, fromPath } = versions;
  return given({ repo, path, to, from, fromPath });
}

/** The version itself; of a deleted file the one before, null where there is none. */
export function versionArgs(
  versions: FileVersions
): ReadonlyPartialJSONObject | null {
  const { repo, path, to, from, isDeleted } = versions;
  const rev = isDeleted ? from : to;
  return rev === undefined ? null : { repo, path, rev };
}

function given(
  args: Record<string, string | undefined>
): ReadonlyPartialJSONObject {
  return Object.fromEntries(
    Object.entries(args).filter(([, value]) => value !== undefined)
  );
}

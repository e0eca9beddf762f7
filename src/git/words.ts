import type {
  GitFileChange,
  GitRef,
  GitRepository
} from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isCommonsError, problemOf, type Problem } from '../ui/problem-words';
import { oneLine, shortName } from '../ui/words';

const RAW = 'raw:';

/** A path as it can be read; one that is no UTF-8 shows where it is none. */
export function pathWords(path: string): string {
  return oneLine(path.startsWith(RAW) ? decoded(path) : path);
}

function decoded(path: string): string {
  try {
    const bytes = Uint8Array.from(atob(path.slice(RAW.length)), char =>
      char.charCodeAt(0)
    );
    return new TextDecoder().decode(bytes);
  } catch {
    return path;
  }
}

export function fileName(path: string): string {
  return pathWords(path).split('/').at(-1) ?? '';
}

/** Several lines of somebody else, without invisible marks. */
export function manyLines(text: string): string {
  return text.split('\n').map(oneLine).join('\n');
}

export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** What happened to a file, as a mark and in words. */
export function changeWords(
  trans: TranslationBundle,
  change: GitFileChange['change']
): { mark: string; words: string } {
  switch (change) {
    case 'added':
      return { mark: 'A', words: trans.__('Added') };
    case 'changed':
      return { mark: 'M', words: trans.__('Changed') };
    case 'deleted':
      return { mark: 'D', words: trans.__('Deleted') };
    case 'renamed':
      return { mark: 'R', words: trans.__('Renamed') };
    case 'type':
      return { mark: 'T', words: trans.__('Another type of file') };
    case 'conflicted':
      return { mark: 'U', words: trans.__('In conflict') };
  }
}

export function refWords(
  trans: TranslationBundle,
  { kind, name }: GitRef
): string {
  const short = shortName(name);
  switch (kind) {
    case 'head':
      return trans.__('Checked out: %1', short);
    case 'branch':
      return trans.__('Branch %1', short);
    case 'remote':
      return trans.__('Remote branch %1', short);
    case 'tag':
      return trans.__('Tag %1', short);
  }
}

/** A failure of the own server, which the table of refusals takes for the companion's. */
export function gitProblem(trans: TranslationBundle, reason: unknown): Problem {
  if (!isCommonsError(reason)) {
    return {
      text: trans.__(
        'Your server does not answer. If it has stopped, start it again.'
      ),
      retry: true
    };
  }
  switch (reason.code) {
    case 'NO_ROUTE':
      return {
        text: trans.__(
          'This server has no git history: its extension jupyterlab_commons is older than this page, or not enabled.'
        ),
        retry: true
      };
    case 'STOPPING':
    case 'INTERNAL':
      return {
        text: trans.__('Your server could not answer. Its log says why.'),
        retry: true
      };
    default:
      return problemOf(trans, reason);
  }
}

/** What is half done, or not all here: one quiet line each. */
export function noteWords(
  trans: TranslationBundle,
  repository: GitRepository
): string[] {
  const notes: string[] = [];
  if (repository.branch === undefined && repository.head !== undefined) {
    notes.push(
      trans.__(
        'No branch is checked out: HEAD is detached at %1.',
        shortHash(repository.head)
      )
    );
  }
  switch (repository.doing) {
    case 'merge':
      notes.push(trans.__('A merge is half done.'));
      break;
    case 'rebase':
      notes.push(trans.__('A rebase is half done.'));
      break;
    case 'cherry-pick':
      notes.push(trans.__('A cherry-pick is half done.'));
      break;
    case 'revert':
      notes.push(trans.__('A revert is half done.'));
      break;
    case 'bisect':
      notes.push(trans.__('A bisect is under way.'));
      break;
    case 'am':
      notes.push(trans.__('Patches are half applied.'));
      break;
    case undefined:
      break;
  }
  if (repository.shallow) {
    notes.push(trans.__('Older history is not here: this is a shallow clone.'));
  }
  if (repository.partial) {
    notes.push(
      trans.__(
        'This is a partial clone: older versions of files may not be here.'
      )
    );
  }
  return notes;
}

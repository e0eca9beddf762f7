import { CommonsError, type GitRepository } from '@jupyterlab-commons/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { errorWords, isCommonsError } from '../../ui/problem-words';
import { oneLine, shortName } from '../../ui/words';
import { changeWords, gitProblem, shortHash } from '../words';
import type { Share } from './cells';
import type { RemoteEnd } from './remotes';
import type { Said } from './model';
import type { ChangedFile } from './notebooks';

/** What git says may be long, and its end matters: that is where it says what to do. */
const DETAIL_CHARS = 400;

/** What happened to a file since HEAD. */
export function stateWords(
  trans: TranslationBundle,
  { staged, unstaged }: ChangedFile
): string {
  if (unstaged === 'untracked') {
    return trans.__('New');
  }
  const change =
    unstaged === 'conflicted' || unstaged === 'deleted'
      ? unstaged
      : (staged ?? unstaged ?? 'changed');
  return change === 'added'
    ? trans.__('New')
    : changeWords(trans, change).words;
}

export function shareWords(trans: TranslationBundle, share: Share): string {
  switch (share) {
    case 'none':
      return trans.__('not staged');
    case 'part':
      return trans.__('partly staged');
    case 'all':
      return trans.__('staged');
  }
}

/** A refusal in full, with what can be done about it. */
export function troubleWords(trans: TranslationBundle, error: unknown): string {
  if (!isCommonsError(error) || !error.code.startsWith('GIT_')) {
    return gitProblem(trans, error).text;
  }
  const detail = oneLine(error.detail ?? '').slice(0, DETAIL_CHARS);
  switch (error.code) {
    case 'GIT_MOVED':
      return trans.__(
        'The repository has changed since you looked, and nothing was done. What is listed now is how it stands; look at it, then do it again.'
      );
    case 'GIT_UNTRUSTED':
      return trans.__(
        'Git would have to start programs that this repository names (%1). Look at them first; nothing was done.',
        detail
      );
    case 'GIT_REFUSED':
      return detail === 'choose a remote'
        ? trans.__(
            'There are several remotes, and this branch follows none of them. Choose one above and push; the branch follows it from then on.'
          )
        : trans.__('Git refuses, so that nothing is lost: %1', detail);
    case 'GIT_REDIRECTED':
      return movedWords(trans, detail);
    default: {
      const text = errorWords(trans, new CommonsError(error.code));
      return detail === '' ? text : `${text} (${detail})`;
    }
  }
}

/** Where a remote has moved to, and the command for it where it can be copied. */
export function readMoved(detail: string): { host: string; command?: string } {
  const at = detail.indexOf(' git remote set-url ');
  return at < 0
    ? { host: detail }
    : { host: detail.slice(0, at), command: detail.slice(at + 1) };
}

function movedWords(trans: TranslationBundle, detail: string): string {
  const { host, command } = readMoved(detail);
  return command === undefined
    ? trans.__(
        'The address of this remote has moved to %1, and no password was sent there. Ask the admin whether that is right, and change the remote in a terminal with git remote set-url.',
        host
      )
    : trans.__(
        'The address of this remote has moved to %1, and no password was sent there. Ask the admin whether that is right. If it is, change the remote in a terminal: %2',
        host,
        command
      );
}

export function saidWords(trans: TranslationBundle, said: Said | null): string {
  if (said === null || said.kind === 'told') {
    return said?.text ?? '';
  }
  const { hash, files, detail } = said;
  const words = trans._n(
    'Committed %1 file as %2.',
    'Committed %1 files as %2.',
    files,
    shortHash(hash)
  );
  return detail === undefined
    ? words
    : `${words} ${oneLine(detail).slice(0, DETAIL_CHARS)}`;
}

/** What fetch, pull or push has come to. */
export function remoteWords(
  trans: TranslationBundle,
  { verb, done, to }: Extract<RemoteEnd, { kind: 'done' }>,
  behind: number
): string {
  switch (verb) {
    case 'fetch':
      return behind === 0
        ? trans.__('Fetched. Nothing to pull.')
        : trans._n(
            'Fetched. %1 commit to pull.',
            'Fetched. %1 commits to pull.',
            behind
          );
    case 'pull':
      return trans.__('Pulled. %1', oneLine(done.detail ?? ''));
    case 'push':
      return to === undefined
        ? trans.__('Pushed %1.', oneLine(done.ref ?? ''))
        : trans.__('Pushed %1 to %2.', oneLine(done.ref ?? ''), shortName(to));
  }
}

/** Whether hooks run, where there are any; they are the team's checks. */
export function hookWords(
  trans: TranslationBundle,
  { trusted, programs = [] }: GitRepository
): string | null {
  return !programs.some(({ scope }) => scope === 'hook')
    ? null
    : trusted
      ? trans.__('Hooks of this repository check the commit.')
      : trans.__(
          'Hooks of this repository do not run, because you do not trust it.'
        );
}

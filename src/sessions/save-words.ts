import type { TranslationBundle } from '@jupyterlab/translation';
import type { ILiveEntry } from '../tokens';
import { errorWords } from '../ui/problem-words';

/** `text` fits a toolbar; `title` is the whole story. */
export type SaveWords = {
  text: string;
  title: string;
  tone: 'quiet' | 'busy' | 'warn';
};

/** What can truthfully be said about the edits made in this page. */
export function saveWords(
  trans: TranslationBundle,
  entry: Pick<ILiveEntry, 'role' | 'saveState'>
): SaveWords {
  const { role, saveState } = entry;
  switch (saveState.kind) {
    case 'connecting':
      return {
        text: trans.__('Connecting…'),
        title: trans.__('Connecting to the shared document.'),
        tone: 'busy'
      };
    case 'saved':
      return role === 'view' ? viewOnly(trans) : saved(trans);
    case 'saving':
      return {
        text: trans.__('Saving %1…', saveState.count),
        title: trans._n(
          '%1 edit is on its way.',
          '%1 edits are on their way.',
          saveState.count
        ),
        tone: 'busy'
      };
    case 'offline':
      return saveState.kept
        ? {
            text: trans.__('Offline: edits kept in this page'),
            title: trans.__(
              'Keep this page open: your edits are sent when the connection is back.'
            ),
            tone: 'warn'
          }
        : {
            text: trans.__('Offline'),
            title: trans.__('It is tried again by itself.'),
            tone: 'warn'
          };
    case 'readonly':
      return saveState.error.code === 'ROLE_TOO_LOW'
        ? viewOnly(trans)
        : {
            text: trans.__('Not saving'),
            title: errorWords(trans, saveState.error),
            tone: 'warn'
          };
    case 'ended':
      return {
        text: trans.__('Not connected'),
        title: errorWords(trans, saveState.error),
        tone: 'warn'
      };
  }
}

function saved(trans: TranslationBundle): SaveWords {
  return {
    text: trans.__('Saved'),
    title: trans.__('Every edit is saved and seen by the others.'),
    tone: 'quiet'
  };
}

function viewOnly(trans: TranslationBundle): SaveWords {
  return {
    text: trans.__('View only'),
    title: trans.__('You may look, not edit. Ask the owner for edit rights.'),
    tone: 'quiet'
  };
}

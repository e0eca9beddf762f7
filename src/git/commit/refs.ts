import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IGitWrites } from '../../client/git-writes';
import { shortName } from '../../ui/words';
import { shortHash } from '../words';
import { troubleWords } from './words';

export type RefParts = {
  calls: Pick<IGitWrites, 'branch' | 'tag'>;
  repo: string;
  trans: TranslationBundle;
  /** Open files may be others now. */
  moved: () => Promise<void>;
};

const SHOWN_MS = 8000;

/** Each verb says how it went; true when it was done. */
async function attempt(
  { trans }: RefParts,
  verb: () => Promise<void>
): Promise<boolean> {
  try {
    await verb();
    return true;
  } catch (error) {
    // In full: a notification would cut it.
    await showDialog({
      title: trans.__('It was not done'),
      body: troubleWords(trans, error),
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    return false;
  }
}

const told = (text: string): void => {
  Notification.success(text, { autoClose: SHOWN_MS });
};

/** Makes a branch at a commit, or at HEAD, and goes there if wanted. */
export function createBranch(
  parts: RefParts,
  name: string,
  options: { at?: string; goThere: boolean }
): Promise<boolean> {
  const { calls, repo, trans, moved } = parts;
  return attempt(parts, async () => {
    await calls.branch(repo, 'create', name, options.at);
    if (options.goThere) {
      await calls.branch(repo, 'switch', name);
      await moved();
    }
    told(
      options.goThere
        ? trans.__('Branch %1 is made and checked out.', shortName(name))
        : trans.__('Branch %1 is made.', shortName(name))
    );
  });
}

/** Checks a branch out; one of a remote as one's own of that name. */
export function switchBranch(parts: RefParts, name: string): Promise<boolean> {
  const { calls, repo, trans, moved } = parts;
  return attempt(parts, async () => {
    const { ref = name, detail } = await calls.branch(repo, 'switch', name);
    await moved();
    told(
      detail === undefined
        ? trans.__('%1 is checked out.', shortName(ref))
        : trans.__('%1 is checked out: %2', shortName(ref), detail)
    );
  });
}

/** Only when it is merged; the server refuses others. It can be taken back. */
export function deleteBranch(parts: RefParts, name: string): Promise<boolean> {
  const { calls, repo, trans } = parts;
  return attempt(parts, async () => {
    const { hash } = await calls.branch(repo, 'delete', name);
    Notification.success(trans.__('Branch %1 is deleted.', shortName(name)), {
      autoClose: 20_000,
      actions:
        hash === undefined
          ? []
          : [
              {
                label: trans.__('Undo'),
                callback: () =>
                  void createBranch(parts, name, { at: hash, goThere: false })
              }
            ]
    });
  });
}

export function createTag(
  parts: RefParts,
  name: string,
  options: { at: string; message?: string }
): Promise<boolean> {
  const { calls, repo, trans } = parts;
  return attempt(parts, async () => {
    await calls.tag(repo, 'create', name, options.at, options.message);
    told(trans.__('Tag %1 is made.', shortName(name)));
  });
}

/** Asks first: what an annotated tag said is gone with it. */
export async function deleteTag(
  parts: RefParts,
  name: string
): Promise<boolean> {
  const { calls, repo, trans } = parts;
  const { button } = await showDialog({
    title: trans.__('Delete tag %1?', shortName(name)),
    body: trans.__(
      'The commit stays. A tag of this name at a remote stays there as well.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ],
    defaultButton: 0
  });
  return (
    button.accept &&
    attempt(parts, async () => {
      const { hash = '' } = await calls.tag(repo, 'delete', name);
      told(
        trans.__(
          'Tag %1 is deleted. It was at %2.',
          shortName(name),
          shortHash(hash)
        )
      );
    })
  );
}

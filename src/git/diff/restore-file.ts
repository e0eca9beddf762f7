import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { ISharedFile, ISharedNotebook } from '@jupyter/ydoc';
import { CommonsError } from '@jupyterlab-commons/protocol';
import type { FileVersion, IGitFiles } from '../../client/git-files';
import { noticeName } from '../../ui/notice-name';
import { announceRestore } from './announce';
import { cellsOf, isObject } from './cell-content';
import type { DiffParts } from './commands';
import { putNotebook } from './put-cells';
import { putText } from './put-text';
import { openContext, openTarget, sharedAs } from './target';
import { contentsPath, fileName, revisionWords } from './version-words';

export type RestoreParts = DiffParts & { files: IGitFiles };
export type OldVersion = FileVersion & { fromPath?: string };

/** Asks, then makes a file what it was; true when it was done. */
export async function restoreFile(
  version: OldVersion,
  parts: RestoreParts
): Promise<boolean> {
  const { trans } = parts;
  const { button } = await showDialog({
    title: trans.__('Restore %1?', fileName(version.path)),
    body: trans.__(
      'The file becomes what it was in %1. What is in the file now is kept as a checkpoint, so you can go back. Your commits and what is staged stay as they are.',
      revisionWords(trans, version.rev)
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Restore') })
    ]
  });
  if (button.accept) {
    await bringBack(version, parts);
  }
  return button.accept;
}

async function bringBack(
  version: OldVersion,
  parts: RestoreParts
): Promise<void> {
  const { trans } = parts;
  const path = contentsPath(version.repo, version.path);
  const shared = path === null ? undefined : await sharedAs(path, parts);
  const backup =
    path === null || shared === undefined
      ? await restorePlain(version, path, parts)
      : await restoreLive(version, path, parts);
  const { repo, path: name } = version;
  Notification.success(
    trans.__(
      '%1 is as it was in %2.',
      noticeName(fileName(name)),
      revisionWords(trans, version.rev)
    ),
    backup === undefined
      ? { autoClose: 5000 }
      : {
          autoClose: 20_000,
          actions: [
            {
              label: trans.__('Undo'),
              caption: trans.__('Bring back what the file held before'),
              callback: () =>
                void bringBack({ repo, path: name, rev: backup }, parts).catch(
                  tellFailure(parts)
                )
            }
          ]
        }
  );
}

export function tellFailure({ trans }: Pick<DiffParts, 'trans'>) {
  return async (error: unknown): Promise<void> => {
    const { problemOf } = await import('../../ui/problem-words');
    Notification.error(problemOf(trans, error).text, { autoClose: false });
  };
}

/** On the disk; an open panel of the file then shows it. Answers where the earlier content is. */
async function restorePlain(
  version: OldVersion,
  path: string | null,
  parts: RestoreParts
): Promise<string | undefined> {
  const context = path === null ? null : openContext(path, parts);
  if (context?.model.dirty) {
    // What was typed and not saved is a part of what is kept.
    await context.save();
  }
  if (context?.model.dirty) {
    throw new CommonsError(
      'GIT_REFUSED',
      parts.trans.__('the open file could not be saved before')
    );
  }
  const { backup } = await parts.files.restore(version);
  await context?.revert();
  return backup?.hash;
}

/** As one edit of the shared document. The file follows by itself. */
async function restoreLive(
  version: OldVersion,
  path: string,
  parts: RestoreParts
): Promise<string | undefined> {
  const { files, trans } = parts;
  const { fromPath, ...here } = version;
  const then = await files.blob({ ...here, path: fromPath ?? here.path });
  const { context, entry } = await openTarget(path, parts);
  await context.save();
  const kept = await files.checkpoint({
    repo: here.repo,
    path: here.path,
    message: trans.__('Before restoring %1', revisionWords(trans, here.rev))
  });
  const shared = context.model.sharedModel as ISharedNotebook | ISharedFile;
  if (then.format === 'base64' || then.is !== undefined) {
    throw new CommonsError('NOT_FOUND');
  }
  if ('cells' in shared) {
    const cells = cellsOf(then.content);
    if (cells === null || !isObject(then.content)) {
      throw new CommonsError('NOT_FOUND');
    }
    putNotebook(shared, cells, then.content['metadata']);
  } else {
    putText(shared, String(then.content));
  }
  if (entry !== null) {
    announceRestore(entry, revisionWords(trans, here.rev));
  }
  return kept.hash;
}
